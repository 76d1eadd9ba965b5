using System.ComponentModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Acci.Health;

/// <summary>What a health endpoint answers.</summary>
internal sealed record HealthDocument(
    [property: Description("healthy; degraded: works, slower than it could; unhealthy.")] string Status,
    [property: Description("What was checked, by name.")] IReadOnlyDictionary<string, HealthDocumentCheck> Checks)
{
    internal static HealthDocument Of(HealthReport report) => new(
        Spell(report.Status),
        report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new HealthDocumentCheck(
                Spell(entry.Value.Status), Math.Round(entry.Value.Duration.TotalMilliseconds, 3), entry.Value.Description)));

    private static string Spell(HealthStatus status) => status.ToString().ToLowerInvariant();
}
