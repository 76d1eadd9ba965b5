using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace Acci.Delivery.Scanning;

/// <summary>
/// Every finding on one page that needs nothing but a browser: no network, no other file. It reads without scripts; with them it sorts and filters.
/// A policy in the page allows exactly its own style and script, so that nothing a package's name says can run.
/// </summary>
public static class HtmlReport
{
    /// <summary>The file's name.</summary>
    public const string FileName = "report.html";

    private static readonly string Style = Resource("report.css");
    private static readonly string Script = Resource("report.js");

    /// <summary>The page.</summary>
    /// <param name="images">What was scanned.</param>
    /// <param name="now">When the page is written.</param>
    public static string Write(IReadOnlyList<ScannedImage> images, DateTimeOffset now)
    {
        var html = new StringBuilder();
        var title = $"Findings in {string.Join(", ", images.Select(x => x.Record.Image))}";
        Append(html, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{new Raw(Hash(Style))}'; script-src '{new Raw(Hash(Script))}'; base-uri 'none'; form-action 'none'">
            <meta name="referrer" content="no-referrer">
            <title>{title}</title>
            <style>{new Raw(Style)}</style>
            </head>
            <body>
            <header>
            <h1>{title}</h1>

            """);
        foreach (var image in images) AppendImage(html, image);
        html.Append("</header>\n");
        var rows = images.SelectMany(image => FindingRow.Of(image.Decision.Findings).Select(row => (image.Record.Image, Row: row))).ToList();
        if (rows.Count == 0) html.Append("<main><p class=\"empty\">Nothing was found.</p></main>\n");
        else AppendFindings(html, rows, images.Count > 1);
        Append(html, $"""
            <footer>Written {now:yyyy-MM-dd HH:mm} UTC by ACCI.</footer>
            <script>{new Raw(Script)}</script>
            </body>
            </html>

            """);
        return html.ToString();
    }

    private static void AppendImage(StringBuilder html, ScannedImage image)
    {
        var (record, decision) = (image.Record, image.Decision);
        var verdict = decision.Passed ? "passed" : "stopped";
        var database = record.DatabaseAt is { } made ? $", vulnerability database of {made.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "";
        var severities = string.Join(", ", decision.Gate.Severities.OrderDescending().Select(x => x.ToName()));
        Append(html, $"""
            <section class="image {new Raw(verdict)}">
            <p class="verdict"><strong>{record.Image}</strong> <span class="badge">{new Raw(decision.Passed ? "✓ passed" : "✕ stopped")}</span></p>
            <p class="line">{image.Findings}</p>
            <dl>
            <div><dt>Gate</dt><dd>{severities} stop a publish{(decision.Gate.IgnoreUnfixed ? ", where a fix exists" : "")}</dd></div>
            <div><dt>Platforms</dt><dd>{string.Join(", ", image.Platforms)}</dd></div>
            <div><dt>Scanned</dt><dd>{record.ScannedAt:yyyy-MM-dd HH:mm} UTC with {record.Scanner}{database}</dd></div>
            <div><dt>Digest</dt><dd><code>{record.Digest}</code></dd></div>
            </dl>

            """);
        if (record.Doubt is { } old) Append(html, $"<p class=\"doubt\">{record.Image}: {old}; what became known since cannot be found.</p>\n");
        foreach (var (platform, doubt) in image.Platforms.Where(x => x.Doubt is not null).Select(x => (x.Platform, x.Doubt)))
            Append(html, $"<p class=\"doubt\">{platform}: {doubt}.</p>\n");
        foreach (var entry in decision.Expired)
            Append(html, $"<p class=\"expired\">{decision.Gate.Ignores.File}, line {entry.Line}: the entry for <b>{entry.Id}</b> expired on {entry.ExpiresAt:yyyy-MM-dd}.</p>\n");
        html.Append("</section>\n");
    }

    private static void AppendFindings(StringBuilder html, List<(string Image, FindingRow Row)> rows, bool several)
    {
        html.Append("<main>\n<form class=\"filters\" hidden>\n");
        AppendChoices(html, "severity", "Severity", rows.Select(x => x.Row.Finding.Severity).Distinct().OrderDescending().Select(x => (x.ToName(), rows.Count(row => row.Row.Finding.Severity == x))));
        AppendChoices(html, "platform", "Platform", rows.SelectMany(x => x.Row.Platforms.Select(p => p.ToString())).CountBy(x => x).OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => (x.Key, x.Value)));
        if (several) AppendChoices(html, "image", "Image", rows.CountBy(x => x.Image).Select(x => (x.Key, x.Value)));
        html.Append("""
            <fieldset><legend>Show</legend>
            <label><input type="checkbox" name="fixable"> only with a fix</label>
            <label><input type="checkbox" name="accepted"> accepted, too</label>
            </fieldset>
            <label class="search"><span>Search</span><input type="search" name="text" placeholder="package, identifier, title …"></label>
            </form>
            <p class="count" role="status"></p>
            <div class="scroll" tabindex="0" role="region" aria-label="Findings">
            <table>
            <caption>Findings, a row each</caption>
            <thead><tr>

            """);
        // Where a scan has nothing of a kind, the columns for it stay away.
        string[] heads = several ? ["Severity", "Identifier", "Image", "Package", "Installed → fixed", "Platforms", "What it is"] : ["Severity", "Identifier", "Package", "Installed → fixed", "Platforms", "What it is"];
        foreach (var head in heads) Append(html, $"<th scope=\"col\" aria-sort=\"none\"><button type=\"button\">{head}</button></th>");
        html.Append("\n</tr></thead>\n<tbody>\n");
        foreach (var (image, row) in rows) AppendRow(html, image, row, several);
        html.Append("</tbody>\n</table>\n</div>\n</main>\n");
    }

    private static void AppendChoices(StringBuilder html, string name, string legend, IEnumerable<(string Value, int Count)> choices)
    {
        Append(html, $"<fieldset><legend>{legend}</legend>\n");
        foreach (var (value, count) in choices)
            Append(html, $"<label data-value=\"{value}\"><input type=\"checkbox\" name=\"{name}\" value=\"{value}\" checked> {value} <small>{count}</small></label>\n");
        html.Append("</fieldset>\n");
    }

    private static void AppendRow(StringBuilder html, string image, FindingRow row, bool several)
    {
        var finding = row.Finding;
        var accepted = row.Verdict is Verdict.Ignored or Verdict.NotAffected;
        Append(html, $"<tr class=\"{(accepted ? "accepted" : row.Verdict == Verdict.Blocking ? "blocking" : "tolerated")}\" data-severity=\"{finding.Severity.ToName()}\" data-platforms=\"{string.Join(' ', row.Platforms)}\" data-image=\"{image}\" data-fixable=\"{(finding.IsFixable ? "yes" : "no")}\">");
        Append(html, $"<td data-key=\"{(int)finding.Severity}\"><span class=\"severity\" data-value=\"{finding.Severity.ToName()}\">{finding.Severity.ToName()}</span></td><td class=\"id\">");
        if (SafeText.Link(finding.Url) is { } link) Append(html, $"<a href=\"{link}\" rel=\"noopener noreferrer\">{finding.Id}</a>");
        else Append(html, $"{finding.Id}");
        html.Append("</td>");
        if (several) Append(html, $"<td>{image}</td>");
        Append(html, $"<td class=\"package\"><b>{row.Subject}</b>");
        if (finding.PackagePath.Length > 0 && finding.PackagePath != row.Subject) Append(html, $"<small>{finding.PackagePath}</small>");
        html.Append("</td><td class=\"versions\">");
        if (finding.Kind == FindingKind.Vulnerability)
        {
            Append(html, $"<span>{finding.InstalledVersion}</span> → ");
            if (finding.FixedVersion.Length > 0) Append(html, $"<span class=\"fix\">{finding.FixedVersion}</span>");
            else html.Append("<span class=\"nofix\">no fix yet</span>");
        }

        html.Append("</td><td class=\"platforms\">");
        foreach (var platform in row.Platforms) Append(html, $"<span>{platform}</span> ");
        Append(html, $"</td><td class=\"title\">{(finding.Title.Length > 0 ? finding.Title : finding.Description)}");
        if (row.Reason.Length > 0) Append(html, $"<small>{row.Reason}</small>");
        html.Append("</td></tr>\n");
    }

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(HtmlReport).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    // Everything that is put into a text with {…} is escaped; what is markup already says so by its type.
    private static void Append(StringBuilder html, FormattableString text) => html.Append(text.ToString(Escaping.Instance));

    private readonly record struct Raw(string Text);

    private sealed class Escaping : IFormatProvider, ICustomFormatter
    {
        public static Escaping Instance { get; } = new();

        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => arg switch
        {
            Raw raw => raw.Text,
            IFormattable value => HtmlEncoder.Default.Encode(value.ToString(format, CultureInfo.InvariantCulture)),
            _ => HtmlEncoder.Default.Encode(SafeText.Terminal(arg?.ToString() ?? "")),
        };
    }
}
