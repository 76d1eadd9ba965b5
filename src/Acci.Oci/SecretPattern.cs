using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Acci;

/// <summary>
/// What finds a secret in a text in whatever form it was written there: as it is, quoted for a shell or by git, escaped for JSON, HTML, Markdown, YAML or
/// an address, or within base64.
/// </summary>
internal static partial class SecretPattern
{
    // The shortest line that base64 is broken into: RFC 7468, section 2, has 64, and RFC 2045, section 6.8, 76.
    private const int LineOfBase64 = 60;
    // Also as JSON writes it, and with what a line is set in by.
    private const string LineBreak = @"[ \t]{0,40}(?:\r?\n|(?:\\{1,8}r)?\\{1,8}n)[ \t]{0,40}";
    private const string Filling = @"(?:=|(?i:%(?:25){0,3}3D|\\{1,8}u003D)){0,2}";

    /// <summary>The form of a text: every character that some notation escapes may stand there in any of its notations.</summary>
    public static SecretForm OfText(string text)
    {
        var pattern = new StringBuilder();
        foreach (var rune in text.EnumerateRunes()) pattern.Append(IsPlain(rune) ? rune.ToString() : OfEscaped(rune));
        return new SecretForm(pattern.ToString(), LongestLiteral(text));
    }

    /// <summary>
    /// The forms of a text within base64, in both alphabets. What stands before it (<c>user:</c>) moves it by a byte or two, so there are three; the
    /// characters that it shares with its neighbours are left out.
    /// </summary>
    public static IEnumerable<SecretForm> OfBase64(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var shift = 0; shift < 3; shift++)
        {
            var code = Convert.ToBase64String([.. new byte[shift], .. bytes]);
            var shared = (shift * 4 + 2) / 3;
            var whole = (shift + bytes.Length) * 8 / 6;
            if (whole - shared < Redaction.MinimumLength) continue;
            var own = code[shared..whole];
            // A form that fits on a line has one line break at most, so at least one of its halves is whole.
            var isLine = own.Length <= LineOfBase64;
            var between = isLine ? $"(?:{LineBreak})?" : @"\s*";
            // At its very end the last character holds nothing but the text's, and may be filled up.
            var rest = code.TrimEnd('=').Length > whole ? $"(?:{between}{Regex.Escape(code[whole..].TrimEnd('='))}{Filling})?" : "";
            var half = own.Length / 2;
            yield return new SecretForm(string.Join(between, own.Select(OfDigit)) + rest, isLine ? [LongestLiteral(own[..half]), LongestLiteral(own[half..])] : [""]);
        }
    }

    private static bool IsPlain(Rune rune) => rune.IsAscii && char.IsAsciiLetterOrDigit((char)rune.Value);

    // Letters and digits are escaped nowhere.
    private static string LongestLiteral(string text) => NotLiteral().Split(text).MaxBy(x => x.Length)!;

    private static string OfDigit(char digit) => digit switch
    {
        // In an address the digits are escaped, and in JSON, too.
        '+' or '-' => @"(?:[+-]|(?i:%(?:25){0,3}2B|\\{1,8}u002B))",
        '/' or '_' => @"(?:\\?[/_]|(?i:%(?:25){0,3}2F|\\{1,8}u002F))",
        _ => digit.ToString(),
    };

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
            string.Create(CultureInfo.InvariantCulture, $"(?i:&#0{{0,6}}{rune.Value};|&#x0{{0,6}}{rune.Value:X};)"),
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
        '\'' => ["''", "&apos;", @"'\\{1,8}''", "'\"'\"'"],
        '"' => ["\"\"", "&quot;"],
        '&' => ["&amp;"],
        '<' => ["&lt;"],
        '>' => ["&gt;"],
        '$' => [@"\$\$"],
        '\\' => [@"\\{1,4}"],
        _ => [],
    };

    [GeneratedRegex("[^0-9A-Za-z]+")]
    private static partial Regex NotLiteral();
}
