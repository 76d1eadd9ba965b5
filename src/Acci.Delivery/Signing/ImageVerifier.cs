using Acci.Delivery.Images.Tags;
using Acci.Delivery.Processes;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Serilog;

namespace Acci.Delivery.Signing;

/// <summary>Verifies an image where it is published, as a consumer would: from the registry, with what the signer is known by.</summary>
/// <param name="Cosign">What verifies.</param>
/// <param name="Registry">The registry that has the image.</param>
public sealed record ImageVerifier(Cosign Cosign, OciRegistry Registry)
{
    /// <summary>The commit that the image names is the one it was built from, and not one that its definition gives it.</summary>
    public bool NamesItsCommit { get; init; } = true;

    /// <summary>The repository that the image names is the one it was built from, and not one that its definition gives it.</summary>
    public bool NamesItsRepository { get; init; } = true;

    /// <summary>What the image's title has to be, where it says one: the name it was built under. Null where its definition gives it another one, or none is known.</summary>
    public string? Title { get; init; }

    /// <summary>
    /// Verifies the signatures of the image and of each platform, and that each platform's bill of materials and provenance are attested, are about
    /// that platform, and name no other source than the signer's repository, or where a key signed the image's, and the image's commit.
    /// </summary>
    /// <param name="image">The image, by digest.</param>
    /// <param name="signer">Who must have signed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Who signed, as the certificate spells it.</returns>
    /// <exception cref="CommandFailedException">One is not valid.</exception>
    /// <exception cref="DeliveryException">
    /// One is missing; the registry does not have the image, or not with these bytes; or an attestation says something else.
    /// </exception>
    public async Task<ExpectedSigner> VerifyAsync(ImageReference image, ExpectedSigner signer, CancellationToken cancellationToken)
    {
        var root = await Registry.GetManifestAsync(image, cancellationToken);
        if (Title is { } title && root.Annotations.GetValueOrDefault(OciLabels.TitleKey, title) is var said && said != title)
            throw new StatementException($"{image} is '{said}', and not '{title}': somebody has put another image there.");
        var checks = ChecksOf(image, root);
        var commit = NamesItsCommit ? root.Annotations.GetValueOrDefault(OciLabels.RevisionKey) : null;
        DeliveryException? problem = null;
        var spellings = await SpellingsAsync(image.WithDigest(root.Digest), signer, cancellationToken);
        if (spellings.Count == 0 && signer is ExpectedSigner.Workflow { Source.Ref: not null }) spellings = [signer];
        if (spellings.Count == 0) throw await RefusalAsync(image.WithDigest(root.Digest), signer, cancellationToken);
        foreach (var spelled in spellings)
        {
            var repository = spelled is ExpectedSigner.Workflow workflow ? workflow.Source.Repository
                : NamesItsRepository ? ProvenanceSource.RepositoryOf(root.Annotations.GetValueOrDefault(OciLabels.SourceKey)) : null;
            try
            {
                await VerifyAsync(image, checks, spelled, repository, commit, cancellationToken);
                return spelled;
            }
            catch (DeliveryException exception) when (exception is CommandFailedException or StatementException)
            {
                // What was not answered for one spelling leaves it open whether the image is signed.
                if (problem is null || (IsVerdict(problem) && !IsVerdict(exception))) problem = exception;
            }
        }

        throw problem!;
    }

    /// <summary>
    /// Whether an image is signed and attested as <see cref="VerifyAsync(ImageReference, ExpectedSigner, CancellationToken)"/> wants it. That it is not is said only where
    /// it is known.
    /// </summary>
    /// <exception cref="DeliveryException">It is not known: somebody who is needed for the answer fails, or gives one that is not understood.</exception>
    public async Task<bool> IsSignedAsync(ImageReference image, ExpectedSigner signer, CancellationToken cancellationToken)
    {
        try
        {
            await VerifyAsync(image, signer, cancellationToken);
            // Each platform is signed, too, and is not the image that people publish.
            return (await Registry.GetManifestAsync(image, cancellationToken)).IsIndex;
        }
        catch (DeliveryException exception) when (IsVerdict(exception))
        {
            Log.Debug("{Image:l}: {Problem:l}", image.ToString(), exception.Message);
            return false;
        }
    }

    /// <summary>Whether what <see cref="VerifyAsync(ImageReference, ExpectedSigner, CancellationToken)"/> ended with is a judgement of what is there.</summary>
    public static bool IsVerdict(DeliveryException exception) => exception is StatementException || (exception is CommandFailedException { Result: { } result } && CosignError.IsRefusal(result.StandardError));

    private static List<(Digest Digest, PredicateType Type)> ChecksOf(ImageReference image, Manifest root)
    {
        if (root.IsIndex && PlatformImage.OthersIn(root.Manifests).FirstOrDefault() is { } other)
            throw new StatementException($"{image} cannot be verified: {other.Digest} in its index is neither an image with a platform nor an attestation.");
        Digest[] platforms = root.IsIndex ? [.. PlatformImage.Of(root.Manifests).Select(x => x.Manifest.Digest).Distinct()] : [root.Digest];
        if (platforms.Length == 0) throw new StatementException($"{image} is no image: its index names no platform.");
        return [.. platforms.Append(root.Digest).Distinct().Select(digest => (Digest: digest, Type: PredicateType.Signature))
            .Concat(from digest in platforms from type in PredicateType.All select (Digest: digest, Type: type))];
    }

    private async Task VerifyAsync(
        ImageReference image,
        List<(Digest Digest, PredicateType Type)> checks,
        ExpectedSigner signer,
        string? repository,
        string? commit,
        CancellationToken cancellationToken) => await Parallel.ForEachAsync(checks, cancellationToken, async (check, token) =>
    {
        var reference = image.WithDigest(check.Digest);
        var statements = await StatementsAsync(reference, check.Type, signer, token);
        EnsureSays(reference, check.Type, statements, repository, commit);
    });

    // cosign passes over a bundle that a registry does not give it at that moment, and judges what is left.
    private Task<IReadOnlyList<VerifiedStatement>> StatementsAsync(ImageReference reference, PredicateType type, ExpectedSigner signer, CancellationToken cancellationToken) =>
        new RetryPolicy(Cosign.Retry).RunAsync($"cosign verify-attestation of {reference}", async attempt =>
        {
            try
            {
                return await Cosign.VerifyAttestationAsync(reference, type, signer, attempt.CancellationToken);
            }
            catch (CommandFailedException exception) when (IsVerdict(exception))
            {
                var error = exception.Result!.StandardError;
                if (await HasValidAsync(reference, type, signer, attempt.CancellationToken))
                    throw new TransientException($"cosign could not read all that the registry has ({CosignError.Of(error)})", innerException: exception);
                // What cosign says then is about formats that it looks for in vain.
                if (CosignError.IsAbsence(error)) throw new StatementException($"{reference} has no valid {(type == PredicateType.Signature ? "signature" : $"attestation of the type {type.Uri}")}.");
                throw;
            }
        }, cancellationToken);

    // One by one: anyone who may write there may have put some beside it that say the same.
    private async Task<bool> HasValidAsync(ImageReference reference, PredicateType type, ExpectedSigner signer, CancellationToken cancellationToken)
    {
        var named = SigstoreBundle.ListAsync(Registry, reference, type, cancellationToken).Where(signer.IsNamedBy);
        await foreach (var bundle in SigstoreBundle.WithinLimitAsync(named, reference))
        {
            if (await Cosign.IsValidAsync(bundle, reference, type, signer, cancellationToken)) return true;
        }

        return false;
    }

    // The spellings and refs of the signer in the certificates, to be verified one after the other, the likeliest first. cosign compares names by case, and the ref
    // only if it is given one. A bundle that nobody trusts may have them, too, and decides nothing.
    private async Task<IReadOnlyList<ExpectedSigner>> SpellingsAsync(ImageReference root, ExpectedSigner signer, CancellationToken cancellationToken) =>
        signer is not ExpectedSigner.Workflow workflow ? [signer] : [.. (await CertificatesAsync(root, cancellationToken))
            .Select(workflow.SpelledAs).OfType<ExpectedSigner.Workflow>().Distinct().OrderByDescending(x => x.Identity == workflow.Identity)];

    private async Task<IReadOnlyList<WorkflowCertificate>> CertificatesAsync(ImageReference root, CancellationToken cancellationToken) =>
        await SigstoreBundle.ListAsync(Registry, root, PredicateType.Signature, cancellationToken).Select(x => x.Certificate).OfType<WorkflowCertificate>().ToListAsync(cancellationToken);

    // Why no certificate is the signer's: cosign knows best what there is instead. What a certificate says of a pull request or an issuer, anyone may have written,
    // and is said only once it is verified.
    private async Task<DeliveryException> RefusalAsync(ImageReference root, ExpectedSigner signer, CancellationToken cancellationToken)
    {
        var workflow = (ExpectedSigner.Workflow)signer;
        var claims = (await CertificatesAsync(root, cancellationToken)).Where(x => workflow.RanInPullRequest(x) || workflow.IsOfEnterprise(x));
        foreach (var certificate in claims.Distinct())
        {
            var claimed = new ExpectedSigner.Workflow(certificate.Identity, certificate.Source);
            if (await ProblemWithAsync(root, claimed, cancellationToken) is not null) continue;
            return new StatementException(workflow.IsOfEnterprise(certificate)
                ? $"{root} was signed by {certificate.Identity} with a token of {certificate.Source.Issuer}, and not of {workflow.Source.Issuer}. If that is your enterprise's, "
                    + $"say so: {new Command("--signed-by-issuer", certificate.Source.Issuer)}"
                : $"{root} was signed by {certificate.Identity} in a pull request ({certificate.Source.Ref}), which nobody has accepted yet. Publish what was merged.");
        }

        return await ProblemWithAsync(root, signer, cancellationToken)
            ?? new StatementException($"{root} has no valid signature that says for which branch or tag its workflow ran.");
    }

    private async Task<DeliveryException?> ProblemWithAsync(ImageReference root, ExpectedSigner signer, CancellationToken cancellationToken)
    {
        try
        {
            await StatementsAsync(root, PredicateType.Signature, signer, cancellationToken);
            return null;
        }
        catch (DeliveryException exception) when (IsVerdict(exception))
        {
            return exception;
        }
    }

    private static void EnsureSays(
        ImageReference reference, PredicateType type, IReadOnlyList<VerifiedStatement> statements, string? repository, string? commit)
    {
        var own = statements.Where(x => x.Type == type.Uri && x.Subjects.Contains(reference.Digest!.Value)).ToList();
        if (own.Count == 0) throw new StatementException($"{reference} has no attestation of the type {type.Uri} that is about it.");
        if (type != PredicateType.Provenance) return;
        if (ProvenanceSource.ProblemOfAll(own.Select(x => x.Predicate), repository, commit) is { } problem)
            throw new StatementException($"The provenance of {reference} is not that of this image: it {problem}.");
    }
}
