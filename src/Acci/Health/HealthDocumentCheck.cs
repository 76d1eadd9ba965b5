using System.ComponentModel;

namespace Acci.Health;

/// <summary>The result of one check.</summary>
internal sealed record HealthDocumentCheck(
    [property: Description("healthy, degraded or unhealthy.")] string Status,
    [property: Description("How long the check took.")] double Milliseconds,
    [property: Description("What there is to say, if anything.")] string? Detail);
