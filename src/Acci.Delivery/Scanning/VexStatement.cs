namespace Acci.Delivery.Scanning;

/// <summary>What a VEX document says about one vulnerability in some products.</summary>
/// <param name="Id">The vulnerability.</param>
/// <param name="Products">What it is said of.</param>
/// <param name="IsHarmless">The products are not affected, or have it fixed.</param>
/// <param name="Reason">What it says, in a line.</param>
/// <param name="Time">When it was said: a later statement replaces an earlier one. Null, which counts as the earliest, where the document does not tell.</param>
public sealed record VexStatement(string Id, IReadOnlyList<VexProduct> Products, bool IsHarmless, string Reason, DateTimeOffset? Time);

/// <summary>A product: a package, or an image as a whole or in some of its packages.</summary>
/// <param name="Package">The product.</param>
/// <param name="Subcomponents">The packages in it that are spoken of; none means all of it.</param>
public sealed record VexProduct(PackageUrl Package, IReadOnlyList<PackageUrl> Subcomponents)
{
    /// <summary>The finding is in this product.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="image">The image it was found in.</param>
    public bool Has(ScanFinding finding, ScannedSubject image) =>
        (Package.Type == "oci" ? image.Is(Package) : finding.Purl is { } own && Package.Matches(own))
        && (Subcomponents.Count == 0 || (finding.Purl is { } part && Subcomponents.Any(x => x.Matches(part))));
}
