using System.Globalization;
using System.IO.Compression;
using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Sarif;

/// <summary>
/// What code scanning takes of one run. What is above is left out here, the least severe first, and named; else the whole upload would be refused, or GitHub would
/// leave it out without a word. Source: GitHub's REST API, "Upload an analysis as SARIF data".
/// </summary>
public sealed record UploadLimits
{
    /// <summary>GitHub's own.</summary>
    public static UploadLimits GitHub { get; } = new();

    /// <summary>Results of a run. Up to 25,000 are taken, of which 5,000 are kept.</summary>
    public int Results { get; init; } = 5_000;

    /// <summary>Rules of a run.</summary>
    public int Rules { get; init; } = 25_000;

    /// <summary>Extensions of a tool.</summary>
    public int Extensions { get; init; } = 100;

    /// <summary>Locations of a result.</summary>
    public int Locations { get; init; } = 1_000;

    /// <summary>Thread-flow locations of a result.</summary>
    public int ThreadFlowLocations { get; init; } = 10_000;

    /// <summary>Tags of a rule.</summary>
    public int Tags { get; init; } = 20;

    /// <summary>Bytes of the compressed report.</summary>
    public int CompressedSize { get; init; } = 10_000_000;

    /// <summary>Cuts the run to the limits and returns what is uploaded.</summary>
    /// <param name="analysis">The run; it is changed.</param>
    /// <param name="warn">Is told of everything that was left out.</param>
    /// <returns>The report, compressed with gzip.</returns>
    /// <exception cref="DeliveryException">Even a single result is too large.</exception>
    public byte[] Apply(Analysis analysis, Action<string> warn)
    {
        var run = analysis.Run;
        CutExtensions(analysis, warn);
        CutResults(analysis, Results, $"code scanning keeps {Text(Results)}", warn);
        CutRules(analysis, warn);
        var (locations, flows) = (0, 0);
        foreach (var result in run.Results)
        {
            if (result is null) continue;
            if (result.Locations?.Count > Locations) (result.Locations, locations) = ([.. result.Locations.Take(Locations)], locations + 1);
            if (CutThreadFlows(result)) flows++;
        }

        if (locations > 0) warn($"{analysis}: {locations} results have more than {Text(Locations)} locations; the first {Text(Locations)} of each were kept.");
        if (flows > 0) warn($"{analysis}: {flows} results have more than {Text(ThreadFlowLocations)} steps in their code flows; the first {Text(ThreadFlowLocations)} of each were kept.");
        CutTags(analysis, warn);

        var compressed = Compress(analysis);
        while (compressed.Length > CompressedSize)
        {
            var fitting = (int)(run.Results.Count * 0.9 * CompressedSize / compressed.Length);
            if (run.Results.Count == 0)
                throw new DeliveryException($"{analysis}: the report is too large for code scanning even without any result, {Text(compressed.Length)} bytes compressed of {Text(CompressedSize)}.");
            CutResults(analysis, fitting, $"compressed, the report must not be larger than {Text(CompressedSize)} bytes", warn);
            RuleCut.Apply(run, 0);
            compressed = Compress(analysis);
        }

        return compressed;
    }

    private static byte[] Compress(Analysis analysis)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true)) SarifWriter.Write(analysis.ToLog(), gzip);
        return compressed.ToArray();
    }

    private static void CutResults(Analysis analysis, int limit, string why, Action<string> warn)
    {
        var run = analysis.Run;
        if (run.Results.Count <= limit) return;
        var severity = new ResultSeverity(run);
        // Sorting is stable: among equals the tool's own order decides.
        var ranked = run.Results.OrderByDescending(severity.Of).ToList();
        var dropped = ranked.Skip(limit).GroupBy(severity.NameOf).Select(group => $"{Text(group.Count())} {group.Key}");
        warn($"{analysis}: {Text(run.Results.Count - limit)} of {Text(run.Results.Count)} results were left out, because {why}; the most severe were kept. Left out: {string.Join(", ", dropped)}.");
        run.Results = ranked[..limit];
    }

    private void CutRules(Analysis analysis, Action<string> warn)
    {
        var count = RuleCut.CountOf(analysis.Run);
        if (count <= Rules) return;
        RuleCut.Apply(analysis.Run, Rules);
        warn($"{analysis}: {Text(count - RuleCut.CountOf(analysis.Run))} of {Text(count)} rules were left out, because code scanning takes {Text(Rules)}; those with results were kept.");
    }

    private void CutExtensions(Analysis analysis, Action<string> warn)
    {
        var (run, extensions) = (analysis.Run, analysis.Run.Tool.Extensions);
        if (extensions is null || extensions.Count <= Extensions) return;
        run.Tool.Extensions = [.. extensions.Take(Extensions)];
        var lost = run.Results.Count(result => result?.Rule?.ToolComponent?.Index >= Extensions);
        run.Results = [.. run.Results.Where(result => !(result?.Rule?.ToolComponent?.Index >= Extensions))];
        warn($"{analysis}: {extensions.Count - Extensions} of {extensions.Count} extensions of the tool were left out, because code scanning takes {Extensions}, and with them {Text(lost)} results by their rules.");
    }

    private bool CutThreadFlows(Result result)
    {
        var left = ThreadFlowLocations;
        var cut = false;
        foreach (var flow in (result.CodeFlows ?? []).SelectMany(x => x?.ThreadFlows ?? []))
        {
            if (flow?.Locations is not { } locations) continue;
            if (locations.Count > left)
            {
                // A flow needs a step, so the last one keeps its first.
                flow.Locations = [.. locations.Take(Math.Max(1, left))];
                cut = true;
            }

            left -= flow.Locations.Count;
        }

        return cut;
    }

    private void CutTags(Analysis analysis, Action<string> warn)
    {
        var count = 0;
        foreach (var rule in (analysis.Run.Tool.Extensions ?? []).Prepend(analysis.Run.Tool.Driver).SelectMany(component => component?.Rules ?? []))
        {
            if (rule is null || !rule.TryGetProperty("tags", out List<string> tags) || tags.Count <= Tags) continue;
            rule.SetProperty("tags", tags.Take(Tags).ToList());
            count++;
        }

        if (count > 0) warn($"{analysis}: {Text(count)} rules have more than {Tags} tags; the first {Tags} of each were kept.");
    }

    private static string Text(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
