using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Acci;

/// <summary>
/// What finds a secret in a text in whatever form it was written there: as it is, quoted for a shell, escaped for JSON, HTML, Markdown, YAML or an address, or within
/// base64.
/// </summary>
internal static class SecretPattern
{
    // Longer ones are often broken into lines.
    private const int LineOfBase64 = 60;

    /// <summary>The pattern of a text without line breaks: every character that some notation escapes may stand there in any of its notations.</summary>
    public static string OfText(string text)
    {
        var pattern = new StringBuilder();
        foreach (var rune in text.EnumerateRunes()) pattern.Append(IsPlain(rune) ? rune.ToString() : OfEscaped(rune));
        return pattern.ToString();
    }

    /// <summary>
    /// The patterns of a text within base64, in both alphabets. What stands before it (<c>user:</c>) moves it by a byte or two, so there are three; the characters that it
    /// shares with its neighbours are left out.
    /// </summary>
    public static IEnumerable<string> OfBase64(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var shift = 0; shift < 3; shift++)
        {
            var code = Convert.ToBase64String([.. new byte[shift], .. bytes]);
            var shared = (shift * 4 + 2) / 3;
            var whole = (shift + bytes.Length) * 8 / 6;
            if (whole - shared < Redaction.MinimumLength) continue;
            var between = whole - shared > LineOfBase64 ? @"\s*" : "";
            // At its very end the last character holds nothing but the text's, and may be filled up.
            var rest = code.TrimEnd('=').Length > whole ? $"(?:{Regex.Escape(code[whole..].TrimEnd('='))}={{0,2}})?" : "";
            yield return string.Join(between, code[shared..whole].Select(OfDigit)) + rest;
        }
    }

    private static bool IsPlain(Rune rune) => rune.IsAscii && char.IsAsciiLetterOrDigit((char)rune.Value);

    private static string OfDigit(char digit) => digit switch
    {
        '+' or '-' => "[+-]",
        '/' or '_' => "[/_]",
        _ => digit.ToString(),
    };

    private static string OfEscaped(Rune rune)
    {
        Span<byte> bytes = stackalloc byte[4];
        var percent = string.Concat(bytes[..rune.EncodeToUtf8(bytes)].ToArray().Select(x => $"%{x:X2}"));
        var unicode = string.Concat(rune.ToString().Select(x => string.Create(CultureInfo.InvariantCulture, $@"\\+u{(int)x:X4}")));
        string[] forms =
        [
            $@"\\{{0,4}}{Regex.Escape(rune.ToString())}",
            $"(?i:{percent})",
            $"(?i:{unicode})",
            string.Create(CultureInfo.InvariantCulture, $"(?i:&#0*{rune.Value};|&#x0*{rune.Value:X};)"),
            .. Others(rune),
        ];
        // The longest first: what is left of a longer form would show.
        return $"(?:{string.Join('|', forms.Reverse())})";
    }

    private static string[] Others(Rune rune) => (char)rune.Value switch
    {
        ' ' => [@"\+"],
        '\t' => [@"\\+t"],
        '\'' => ["''", "&apos;", @"'\\+''", "'\"'\"'"],
        '"' => ["\"\"", "&quot;"],
        '&' => ["&amp;"],
        '<' => ["&lt;"],
        '>' => ["&gt;"],
        '$' => [@"\$\$"],
        '\\' => [@"\\{1,4}"],
        _ => [],
    };
}
