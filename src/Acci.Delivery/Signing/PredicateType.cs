namespace Acci.Delivery.Signing;

/// <summary>What a signed statement is about. Source: in-toto attestation framework, "Predicate"; cosign's names for <c>--type</c>.</summary>
/// <param name="Uri">The predicate's type as it stands in the statement.</param>
/// <param name="CosignName">The name cosign has for it.</param>
public sealed record PredicateType(string Uri, string CosignName)
{
    /// <summary>A software bill of materials: SPDX 2.3, JSON.</summary>
    public static PredicateType Spdx { get; } = new("https://spdx.dev/Document", "spdxjson");

    /// <summary>How it was built: SLSA provenance 1.0.</summary>
    public static PredicateType Provenance { get; } = new("https://slsa.dev/provenance/v1", "slsaprovenance1");

    /// <summary>All types the build attests.</summary>
    public static IReadOnlyList<PredicateType> All { get; } = [Spdx, Provenance];
}
