using System.Text;

namespace Acci.Delivery.Signing;

/// <summary>
/// How Fulcio writes a workflow's identity into a certificate: as an address, and, since it fills in a template for HTML, with that one's escapes. Two
/// names may have one spelling: <c>größe</c> and <c>größ%65</c>.
/// Source: Fulcio, pkg/identity/ciprovider; Go, net/url, <c>URL.EscapedPath</c>, and html/template.
/// </summary>
internal static class IdentitySpelling
{
    private const string Unreserved = "-_.~$&+,/:;=@";
    private const string OnlyValid = "!'()*[]%";
    private const string InFragments = "?!()*";

    private static readonly (string Plain, string Escaped)[] Html =
        [("&", "&amp;"), ("'", "&#39;"), ("+", "&#43;"), ("\"", "&#34;"), ("<", "&lt;"), (">", "&gt;")];

    /// <summary>The spellings of a whole identity: of a Fulcio that escapes for HTML, and of one that does not.</summary>
    public static IEnumerable<string> Of(string identity) =>
        new[] { identity, Escape(identity) }.Select(x => Encode(x, isWhole: true)).Distinct();

    /// <summary>The spellings of a part of one. What stands beside it decides whether what need not be encoded is.</summary>
    public static IEnumerable<string> OfPart(string part) =>
        Of(part).Concat(new[] { part, Escape(part) }.Select(x => Encode(x, isWhole: false))).Distinct();

    private static string Escape(string text) => Html.Aggregate(text, (escaped, x) => escaped.Replace(x.Plain, x.Escaped, StringComparison.Ordinal));

    // What is an address already stays as it is; else all of it is decoded and encoded again. The fragment, behind the first #, is a text of its own.
    private static string Encode(string text, bool isWhole)
    {
        var parts = text.Split('#', 2);
        return string.Join('#', parts.Select((part, at) => Encode(part, isWhole, at == 0 ? "" : InFragments)));
    }

    private static string Encode(string part, bool isWhole, string alsoUnreserved)
    {
        if (isWhole && part.All(x => IsUnreserved(x, alsoUnreserved) || OnlyValid.Contains(x, StringComparison.Ordinal))) return part;
        var encoded = new StringBuilder();
        foreach (var x in Encoding.UTF8.GetBytes(Uri.UnescapeDataString(part)))
            _ = IsUnreserved((char)x, alsoUnreserved) ? encoded.Append((char)x) : encoded.Append('%').Append(Convert.ToHexString([x]));
        return encoded.ToString();
    }

    private static bool IsUnreserved(char x, string also) =>
        char.IsAsciiLetterOrDigit(x) || Unreserved.Contains(x, StringComparison.Ordinal) || also.Contains(x, StringComparison.Ordinal);
}
