namespace Acci.Delivery.Signing;

/// <summary>What a signed statement is about. Source: in-toto attestation framework, "Predicate".</summary>
/// <param name="Uri">
/// The predicate's type as it stands in the statement. cosign's <c>--type</c> takes it, too: of a provenance that it is given under its own name
/// for the type, <c>slsaprovenance1</c>, it signs only what it knows, and BuildKit's word on the source repository and commit is lost.
/// </param>
public sealed record PredicateType(string Uri)
{
    /// <summary>That it is signed, and nothing else: what <c>cosign sign</c> of version 3 writes.</summary>
    public static PredicateType Signature { get; } = new("https://sigstore.dev/cosign/sign/v1");

    /// <summary>A software bill of materials: SPDX 2.3, JSON.</summary>
    public static PredicateType Spdx { get; } = new("https://spdx.dev/Document");

    /// <summary>How it was built: SLSA provenance 1.0.</summary>
    public static PredicateType Provenance { get; } = new("https://slsa.dev/provenance/v1");

    /// <summary>All types the build attests beside the signature.</summary>
    public static IReadOnlyList<PredicateType> All { get; } = [Spdx, Provenance];

    /// <inheritdoc/>
    public override string ToString() => Uri;
}
