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

    /// <summary>As if it had only some of its platforms.</summary>
    internal PublishedPart For(IEnumerable<Platform> platforms)
    {
        var some = Platforms.Intersect(platforms).ToList();
        return new(some) { SmokeTest = SmokeTest is null ? null : ResultOf(SmokeTest, some), NotSmokeTested = NotSmokeTested };
    }

    // The result names each platform before what came of it, unless none was started by itself.
    private string ResultOf(string result, IReadOnlyList<Platform> platforms)
    {
        var ends = Platforms.Select(x => (Platform: x, At: $", {result}".IndexOf($", {x} ", StringComparison.Ordinal))).OrderBy(x => x.At).ToList();
        if (ends.Any(x => x.At < 0)) return result;
        var texts = ends.Select((x, i) => (x.Platform, Text: i + 1 < ends.Count ? result[x.At..(ends[i + 1].At - 2)] : result[x.At..]));
        return string.Join(", ", texts.Where(x => platforms.Contains(x.Platform)).Select(x => x.Text));
    }

    internal string? Problem => Platforms is not { Count: > 0 } || Platforms.Any(x => x is null) ? "'parts' has one without platforms" : null;
}
