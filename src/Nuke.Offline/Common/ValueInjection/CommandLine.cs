using System.Text;

namespace Nuke.Common.ValueInjection;

/// <summary>Arguments as NUKE reads them: values without a name first, then <c>--name value value …</c>.</summary>
internal sealed class CommandLine
{
    public CommandLine(IEnumerable<string> arguments) => Arguments = arguments.ToArray();

    public IReadOnlyList<string> Arguments { get; }

    public bool Has(string name) => IndexOf(name) >= 0;

    /// <summary>What was typed after the last <c>--name</c>; null if it was not typed.</summary>
    public string[] Values(string name) => IndexOf(name) is >= 0 and var index ? ValuesFrom(index + 1).ToArray() : null;

    /// <summary>The converted values after the last <c>--name</c>; null if it was not typed.</summary>
    public object Get(string name, Type type, char? separator)
    {
        var index = IndexOf(name);
        return index < 0 ? null : Resolve($"argument '{name}'", ValuesFrom(index + 1), type, separator);
    }

    public object GetPositional(int position, Type type, char? separator)
    {
        var positionals = ValuesFrom(0).ToArray();
        return position < positionals.Length ? Resolve($"positional argument '{position}'", [positionals[position]], type, separator) : null;
    }

    public object GetPositionals(Type type, char? separator)
    {
        var positionals = ValuesFrom(0).ToArray();
        return positionals.Length == 0 ? null : Resolve("positional arguments", positionals, type, separator);
    }

    private int IndexOf(string name)
    {
        for (var i = Arguments.Count - 1; i >= 0; i--)
        {
            if (IsName(Arguments[i]) && SameName(Arguments[i], name))
                return i;
        }

        return -1;
    }

    private IEnumerable<string> ValuesFrom(int index) => Arguments.Skip(index).TakeWhile(x => !IsName(x));

    /// <summary>A dash begins a name, unless a digit follows: that is a negative number.</summary>
    private static bool IsName(string argument) => argument is ['-', not (>= '0' and <= '9'), ..];

    private static bool SameName(string argument, string name)
    {
        var at = 0;
        foreach (var character in argument)
        {
            if (character == '-')
                continue;
            while (at < name.Length && name[at] == '-')
                at++;
            if (at == name.Length || char.ToUpperInvariant(character) != char.ToUpperInvariant(name[at++]))
                return false;
        }

        return at == name.Length;
    }

    private object Resolve(string what, IEnumerable<string> values, Type type, char? separator)
    {
        try
        {
            var list = values.ToArray();
            return list.Length == 1 ? ValueConversion.Convert(list[0], type, separator) : ValueConversion.Convert(list, type);
        }
        catch (Exception exception)
        {
            var message = new StringBuilder().AppendLine($"Resolving {what} failed.").AppendLine(exception.Message).Append("Arguments were:");
            for (var i = 0; i < Arguments.Count; i++)
                message.AppendLine().Append($"  [{i}] = {Arguments[i]}");
            Assert.Fail(message.ToString());
            throw;
        }
    }
}
