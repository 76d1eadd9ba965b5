using Acci.Delivery.GitHub;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Registries;

namespace Acci.Delivery.Releasing;

/// <summary>
/// The bundles of an image's signatures and attestations, as a release carries them: with one of them, and the image's digest, anyone verifies
/// without the registry.
/// </summary>
/// <param name="Registry">The registry that has the image.</param>
/// <param name="Signer">Whose bundles; those of others stay where they are.</param>
internal sealed record SignatureBundles(OciRegistry Registry, ExpectedSigner Signer)
{
    private const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";

    private static readonly (PredicateType Type, string Suffix)[] OfPlatform =
        [(PredicateType.Signature, ""), (PredicateType.Spdx, ".spdx"), (PredicateType.Provenance, ".provenance")];

    /// <summary>Reads those of an image.</summary>
    /// <param name="image">The image, by digest.</param>
    /// <param name="platforms">The digests of its platforms, with the names of their files.</param>
    /// <param name="name">How its files begin.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<ReleaseAsset>> ReadAsync(
        ImageReference image, IEnumerable<(Digest Digest, string Name)> platforms, string name, CancellationToken cancellationToken)
    {
        var wanted = platforms.SelectMany(x => OfPlatform.Select(kind => (x.Digest, kind.Type, Name: $"{x.Name}{kind.Suffix}")))
            .Prepend((image.Digest!.Value, PredicateType.Signature, name));
        var assets = new List<ReleaseAsset>();
        foreach (var (digest, type, file) in wanted)
        {
            var bundles = SigstoreBundle.ListAsync(Registry, image.WithDigest(digest), type, cancellationToken);
            // Of several the one that was made last.
            if (await bundles.LastOrDefaultAsync(Signer.IsNamedBy, cancellationToken) is { } bundle) assets.Add(new ReleaseAsset($"{file}.sigstore.json", MediaType, bundle.Content));
        }

        return assets;
    }
}
