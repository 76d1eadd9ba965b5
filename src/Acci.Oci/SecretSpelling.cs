using System.Net;
using System.Text;
using System.Text.Encodings.Web;

namespace Acci;

/// <summary>How JSON, addresses, HTML and shells commonly write a text: so it stands within base64, where what escapes a character cannot be told from what does not.</summary>
internal static class SecretSpelling
{
    // What stays as it is beside letters and digits: by RFC 3986, section 2.3; in JavaScript's encodeURIComponent, Python's quote, and a user's password in Go's net/url.
    private static readonly string[] KeptInAddresses = ["-_.~", "-_.~!*'()", "-_.~/", "-_.~$&+,;="];

    /// <summary>Each of them once, and none that is the text itself.</summary>
    public static IEnumerable<string> Of(string text) => All(text).Distinct(StringComparer.Ordinal).Where(x => x != text);

    private static IEnumerable<string> All(string text)
    {
        // .NET; Go; JavaScript, Rust and jq; Python and Ruby; PHP.
        yield return JavaScriptEncoder.Default.Encode(text);
        yield return JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text);
        yield return OfJson(text, "&<>\u2028\u2029", isAscii: false);
        yield return OfJson(text, "", isAscii: false);
        yield return OfJson(text, "", isAscii: true);
        yield return OfJson(text, "", isAscii: true).Replace("/", @"\/", StringComparison.Ordinal);
        foreach (var kept in KeptInAddresses)
        {
            foreach (var format in new[] { "X2", "x2" })
            {
                var encoded = OfAddress(text, kept, format);
                yield return encoded;
                // As a form has it.
                yield return encoded.Replace("%20", "+", StringComparison.Ordinal);
            }
        }

        // .NET; Python; Go.
        yield return WebUtility.HtmlEncode(text);
        var html = text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
        yield return html.Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#x27;", StringComparison.Ordinal);
        yield return html.Replace("\"", "&#34;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);
        yield return text.Replace("'", @"'\''", StringComparison.Ordinal);
    }

    private static string OfJson(string text, string others, bool isAscii) => string.Concat(text.Select(x => x switch
    {
        '"' or '\\' => $@"\{x}",
        '\n' => @"\n",
        '\r' => @"\r",
        '\t' => @"\t",
        _ when x < ' ' || others.Contains(x, StringComparison.Ordinal) || (isAscii && x > '~') => $@"\u{(int)x:x4}",
        _ => $"{x}",
    }));

    private static string OfAddress(string text, string kept, string format) => string.Concat(Encoding.UTF8.GetBytes(text).Select(x =>
        char.IsAsciiLetterOrDigit((char)x) || kept.Contains((char)x, StringComparison.Ordinal) ? $"{(char)x}" : $"%{x.ToString(format, null)}"));
}
