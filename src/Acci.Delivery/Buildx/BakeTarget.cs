namespace Acci.Delivery.Buildx;

/// <summary>One image's build. Source: bake file reference, "Target"; properties left null are not written.</summary>
public sealed record BakeTarget
{
    private const string LayoutScheme = "oci-layout://";

    /// <summary>Folder whose files the build may read, relative to where bake is run.</summary>
    public required string Context { get; init; }

    /// <summary>The Dockerfile, relative to the context.</summary>
    public required string Dockerfile { get; init; }

    /// <summary>The stage to build; the last one when null.</summary>
    public string? Target { get; init; }

    /// <summary>The platforms to build for.</summary>
    public required IReadOnlyList<string> Platforms { get; init; }

    /// <summary>Build arguments.</summary>
    public IReadOnlyDictionary<string, BakeArgument>? Args { get; init; }

    /// <summary>Labels in the image's configuration.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Annotations, each <c>type[,type]:key=value</c>.</summary>
    public IReadOnlyList<string>? Annotations { get; init; }

    /// <summary>What stands for an image named in a FROM line: the name, and <c>docker-image://</c> with another, or <c>oci-layout://</c> with a folder and a digest.</summary>
    public IReadOnlyDictionary<string, string>? Contexts { get; init; }

    /// <summary>The folders of the layouts among these.</summary>
    internal IEnumerable<string> BaseLayouts =>
        (Contexts?.Values ?? []).Where(x => x.StartsWith(LayoutScheme, StringComparison.Ordinal)).Select(x => x[LayoutScheme.Length..].Split('@')[0]);

    /// <summary>Attestations to make: <c>type=provenance,…</c>, <c>type=sbom,…</c>.</summary>
    public IReadOnlyList<string>? Attest { get; init; }

    /// <summary>Files the build may read as secrets: <c>id=…,src=…</c>.</summary>
    public IReadOnlyList<string>? Secret { get; init; }

    /// <summary>Where cached layers come from.</summary>
    public IReadOnlyList<string>? CacheFrom { get; init; }

    /// <summary>Where cached layers go.</summary>
    public IReadOnlyList<string>? CacheTo { get; init; }

    /// <summary>Where the image goes.</summary>
    public IReadOnlyList<string>? Output { get; init; }
}
