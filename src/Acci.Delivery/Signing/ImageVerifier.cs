using Acci.Delivery.Images.Tags;
using Acci.Delivery.Processes;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;

namespace Acci.Delivery.Signing;

/// <summary>Verifies an image where it is published, as a consumer would: from the registry, with what the signer is known by.</summary>
/// <param name="Cosign">What verifies.</param>
/// <param name="Registry">The registry that has the image.</param>
public sealed record ImageVerifier(Cosign Cosign, OciRegistry Registry)
{
    /// <summary>The commit that the image names is the one it was built from, and not one that its definition gives it.</summary>
    public bool NamesItsCommit { get; init; } = true;

    /// <summary>
    /// Verifies the signatures of the image and of each platform, and that each platform's bill of materials and provenance are attested, are about
    /// that platform, and name no other source than the signer's repository and the image's commit.
    /// </summary>
    /// <param name="image">The image, by digest.</param>
    /// <param name="signer">Who must have signed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Who signed, as the certificate spells it.</returns>
    /// <exception cref="CommandFailedException">One is missing or not valid.</exception>
    /// <exception cref="DeliveryException">
    /// The registry does not have the image, or not with these bytes; or an attestation says something else.
    /// </exception>
    public async Task<ExpectedSigner> VerifyAsync(ImageReference image, ExpectedSigner signer, CancellationToken cancellationToken)
    {
        var root = await Registry.GetManifestAsync(image, cancellationToken);
        if (root.IsIndex && PlatformImage.OthersIn(root.Manifests).FirstOrDefault() is { } other)
            throw new DeliveryException($"{image} cannot be verified: {other.Digest} in its index is neither an image with a platform nor an attestation.");
        Digest[] platforms = root.IsIndex ? [.. PlatformImage.Of(root.Manifests).Select(x => x.Manifest.Digest).Distinct()] : [root.Digest];
        if (platforms.Length == 0) throw new DeliveryException($"{image} is no image: its index names no platform.");
        var commit = NamesItsCommit ? root.Annotations.GetValueOrDefault(OciLabels.RevisionKey) : null;
        var spelled = await SpelledAsync(image.WithDigest(root.Digest), signer, cancellationToken);
        var checks = platforms.Append(root.Digest).Distinct().Select(digest => (Digest: digest, Type: PredicateType.Signature))
            .Concat(from digest in platforms from type in PredicateType.All select (Digest: digest, Type: type));
        await Parallel.ForEachAsync(checks, cancellationToken, async (check, token) =>
        {
            var reference = image.WithDigest(check.Digest);
            var statements = await Cosign.VerifyAttestationAsync(reference, check.Type, spelled, token);
            EnsureSays(reference, check.Type, statements, (spelled as ExpectedSigner.Workflow)?.Source.Repository, commit);
        });
        return spelled;
    }

    private async Task<ExpectedSigner> SpelledAsync(ImageReference root, ExpectedSigner signer, CancellationToken cancellationToken)
    {
        if (signer is not ExpectedSigner.Workflow workflow) return signer;
        var bundles = await SigstoreBundle.ListAsync(Registry, root, PredicateType.Signature, cancellationToken);
        var certificates = bundles.Select(x => x.Certificate).OfType<WorkflowCertificate>();
        var spellings = certificates.Select(workflow.SpelledAs).OfType<ExpectedSigner.Workflow>().ToList();
        return spellings.Contains(workflow) ? workflow : spellings.FirstOrDefault(workflow);
    }

    private static void EnsureSays(
        ImageReference reference, PredicateType type, IReadOnlyList<VerifiedStatement> statements, string? repository, string? commit)
    {
        var own = statements.Where(x => x.Type == type.Uri && x.Subjects.Contains(reference.Digest!.Value)).ToList();
        if (own.Count == 0) throw new DeliveryException($"{reference} has no attestation of the type {type.Uri} that is about it.");
        if (type != PredicateType.Provenance) return;
        // Several publishes of one platform may have attested; one has to be of this source.
        var problems = own.Select(x => ProvenanceSource.Of(x.Predicate).ProblemWith(repository, commit)).ToList();
        if (problems.All(x => x is not null))
            throw new DeliveryException($"The provenance of {reference} is not that of this image: it {problems[0]}.");
    }
}
