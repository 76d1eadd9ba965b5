using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Acci;

/// <summary>
/// What finds a secret in a text in whatever notation it was written there: as it is, quoted for a shell or by git, escaped for JSON, HTML, Markdown, YAML or an address.
/// </summary>
internal static class SecretPattern
{
    /// <summary>A line break, also as JSON writes it, and with what a line is set in by.</summary>
    public const string LineBreak = @"[ \t]{0,40}(?:\r?\n|(?:\\{1,8}r)?\\{1,8}n)[ \t]{0,40}";

    // HTML within HTML.
    private const string Ampersand = "&(?:amp;){0,3}";

    // A line break between two full indentations, behind an escaped carriage return.
    private const int LongestEscape = 150;

    /// <summary>The regular expression that finds a text: every character that some notation escapes may stand there in any of its notations.</summary>
    public static string Of(string text) => string.Concat(text.EnumerateRunes().Select(x =>
        IsPlain(x) ? x.ToString()
        // A secret of several lines is written with the line breaks of whoever writes it.
        : x.Value == '\n' ? $"{OfEscaped(new Rune('\r'))}?{OfEscaped(x)}"
        : OfEscaped(x)));

    /// <summary>How many characters a text has at most in any notation.</summary>
    public static int LongestOf(ReadOnlySpan<char> text)
    {
        var length = 0;
        foreach (var character in text) length += char.IsAsciiLetterOrDigit(character) ? 1 : LongestEscape;
        return length;
    }

    /// <summary>The longest part of a text that no notation changes: letters and digits are escaped nowhere.</summary>
    public static Range LongestLiteral(string text)
    {
        var longest = 0..0;
        var start = 0;
        for (var end = 0; end <= text.Length; end++)
        {
            if (end < text.Length && char.IsAsciiLetterOrDigit(text[end])) continue;
            if (end - start > longest.End.Value - longest.Start.Value) longest = start..end;
            start = end + 1;
        }

        return longest;
    }

    private static bool IsPlain(Rune rune) => rune.IsAscii && char.IsAsciiLetterOrDigit((char)rune.Value);

    private static string OfEscaped(Rune rune)
    {
        var bytes = Encoding.UTF8.GetBytes(rune.ToString());
        // An address within an address is escaped more than once.
        var percent = string.Concat(bytes.Select(x => $"%(?:25){{0,3}}{x:X2}"));
        // JSON, JavaScript and Python write characters; git and shells write bytes: $'caf\303\251'. Those who hand it on may quote each once more.
        var unicode = rune.ToString().Select(x => string.Create(CultureInfo.InvariantCulture, $"(?i:u{(int)x:X4})"));
        var octal = bytes.Select(x => Convert.ToString(x, 8).PadLeft(3, '0'));
        var hexadecimal = bytes.Select(x => $"(?i:x{x:X2})");
        string[] forms =
        [
            // A backslash is no escape of itself only.
            $@"{(rune.Value == '\\' ? @"\\{0,4}" : @"(?>\\{0,8})")}{Regex.Escape(rune.ToString())}",
            .. Latin1(rune),
            $"(?i:{percent})",
            .. new[] { unicode, octal, hexadecimal }.Select(x => string.Concat(x.Select(unit => $@"(?>\\{{1,8}}){unit}"))),
            $@"(?>\\{{1,8}})(?i:u\{{0{{0,6}}{rune.Value:X}\}}|U{rune.Value:X8})",
            string.Create(CultureInfo.InvariantCulture, $"(?i:{Ampersand}#(?:0{{0,6}}{rune.Value}|x0{{0,6}}{rune.Value:X});)"),
            .. Others(rune),
        ];
        // The longest first: what is left of a longer form would show.
        return $"(?:{string.Join('|', forms.Reverse())})";
    }

    // Python writes these characters so, and addresses that are not in UTF-8.
    private static string[] Latin1(Rune rune) => rune.Value is < 0x80 or > 0xFF ? [] : [$@"(?>\\{{1,8}})(?:(?i:x{rune.Value:X2})|{Convert.ToString(rune.Value, 8)})", $"(?i:%(?:25){{0,3}}{rune.Value:X2})"];

    private static string[] Others(Rune rune) => (char)rune.Value switch
    {
        // What is folded or wrapped is broken at its blanks.
        ' ' => [@"\+", LineBreak],
        '\t' => [@"\\{1,8}t"],
        '\r' => [@"\\{1,8}r"],
        '\n' => [LineBreak],
        '\'' => ["''", $"{Ampersand}apos;", @"'\\{1,8}''", "'\"'\"'"],
        '"' => ["\"\"", $"{Ampersand}quot;"],
        '&' => ["&(?:amp;){1,4}"],
        '<' => [$"{Ampersand}lt;"],
        '>' => [$"{Ampersand}gt;"],
        '$' => [@"\$\$"],
        '\\' => [@"\\{1,4}"],
        _ => [],
    };
}
