namespace Nuke.Common.Utilities;

/// <summary>What a build does to strings.</summary>
public static class StringExtensions
{
    /// <summary>Whether the string is null or empty.</summary>
    public static bool IsNullOrEmpty(this string str) => string.IsNullOrEmpty(str);

    /// <summary>Whether the string is null or only white space.</summary>
    public static bool IsNullOrWhiteSpace(this string str) => string.IsNullOrWhiteSpace(str);

    /// <summary>Null for an empty string.</summary>
    public static string ToNullIfEmpty(this string str) => str.IsNullOrEmpty() ? null : str;

    /// <summary>Null for a string of white space.</summary>
    public static string ToNullIfWhiteSpace(this string str) => str.IsNullOrWhiteSpace() ? null : str;

    /// <summary>Equality without regard to case.</summary>
    public static bool EqualsOrdinalIgnoreCase(this string str, string other) => string.Equals(str, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Equality with one of several strings, without regard to case.</summary>
    public static bool EqualsAnyOrdinalIgnoreCase(this string str, params string[] others) => others.Any(str.EqualsOrdinalIgnoreCase);

    /// <summary>Containment without regard to case.</summary>
    public static bool ContainsOrdinalIgnoreCase(this string str, string other) => str.Contains(other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the string begins so, without regard to case.</summary>
    public static bool StartsWithOrdinalIgnoreCase(this string str, string other) => str.StartsWith(other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the string ends so, without regard to case.</summary>
    public static bool EndsWithOrdinalIgnoreCase(this string str, string other) => str.EndsWith(other, StringComparison.OrdinalIgnoreCase);

    /// <summary>The string without that beginning.</summary>
    public static string TrimStart(this string str, string trim) => str.StartsWith(trim, StringComparison.Ordinal) ? str[trim.Length..] : str;

    /// <summary>The string without that end.</summary>
    public static string TrimEnd(this string str, string trim) => str.EndsWith(trim, StringComparison.Ordinal) ? str[..^trim.Length] : str;

    /// <summary>The string with another one after it.</summary>
    public static string Append(this string str, string appendText) => str + appendText;

    /// <summary>The string with another one before it.</summary>
    public static string Prepend(this string str, string prependText) => prependText + str;

    /// <summary>The string with its first letter in upper case.</summary>
    public static string Capitalize(this string text) => text.IsNullOrEmpty() ? text : char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>At most that many characters of the string, an ellipsis at its end if some are missing.</summary>
    public static string Truncate(this string str, int maxChars) => str.Length <= maxChars ? str : str[..maxChars] + "…";

    /// <summary>The character, that many times.</summary>
    public static string Repeat(this char ch, int count) => new(ch, count);

    /// <summary>The string in double quotes.</summary>
    public static string DoubleQuote(this string str) => $"\"{str?.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>The string in double quotes if it contains white space or is empty.</summary>
    public static string DoubleQuoteIfNeeded(this string str) => NeedsQuotes(str, IsDoubleQuoted) ? str.DoubleQuote() : str;

    /// <summary>The string in single quotes.</summary>
    public static string SingleQuote(this string str) => $"'{str?.Replace("'", "\\'", StringComparison.Ordinal)}'";

    /// <summary>The string in single quotes if it contains white space or is empty.</summary>
    public static string SingleQuoteIfNeeded(this string str) => NeedsQuotes(str, IsSingleQuoted) ? str.SingleQuote() : str;

    /// <summary>Whether the string stands in double quotes.</summary>
    public static bool IsDoubleQuoted(this string str) => str is ['"', .., '"'];

    /// <summary>Whether the string stands in single quotes.</summary>
    public static bool IsSingleQuoted(this string str) => str is ['\'', .., '\''];

    /// <summary>The strings, with a separator between them.</summary>
    public static string Join(this IEnumerable<string> enumerable, string separator) => string.Join(separator, enumerable);

    /// <summary>The strings, with a separator between them.</summary>
    public static string Join(this IEnumerable<string> enumerable, char separator) => string.Join(separator, enumerable);

    /// <summary>The strings, with commas between them.</summary>
    public static string JoinComma(this IEnumerable<string> values) => values.Join(',');

    /// <summary>The strings, with commas and spaces between them.</summary>
    public static string JoinCommaSpace(this IEnumerable<string> values) => values.Join(", ");

    /// <summary>The strings, with semicolons between them.</summary>
    public static string JoinSemicolon(this IEnumerable<string> values) => values.Join(';');

    /// <summary>The strings, with spaces between them.</summary>
    public static string JoinSpace(this IEnumerable<string> values) => values.Join(' ');

    /// <summary>The strings, with slashes between them.</summary>
    public static string JoinSlash(this IEnumerable<string> values) => values.Join('/');

    /// <summary>The strings, with dots between them.</summary>
    public static string JoinDot(this IEnumerable<string> values) => values.Join('.');

    /// <summary>The strings, with dashes between them.</summary>
    public static string JoinDash(this IEnumerable<string> values) => values.Join('-');

    /// <summary>The strings, a line each.</summary>
    public static string JoinNewLine(this IEnumerable<string> values, PlatformFamily? platformFamily = null) =>
        values.Join((platformFamily ?? EnvironmentInfo.Platform) == PlatformFamily.Windows ? "\r\n" : "\n");

    /// <summary>The lines of the string.</summary>
    public static string[] SplitLineBreaks(this string str, StringSplitOptions options = StringSplitOptions.None) =>
        str.Split(["\r\n", "\n"], options);

    /// <summary>The parts of the string between spaces.</summary>
    public static string[] SplitSpace(this string str) => str.Split(' ');

    private static bool NeedsQuotes(string str, Func<string, bool> isQuoted) =>
        str is not null && !isQuoted(str) && (str.Length == 0 || str.Any(char.IsWhiteSpace));
}
