namespace Acci.Delivery;

/// <summary>Which steps a build is going to take: what they need is looked at before the first of them.</summary>
public sealed record DeliveryScope
{
    /// <summary>All of them, as Publish takes them.</summary>
    public static DeliveryScope Publish { get; } = new() { Builds = true, UsesEngine = true, Scans = true, Signs = true, Tags = true };

    /// <summary>Images are built.</summary>
    public bool Builds { get; init; }

    /// <summary>An engine builds, checks or starts images.</summary>
    public bool UsesEngine { get; init; }

    /// <summary>Images are scanned.</summary>
    public bool Scans { get; init; }

    /// <summary>Images are pushed, signed and attested.</summary>
    public bool Signs { get; init; }

    /// <summary>Tags move.</summary>
    public bool Tags { get; init; }

    /// <summary>The targets among them that a person leaves out (<c>--skip</c>), by name.</summary>
    public IReadOnlyList<string> Skipped { get; init; } = [];
}
