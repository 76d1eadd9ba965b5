using System.Globalization;
using Acci.Oci;

namespace Acci.Delivery.Scanning;

/// <summary>What a scanner recognised in a platform: without findings, an image whose packages are known is clean, and one of which nothing is known is not.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Packages">How many packages, with findings or without.</param>
public sealed record ScannedContent(Platform Platform, int Packages)
{
    /// <summary>How many of these are the application's and not the base image's: listed in a lock file, a binary or a <c>*.deps.json</c>.</summary>
    public int ApplicationPackages { get; init; }

    /// <summary>No package of its application was recognised, in an image that was scanned as a whole.</summary>
    public bool HasUnknownApplication { get; init; }

    /// <summary>Another platform of the same image whose application's packages were recognised, where none of this one's were.</summary>
    public ScannedContent? Known { get; init; }

    /// <summary>The operating system, <c>debian 13.1</c>; empty where none was recognised.</summary>
    public string System { get; init; } = "";

    /// <summary>No package of it was recognised, or the scanner has no advisories of it: nothing is found in it, whatever is wrong.</summary>
    public bool HasUnknownSystem { get; init; }

    /// <summary>It is a later release than those that the scanner is known to have advisories of: finding nothing in it may mean nothing.</summary>
    public bool HasNewSystem { get; init; }

    /// <summary>Its maker supports it no more.</summary>
    public bool IsOutdated { get; init; }

    /// <summary>Why no findings would mean little; null when they would mean what they say.</summary>
    public string? Doubt =>
        Packages == 0 ? "no package was recognised in it, so nothing can be found in it"
        : string.Join("; ", ((string?[])[DoubtOfSystem, DoubtOfApplication]).OfType<string>()) is { Length: > 0 } doubts ? doubts : null;

    private string? DoubtOfSystem =>
        System.Length == 0 ? "its operating system was not recognised, so nothing can be found in that"
        : HasUnknownSystem ? $"no package of {System} was recognised, or the scanner has no advisories of it: nothing can be found in that"
        : HasNewSystem ? $"{System} is later than the releases that the scanner is known to have advisories of: that nothing was found in it may mean nothing"
        : IsOutdated ? $"{System} is past its end of life: what is wrong with it is not told any more"
        : null;

    private string? DoubtOfApplication => !HasUnknownApplication ? null
        : $"no package of its application was recognised{(Known is null ? "" : $", and {Known.ApplicationPackages} were in {Known.Platform}")}: what is compiled into a binary is not seen, unless a list lies beside it";

    /// <summary><c>92 packages, debian 13.1</c>.</summary>
    public string ToLine()
    {
        var packages = Packages == 1 ? "1 package" : string.Create(CultureInfo.InvariantCulture, $"{Packages} packages");
        return $"{packages}{(Packages > 0 && ApplicationPackages == 0 ? ", none of an application" : "")}, {(System.Length == 0 ? "no known operating system" : System)}";
    }

    /// <summary>The platforms of one image, each compared with the others.</summary>
    public static IReadOnlyList<ScannedContent> Compared(IReadOnlyList<ScannedContent> platforms)
    {
        var known = platforms.Where(x => x.ApplicationPackages > 0).MaxBy(x => x.ApplicationPackages);
        return [.. platforms.Select(x => x.ApplicationPackages > 0 ? x : x with { HasUnknownApplication = true, Known = known })];
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Platform} ({ToLine()})";
}
