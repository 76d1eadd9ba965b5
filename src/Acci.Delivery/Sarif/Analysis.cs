using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Sarif;

/// <summary>What one tool found in one category: one run, and one upload. Code scanning refuses two for the same tool and category.</summary>
/// <param name="Category">The category, <c>trivy/acci/linux-amd64/</c>; empty for a report that names none.</param>
/// <param name="Run">The results.</param>
public sealed record Analysis(string Category, Run Run)
{
    /// <summary>The tool's name.</summary>
    public string Tool => Run.Tool.Driver.Name;

    /// <summary>The SARIF file of this one run.</summary>
    public SarifLog ToLog() => new() { SchemaUri = SchemaUri, Version = SarifVersion.Current, Runs = [Run] };

    /// <inheritdoc/>
    public override string ToString() => Category.Length == 0 ? Tool : $"{Tool}, {Category}";

    private static Uri SchemaUri { get; } = new("https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/sarif-schema-2.1.0.json");

    /// <summary>A run's category: what stands before the last slash of its identifier, with that slash. Source: SARIF 2.1.0, 3.17.3; GitHub's documentation, "SARIF support for code scanning".</summary>
    public static string CategoryOf(Run run) => run.AutomationDetails?.Id is { } id ? id[..(id.LastIndexOf('/') + 1)] : "";

    /// <summary>The runs of all reports, those of one tool and category merged into one.</summary>
    /// <param name="logs">The reports.</param>
    /// <param name="warn">Is told of what differs between runs that become one, and was left out.</param>
    /// <exception cref="DeliveryException">Runs cannot be merged without loss; the message names files and places.</exception>
    public static IReadOnlyList<Analysis> Merge(IEnumerable<SarifLog> logs, Action<string> warn) =>
    [
        .. logs.SelectMany(log => log.Runs).GroupBy(run => (Tool: run.Tool.Driver.Name, Category: CategoryOf(run))).Select(group => new Analysis(group.Key.Category, RunMerger.Merge([.. group], warn))),
    ];
}
