using System.Globalization;
using System.Text;
using Acci.Oci;

namespace Acci.Delivery.Pruning;

/// <summary>What pruning one image did, or would do.</summary>
/// <param name="Repository">The image.</param>
/// <param name="Plan">What was decided.</param>
public sealed record PruneReport(ImageReference Repository, PrunePlan Plan)
{
    private const int MostRows = 50;

    /// <summary>Whether versions were deleted, or it is only said which would be.</summary>
    public bool Deleted { get; init; }

    /// <summary>Why versions that were to go stay, by digest.</summary>
    public IReadOnlyDictionary<Digest, string> Refusals { get; init; } = new Dictionary<Digest, string>();

    /// <summary>One line for the log.</summary>
    public string Headline
    {
        get
        {
            var gone = Plan.Deletions.Count - Refusals.Count;
            var verb = Deleted ? "deleted" : "would go";
            var freed = string.Create(CultureInfo.InvariantCulture, $"{Plan.FreedBytes / 1e6:0.0} MB");
            return $"{Repository.Repository}: {gone} of {Plan.Decisions.Count} versions {verb} ({freed}), {Plan.Decisions.Count - gone} stay";
        }
    }

    /// <summary>What stays, counted by the reason.</summary>
    public string Kept
    {
        get
        {
            var counts = Plan.Decisions.CountBy(x => x.Verdict).ToDictionary();
            return $"{Count(Verdict.Named)} named by a rule, {Count(Verdict.Newest)} newest, {Count(Verdict.Young)} young, {Count(Verdict.Previous)} for a rollback, {Count(Verdict.Part)} platforms, attestations and signatures of these"
                + (Count(Verdict.Unreadable) == 0 ? "" : $", {Count(Verdict.Unreadable)} that cannot be read")
                + (Refusals.Count == 0 ? "" : $", {Refusals.Count} not let go by GitHub");

            int Count(Verdict verdict) => counts.GetValueOrDefault(verdict);
        }
    }

    /// <summary>The report as text.</summary>
    public string ToText()
    {
        var text = new StringBuilder(Headline).AppendLine().AppendLine(CultureInfo.InvariantCulture, $"  stay: {Kept}");
        foreach (var (node, _, reason) in Plan.Unreadable)
        {
            var name = Shortened(string.Join(", ", node.Version.Tags));
            text.Append(CultureInfo.InvariantCulture, $"  {"stays",-8} {name,-24} {node.Digest.Abbreviation}  {node.Version.LastUse:yyyy-MM-dd}  ")
                .AppendLine(SafeText.Terminal(reason));
        }

        foreach (var row in Rows()) text.AppendLine(CultureInfo.InvariantCulture, $"  {row.Verb,-8} {row.Name,-24} {row.Digest}  {row.Used:yyyy-MM-dd}  {row.Reason}");
        if (Plan.Deletions.Count > MostRows) text.AppendLine(CultureInfo.InvariantCulture, $"  … and {Plan.Deletions.Count - MostRows} more");
        if (!Deleted && Plan.Deletions.Count > 0) text.AppendLine("  Nothing was deleted; --prune-delete deletes them.");
        return text.ToString().TrimEnd();
    }

    /// <summary>The same as GitHub-flavoured Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"## {Headline}").AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Stay: {Kept}.").AppendLine();
        foreach (var (node, _, reason) in Plan.Unreadable)
            text.Append(SafeText.Code(node.Version.Name)).Append(' ').AppendLine(SafeText.Markdown(reason)).AppendLine();
        if (Plan.Deletions.Count == 0) return text.ToString();
        text.AppendLine("| | version | last used | reason |").AppendLine("|---|---|---|---|");
        foreach (var row in Rows()) text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Verb} | {(row.Name.Length == 0 ? "" : $"{SafeText.Code(row.Name)} ")}`{row.Digest}` | {row.Used:yyyy-MM-dd} | {SafeText.Markdown(row.Reason)} |");
        if (Plan.Deletions.Count > MostRows) text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"… and {Plan.Deletions.Count - MostRows} more.");
        if (!Deleted) text.AppendLine().AppendLine("Nothing was deleted; `--prune-delete` deletes them.");
        return text.ToString();
    }

    private IEnumerable<(string Verb, string Name, string Digest, DateTimeOffset Used, string Reason)> Rows() =>
        from decision in Plan.Deletions.Take(MostRows)
        let refusal = Refusals.GetValueOrDefault(decision.Node.Digest)
        let verb = refusal is not null ? "stays" : Deleted ? "deleted" : "goes"
        let name = Shortened(decision.Node.Version.Tags.Count > 0 ? string.Join(", ", decision.Node.Version.Tags) : "")
        select (verb, name, decision.Node.Digest.Abbreviation, decision.Node.Version.LastUse, refusal ?? decision.Reason);

    // The tag of a signature has 75 characters, of which the first few tell what it is.
    private static string Shortened(string name) => Redaction.Beginning(name, 24);
}
