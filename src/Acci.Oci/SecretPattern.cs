using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Acci;

/// <summary>
/// What finds a secret in a text in whatever form it was written there: as it is, quoted for a shell or by git, escaped for JSON, HTML, Markdown, YAML or
/// an address, or within base64.
/// </summary>
internal static class SecretPattern
{
    // More digits stand on several lines: of base64 as well as hexadecimal ones. Source: RFC 7468, section 2, has 64 on a line, RFC 2045, section 6.8, 76, and `xxd -p` 60.
    private const int LineOfDigits = 60;
    // A program may have narrower columns.
    private const int ShortestLine = 16;
    private const int EnoughDigits = 4;
    // Each spelling of a text is kept in several forms, and a file may have a megabyte.
    private const int LongestSpelled = 16 * 1024;
    // Also as JSON writes it, and with what a line is set in by.
    private const string LineBreak = @"[ \t]{0,40}(?:\r?\n|(?:\\{1,8}r)?\\{1,8}n)[ \t]{0,40}";
    private const string Filling = @"(?:=|(?i:%(?:25){0,3}3D|\\{1,8}u003D)){0,2}";

    // By how many bytes what stands before a text moves it within base64.
    private static readonly int[] Shifts = [0, 1, 2];

    /// <summary>The form of a text: every character that some notation escapes may stand there in any of its notations.</summary>
    public static SecretForm OfText(string text)
    {
        return new SecretForm($"text {text}", Pattern, LongestLiteral(text));

        string Pattern() => string.Concat(text.EnumerateRunes().Select(x => IsPlain(x) ? x.ToString() : OfEscaped(x)));
    }

    /// <summary>
    /// The forms of a text within base64 and as hexadecimal digits: in UTF-8, in UTF-16 as PowerShell encodes commands, and in base64 within base64, as a login of
    /// Docker's configuration is in a Kubernetes secret. Where JSON or an address within base64 escapes a text, it is another text there.
    /// </summary>
    public static IEnumerable<SecretForm> OfEncoded(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return
        [
            .. OfBase64(bytes),
            .. OfBase64(Encoding.Unicode.GetBytes(text)),
            .. Shifts.SelectMany(x => OfBase64(Encoding.ASCII.GetBytes(OwnDigits(bytes, x)))),
            .. (text.Length > LongestSpelled ? [] : SecretSpelling.Of(text)).SelectMany(x => new[] { Encoding.UTF8, Encoding.Unicode }.SelectMany(encoding => OfBase64(encoding.GetBytes(x)))),
            OfHexadecimal(Convert.ToHexString(bytes)),
            OfHexadecimal(Convert.ToHexStringLower(bytes)),
        ];
    }

    // In both alphabets. What stands before it (`user:`) moves it by a byte or two.
    private static IEnumerable<SecretForm> OfBase64(byte[] bytes)
    {
        foreach (var shift in Shifts)
        {
            var own = OwnDigits(bytes, shift);
            if (own.Length < Redaction.MinimumLength) continue;
            var code = Code(bytes, shift);
            var whole = (shift + bytes.Length) * 8 / 6;
            var between = own.Length <= LineOfDigits ? $"(?:{LineBreak})?" : @"\s*";
            // At its very end the last character holds nothing but the text's, and may be filled up.
            var last = code[whole..].TrimEnd('=');
            var rest = last.Length > 0 ? $"(?:{between}{Regex.Escape(last)}{Filling})?" : "";
            yield return new SecretForm($"base64 {own} {last}", () => string.Join(between, own.Select(OfDigit)) + rest, LiteralsOf(own));
        }
    }

    private static SecretForm OfHexadecimal(string digits) =>
        new($"hexadecimal {digits}", () => string.Join($"(?:{LineBreak})?", digits.Chunk(2).Select(x => string.Concat(x))), LiteralsOf(digits));

    // The first ones that are not in every other text, else the longest.
    private static string[] LiteralsOf(string digits)
    {
        string[] best = [""];
        for (var start = 0; start <= Math.Max(digits.Length - ShortestLine, 0) && Shortest(best) < EnoughDigits; start++)
        {
            // Within so few digits there is one line break at most, so at least one half is whole.
            var part = digits[start..Math.Min(start + ShortestLine, digits.Length)];
            var half = part.Length / 2;
            string[] halves = [LongestLiteral(part[..half]), LongestLiteral(part[half..])];
            if (Shortest(halves) > Shortest(best)) best = halves;
        }

        return best;

        static int Shortest(string[] literals) => literals.Min(x => x.Length);
    }

    private static string Code(byte[] bytes, int shift) => Convert.ToBase64String([.. new byte[shift], .. bytes]);

    // Without the characters that it shares with its neighbours.
    private static string OwnDigits(byte[] bytes, int shift) => Code(bytes, shift)[((shift * 4 + 2) / 3)..((shift + bytes.Length) * 8 / 6)];

    private static bool IsPlain(Rune rune) => rune.IsAscii && char.IsAsciiLetterOrDigit((char)rune.Value);

    // Letters and digits are escaped nowhere.
    private static string LongestLiteral(string text)
    {
        var longest = 0..0;
        var start = 0;
        for (var end = 0; end <= text.Length; end++)
        {
            if (end < text.Length && char.IsAsciiLetterOrDigit(text[end])) continue;
            if (end - start > longest.End.Value - longest.Start.Value) longest = start..end;
            start = end + 1;
        }

        return text[longest];
    }

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
}
