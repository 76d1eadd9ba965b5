using System.Reflection;
using Nuke.Common.Utilities;

namespace Nuke.Common.ValueInjection;

/// <summary>Finds the values of parameters: the command line first, then the environment, then the parameter files.</summary>
internal sealed class ParameterService(CommandLine commandLine, EnvironmentParameters environment, Func<ParameterFiles> files)
{
    private static readonly Lazy<ParameterService> Default = new(() =>
        new ParameterService(EnvironmentInfo.CommandLine, EnvironmentParameters.Default, () => ParameterFiles.Loaded));

    public static ParameterService Instance => Default.Value;

    /// <summary>What a parameter is called: its own name, or its member's, with the component's prefix before it.</summary>
    public static string NameOf(MemberInfo member, ParameterAttribute attribute) =>
        member.DeclaringType?.GetCustomAttribute<ParameterPrefixAttribute>()?.Prefix + (attribute.Name ?? member.ShortName());

    public object GetValue(MemberInfo member, ParameterAttribute attribute)
    {
        var separator = attribute.Separator is { Length: > 0 } text ? text[0] : default(char?);
        return GetValue(
            NameOf(member, attribute),
            ValueType(member.MemberType()),
            separator,
            ownVariablesOnly: member.DeclaringType == typeof(NukeBuild));
    }

    public object GetValue(string name, Type type, char? separator = null, bool ownVariablesOnly = false) =>
        commandLine.Get(name, type, separator) ??
        environment.Get(name, type, separator, ownVariablesOnly) ??
        files()?.Get(name, type, separator);

    /// <summary>The type with null in it, so that a missing value can be told from a default one.</summary>
    private static Type ValueType(Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null ? typeof(Nullable<>).MakeGenericType(type) : type;
}
