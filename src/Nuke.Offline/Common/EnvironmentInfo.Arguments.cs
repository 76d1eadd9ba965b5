using System.Linq.Expressions;
using Nuke.Common.Utilities;
using Nuke.Common.ValueInjection;

namespace Nuke.Common;

public static partial class EnvironmentInfo
{
    private static readonly Lazy<CommandLine> Arguments = new(() => new CommandLine(Environment.GetCommandLineArgs().Skip(1)));

    internal static CommandLine CommandLine => Arguments.Value;

    /// <summary>What was typed after the name of the program.</summary>
    public static IReadOnlyCollection<string> CommandLineArguments => CommandLine.Arguments;

    /// <summary>Whether <c>--name</c> was typed, in any casing, with or without dashes in it.</summary>
    public static bool HasArgument(string name) => CommandLine.Has(name);

    /// <summary>Whether the argument named like the member was typed.</summary>
    public static bool HasArgument<T>(Expression<Func<T>> expression) => CommandLine.Has(expression.GetMember().Name);

    /// <summary>The converted value of <c>--name</c>, or the type's default.</summary>
    public static T GetNamedArgument<T>(string parameterName, char? separator = null) => To<T>(CommandLine.Get(parameterName, typeof(T), separator));

    /// <summary>The converted value of the argument named like the member, or the type's default.</summary>
    public static T GetNamedArgument<T>(Expression<Func<T>> expression, char? separator = null) =>
        GetNamedArgument<T>(expression.GetMember().Name, separator);

    /// <summary>The converted value of the argument named like the member, or the type's default.</summary>
    public static T GetNamedArgument<T>(Expression<Func<object>> expression, char? separator = null) =>
        GetNamedArgument<T>(expression.GetMember().Name, separator);

    /// <summary>The converted value typed at that position before the first named argument, or the type's default.</summary>
    public static T GetPositionalArgument<T>(int position, char? separator = null) =>
        To<T>(CommandLine.GetPositional(position, typeof(T), separator));

    /// <summary>All values typed before the first named argument.</summary>
    public static T[] GetAllPositionalArguments<T>(char? separator = null) => To<T[]>(CommandLine.GetPositionals(typeof(T[]), separator));

    private static T To<T>(object value) => value is null ? default : (T)value;
}
