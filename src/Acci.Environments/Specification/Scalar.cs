using Acci.Environments.Variables;

namespace Acci.Environments.Specification;

/// <summary>
/// A value in a compose file: a text, or a variable that is put in when the file is read. A text is taken as it is, whatever dollar signs it has:
/// only <see cref="Variable(string, string)"/> and <see cref="Required(string, string)"/> make something to be put in. Source: Compose specification, Interpolation.
/// </summary>
public readonly record struct Scalar
{
    // What a default between `${NAME:-` and `}` cannot hold, or not for every program that reads compose files.
    private const string NotInDefaults = "${}\r\n";

    private readonly string? _text;

    private Scalar(string text, bool isPlain, Variable? source = null) => (_text, IsPlain, Source) = (text, isPlain, source);

    /// <summary>What is put in when the file is read; null where the value is a text, or a variable of which nothing but its name is known.</summary>
    public Variable? Source { get; }

    /// <summary>The value as it stands in the file, dollar signs that mean themselves doubled.</summary>
    public string Text => _text ?? "";

    /// <summary>It has no value in the file: see <see cref="WhereSet"/>.</summary>
    internal bool IsWhereSet => IsPlain && Source is not null;

    /// <summary>A number, a truth value or nothing, written without quotes.</summary>
    internal bool IsPlain { get; }

    /// <summary>A text that means itself.</summary>
    /// <exception cref="ArgumentException">It holds what no file or variable can: a NUL, or half of a surrogate pair.</exception>
    public static Scalar Literal(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsWritable(text) ? new(text.Replace("$", "$$", StringComparison.Ordinal), false) : throw new ArgumentException("The text holds a NUL or half of a surrogate pair.", nameof(text));
    }

    /// <summary>Whether a text can stand in a compose file and in a variable.</summary>
    public static bool IsWritable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || char.IsLowSurrogate(text[i])) return false;
            if (char.IsHighSurrogate(text[i]) && (++i == text.Length || !char.IsLowSurrogate(text[i]))) return false;
        }

        return true;
    }

    /// <summary>Whether a text can be what a variable is when it is not set.</summary>
    public static bool IsDefault(string text) => IsWritable(text) && text.AsSpan().IndexOfAny(NotInDefaults) < 0;

    /// <summary>The variable's value, and <paramref name="fallback"/> where it is not set or empty: <c>${NAME:-fallback}</c>.</summary>
    /// <exception cref="ArgumentException">The fallback cannot stand in such an expression: see <see cref="IsDefault"/>.</exception>
    public static Scalar Variable(string name, string fallback) => IsDefault(fallback)
        ? new($"${{{Checked(name)}:-{fallback}}}", false)
        : throw new ArgumentException($"'{fallback}' cannot be what {name} is when it is not set: it holds a brace, a dollar sign or a line break.", nameof(fallback));

    /// <summary>The variable's value, and its default where it is not set or empty.</summary>
    /// <exception cref="ArgumentException">The default cannot stand in such an expression: see <see cref="IsDefault"/>.</exception>
    public static Scalar Variable(Variable variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return new(Variable(variable.Name, variable.Default ?? "").Text, false, variable);
    }

    /// <summary>
    /// Among a service's variables: the one of the same name, where it is set; otherwise the service has none. Source: Compose specification, <c>environment</c>, a key
    /// without a value.
    /// </summary>
    internal static Scalar WhereSet(Variable variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return new("null", true, variable);
    }

    /// <summary>The variable's value; where it is not set or empty, reading the file fails with the message.</summary>
    public static Scalar Required(Variable variable, string message)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return new(Required(variable.Name, message).Text, false, variable);
    }

    /// <summary>The variable's value; where it is not set or empty, reading the file fails with the message: <c>${NAME:?message}</c>.</summary>
    public static Scalar Required(string name, string message) => new($"${{{Checked(name)}:?{message}}}", false);

    private static string Checked(string name) => Variables.Variable.IsName(name)
        ? name
        : throw new ArgumentException($"'{name}' is no name for a variable in a compose file: write letters of ASCII, digits and '_', with no digit first.", nameof(name));

    /// <summary>The text, as <see cref="Literal"/> makes it.</summary>
    public static implicit operator Scalar(string text) => Literal(text);

    /// <summary>The number.</summary>
    public static implicit operator Scalar(int number) => new(number.ToString(System.Globalization.CultureInfo.InvariantCulture), true);

    /// <summary>The truth value.</summary>
    public static implicit operator Scalar(bool value) => new(value ? "true" : "false", true);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
