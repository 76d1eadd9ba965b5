using System.Globalization;
using System.Text;

namespace Acci.Delivery.Scanning;

/// <summary>Names, titles and paths come from outside: whoever packs a package chooses them. Here they are made harmless for the place they stand in.</summary>
public static class SafeText
{
    /// <summary>For a terminal: one line, without control characters, escape sequences and marks that turn the direction of writing.</summary>
    public static string Terminal(string text)
    {
        if (!text.Any(IsUnsafe)) return text;
        var safe = new StringBuilder(text.Length);
        foreach (var character in text) safe.Append(!IsUnsafe(character) ? character : character is '\n' or '\r' or '\t' ? ' ' : '\uFFFD');
        return safe.ToString();
    }

    /// <summary>For a cell of a Markdown table: as for a terminal, and nothing in it is markup, a mention or a link.</summary>
    public static string Markdown(string text)
    {
        var safe = new StringBuilder(text.Length + 8);
        foreach (var character in Terminal(text))
        {
            switch (character)
            {
                case '&': safe.Append("&amp;"); break;
                case '<': safe.Append("&lt;"); break;
                case '>': safe.Append("&gt;"); break;
                // A mention would write to people; an entity is not one.
                case '@': safe.Append("&#64;"); break;
                case '#': safe.Append("&#35;"); break;
                // GitHub makes links of bare addresses.
                case ':': safe.Append("&#58;"); break;
                case '\\' or '`' or '*' or '_' or '{' or '}' or '[' or ']' or '(' or ')' or '|' or '~' or '!' or '$': safe.Append('\\').Append(character); break;
                default: safe.Append(character); break;
            }
        }

        return safe.ToString();
    }

    /// <summary>The address, when it is one a reader may follow: http or https; else null.</summary>
    public static string? Link(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) && uri.UserInfo.Length == 0
            ? uri.AbsoluteUri.Replace("(", "%28", StringComparison.Ordinal).Replace(")", "%29", StringComparison.Ordinal)
            : null;

    private static bool IsUnsafe(char character) => char.GetUnicodeCategory(character)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
