using Acci.Delivery.GitHub;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Releasing;

/// <summary>
/// The bundles of an image's signatures and attestations, as a release carries them: with one of them, and the image's digest, anyone verifies
/// without the registry.
/// </summary>
/// <param name="Registry">The registry that has the image.</param>
/// <param name="Signer">Whose bundles; those of others stay where they are, whatever they say.</param>
/// <param name="Cosign">What verifies each of them.</param>
/// <param name="Commit">The commit that the image was built from. A platform may have provenances of several.</param>
internal sealed record SignatureBundles(OciRegistry Registry, ExpectedSigner Signer, Cosign Cosign, string Commit)
{
    private const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";

    private static readonly (PredicateType Type, string Suffix)[] OfPlatform =
        [(PredicateType.Signature, ""), (PredicateType.Spdx, ".spdx"), (PredicateType.Provenance, ".provenance")];

    /// <summary>Reads those of an image.</summary>
    /// <param name="image">The image, by digest.</param>
    /// <param name="platforms">Its platforms: their digests, and the names of their files.</param>
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
            if (await FindAsync(image.WithDigest(digest), type, cancellationToken) is { } bundle)
                assets.Add(new ReleaseAsset($"{file}.sigstore.json", MediaType, bundle.Content));
            else
                Log.Warning("{File:l}.sigstore.json is left out: the registry has no such bundle of the signer's that cosign verifies", file);
        }

        return assets;
    }

    // Of several the one that was made last. Anyone who may write to the registry may add bundles that only look like the signer's.
    private async Task<SigstoreBundle?> FindAsync(ImageReference image, PredicateType type, CancellationToken cancellationToken)
    {
        var named = await SigstoreBundle.ListAsync(Registry, image, type, cancellationToken).Where(x => Signer.IsNamedBy(x) && IsOfCommit(x, type)).ToListAsync(cancellationToken);
        await foreach (var bundle in SigstoreBundle.WithinLimitAsync(Enumerable.Reverse(named).ToAsyncEnumerable(), image))
        {
            if (await Cosign.IsValidAsync(bundle, image, type, Signer, cancellationToken)) return bundle;
        }

        return null;
    }

    private bool IsOfCommit(SigstoreBundle bundle, PredicateType type) => type != PredicateType.Provenance
        || (bundle.ReadStatement() is { } statement && ProvenanceSource.Of(statement.Predicate).ProblemWith(null, Commit) is null);
}
