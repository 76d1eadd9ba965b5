using System.Globalization;
using Acci.Oci;

namespace Acci.Delivery.Scanning;

/// <summary>What a scanner recognised in a platform: without findings, an image whose packages are known is clean, and one of which nothing is known is not.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Packages">How many packages, with findings or without.</param>
public sealed record ScannedContent(Platform Platform, int Packages)
{
    /// <summary>The operating system, <c>debian 13.1</c>; empty where none was recognised.</summary>
    public string System { get; init; } = "";

    /// <summary>Its maker supports it no more.</summary>
    public bool IsOutdated { get; init; }

    /// <summary>Why no findings would mean little; null when they would mean what they say.</summary>
    public string? Doubt =>
        Packages == 0 ? "no package was recognised in it, so nothing can be found in it"
        : System.Length == 0 ? "its operating system was not recognised, so nothing can be found in that"
        : IsOutdated ? $"{System} is past its end of life: what is wrong with it is not told any more"
        : null;

    /// <summary><c>92 packages, debian 13.1</c>.</summary>
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{(Packages == 1 ? "1 package" : $"{Packages} packages")}, {(System.Length == 0 ? "no known operating system" : System)}");

    /// <inheritdoc/>
    public override string ToString() => $"{Platform} ({ToLine()})";
}
