using Acci.Oci;

namespace Acci.Delivery.Publishing;

/// <summary>Platforms of an image that another machine has built, and what came of starting them there.</summary>
/// <param name="Platforms">The platforms.</param>
public sealed record PublishedPart(IReadOnlyList<Platform> Platforms)
{
    /// <summary>How their smoke test ended there; null where none has passed.</summary>
    public string? SmokeTest { get; init; }

    /// <summary>Why no platform was smoke-tested there, where that is so.</summary>
    public string? NotSmokeTested { get; init; }

    /// <summary>They have not passed a smoke test there, and nothing says why not.</summary>
    internal bool IsUntried => SmokeTest is null && NotSmokeTested is null;

    internal string? Problem => Platforms is not { Count: > 0 } || Platforms.Any(x => x is null) ? "'parts' has one without platforms" : null;
}
