using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Acci.Delivery;

/// <summary>
/// Names, titles, paths and messages come from outside: those who pack a package or run a registry choose them. Here they are made harmless for the place they stand in.
/// </summary>
public static partial class SafeText
{
    /// <summary>
    /// For a console and a log: as <see cref="Terminal"/>, with line breaks and tabs; and no line is a command to the runner of a pipeline.
    /// Source: GitHub Actions runner, <c>src/Runner.Common/ActionCommand.cs</c>; Azure Pipelines, "Logging commands".
    /// </summary>
    public static string Lines(string text)
    {
        // What a terminal would do with it is gone as a whole: of \e[31m nothing is left, and where a line would be written over, the next one begins.
        var lines = TerminalSequences.RemoveFrom(text).ReplaceLineEndings("\n");
        var safe = new StringBuilder(lines.Length);
        foreach (var character in lines) safe.Append(character is '\n' or '\t' || !IsUnsafe(character) ? character : '\uFFFD');
        return Hashes().Replace(Colons().Replace(safe.ToString(), "$1: :"), "# #");
    }

    /// <summary>For a terminal: one line, without control characters, escape sequences and marks that turn the direction of writing.</summary>
    public static string Terminal(string text)
    {
        if (!text.Any(IsUnsafe)) return text;
        var safe = new StringBuilder(text.Length);
        // A secret that is changed here would not be found later.
        foreach (var character in TerminalSequences.RemoveFrom(Redaction.Redact(text))) safe.Append(!IsUnsafe(character) ? character : character is '\n' or '\r' or '\t' ? ' ' : '\uFFFD');
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

    /// <summary>For a cell of a Markdown table, as code.</summary>
    public static string Code(string text) => $"`{Terminal(text.Contains('`', StringComparison.Ordinal) ? Redaction.Redact(text) : text).Replace('`', '\'').Replace("|", "\\|", StringComparison.Ordinal)}`";

    /// <summary>The address, when it is one a reader may follow: http or https; else null.</summary>
    public static string? Link(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) && uri.UserInfo.Length == 0
            ? uri.AbsoluteUri.Replace("(", "%28", StringComparison.Ordinal).Replace(")", "%29", StringComparison.Ordinal)
            : null;

    private static bool IsUnsafe(char character) => char.GetUnicodeCategory(character)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    [GeneratedRegex(@"^([^\S\n]*)::(?=.*::)", RegexOptions.Multiline)]
    private static partial Regex Colons();

    [GeneratedRegex(@"##(?=\w*\[)")]
    private static partial Regex Hashes();
}
