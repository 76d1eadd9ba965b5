using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>Pushes every image by digest, signs it there and attests what is known of its making. No tag moves.</summary>
/// <param name="context">What the targets of the build share.</param>
public sealed class SignImages(DeliveryContext context) : Verb
{
    private readonly ImageFiles _files = new(context.Options);

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">An image was not built, and is not going to be.</exception>
    public override Task PrepareAsync(DeliveryScope scope) => context.EnsureBuiltAsync(scope);

    /// <inheritdoc/>
    public override Task PlanAsync()
    {
        var signer = SigningChoice.Of(context).ToString();
        foreach (var image in context.Options.Images)
            Log.Information("{Repository:l}: would push by digest, then sign and attest {Signer:l}", context.PlaceOf(image), signer);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">An image may not leave this machine, or the registry or cosign refused.</exception>
    public override Task RunAsync() => context.ForEachImageAsync(async (image, publish) =>
    {
        var layout = await context.LayoutAsync(image, publish.Record);
        var cosign = await context.CosignAsync();
        await PushAsync(image, publish, layout, cosign.Identity);
        // The printed command names it, whoever it is that is trusted here.
        await cosign.WritePublicKeyAsync(_files.PublicKey, context.CancellationToken);
        // Another key than last time: its signature is added to those that are there.
        if (publish.Record.SignedBy != await cosign.ReadSignerAsync(context.CancellationToken)) publish.Reopen(PublishStep.Sign);
        if (publish.Has(PublishStep.Sign)) await SignMissingAsync(image, layout);
        await publish.StepAsync(PublishStep.Sign, () => SignAsync(image, publish, layout));
    });

    /// <summary>Signs one image that the registry has. What an earlier run signed stays, unless everything is to be done again.</summary>
    private async Task<string> SignAsync(ImageDefinition image, PublishTransaction publish, OciLayout layout)
    {
        var cosign = await context.CosignAsync();
        ExpectedSigner own = cosign.Identity is SigningIdentity.Keyless keyless
            ? new ExpectedSigner.Workflow(keyless.Identity, keyless.Source) : new ExpectedSigner.PublicKey(_files.PublicKey);
        var (signatures, attestations) = await InAllAsync(image, layout, signing => context.Options.Republish
            ? signing.SignAsync(context.CancellationToken) : signing.SignInvalidAsync(own, context.CancellationToken));
        var signer = await cosign.ReadSignerAsync(context.CancellationToken);
        publish.Update(record => record with { SignedBy = signer });
        return signatures + attestations == 0 ? $"signed and attested by {signer} before"
            : $"{signatures} signatures and {attestations} attestations by {signer}";
    }

    // The record says that they were made, and a registry's retention may have removed them since.
    private async Task SignMissingAsync(ImageDefinition image, OciLayout layout)
    {
        var (signatures, attestations) = await InAllAsync(image, layout, signing => signing.SignMissingAsync(context.CancellationToken));
        if (signatures + attestations == 0) return;
        Log.Warning(
            "{Image}: {Signatures} signatures and {Attestations} attestations of an earlier run were missing in the registry; they were made again",
            image.Name, signatures, attestations);
    }

    // Signs in each registry that the image goes to.
    private async Task<(int Signatures, int Attestations)> InAllAsync(ImageDefinition image, OciLayout layout, Func<ImageSigner, Task<(int Signatures, int Attestations)>> signAsync)
    {
        var (signatures, attestations) = (0, 0);
        foreach (var (registry, repository) in await context.PlacesAsync(image))
        {
            var (signed, attested) = await signAsync(new ImageSigner(await context.CosignAsync(), layout, registry, repository));
            (signatures, attestations) = (signatures + signed, attestations + attested);
        }

        return (signatures, attestations);
    }

    // What those who verify would refuse is neither pushed nor signed. Of several provenances each has to match: all of them are attested.
    private async Task EnsureProvenanceMatchesAsync(ImageDefinition image, OciLayout layout, SigningIdentity? signer, bool isThisMachine)
    {
        var said = (await layout.ReadManifestAsync(layout.Root, context.CancellationToken)).Annotations;
        var repository = signer is SigningIdentity.Keyless own ? own.Source.Repository
            : image.Gives(OciLabels.SourceKey) ? null : ProvenanceSource.RepositoryOf(said.GetValueOrDefault(OciLabels.SourceKey));
        var commit = image.Gives(OciLabels.RevisionKey) ? null : said.GetValueOrDefault(OciLabels.RevisionKey);
        foreach (var platform in await layout.ReadPlatformsAsync(context.CancellationToken))
        {
            var provenances = await InTotoStatement.ReadAsync(layout, platform, PredicateType.Provenance, context.CancellationToken);
            if (provenances.Select(x => ProvenanceSource.Of(x.Predicate).ProblemWith(repository, commit)).FirstOrDefault(x => x is not null) is { } problem)
            {
                throw new DeliveryException($"'{image.Name}' is not pushed: the provenance of {platform.Platform} says that it {problem}. "
                    + "Build it in a clone of that repository, from a folder of that commit.");
            }

            if (isThisMachine) continue;
            foreach (var provenance in provenances) ProvenanceLogins.EnsureNone($"'{image.Name}'", $"{platform.Platform}", provenance.Predicate);
        }
    }

    private async Task PushAsync(ImageDefinition image, PublishTransaction publish, OciLayout layout, SigningIdentity? signer)
    {
        var root = await layout.ReadManifestAsync(layout.Root, context.CancellationToken);
        var departure = await context.DepartureAsync();
        DeparturePolicy.Of(context, departure).EnsureMayBePushed(publish.Record, root);
        var places = await context.PlacesAsync(image);
        publish.Record.EnsureGoesTo([.. places.Select(x => x.Repository)]);
        await EnsureProvenanceMatchesAsync(image, layout, signer, departure.IsLoopback);
        if (publish.Has(PublishStep.Push) && await AreThereAsync(places, publish.Record.Digest))
        {
            Log.Information("{Image}: {Reference:l} is in the registry already", image.Name, string.Join(", ", publish.References));
            return;
        }

        await publish.RedoAsync(PublishStep.Push, async () =>
        {
            var results = new List<string>();
            foreach (var (registry, repository) in places)
            {
                var pushed = await registry.PushAsync(layout, repository, new TransferLog(image.Name, context.Time), context.CancellationToken);
                var place = places.Count == 1 ? "" : $"{repository.Repository}: ";
                results.Add($"{place}pushed by digest: {pushed.BlobsSent} blobs sent ({pushed.BytesSent / 1e6:0.0} MB), {pushed.BlobsPresent} there before");
            }

            return string.Join("; ", results);
        });
    }

    // Their bytes are asked for: a registry that only says that it has them may have others.
    private async Task<bool> AreThereAsync(IEnumerable<(OciRegistry Registry, ImageReference Repository)> places, Digest digest)
    {
        foreach (var (registry, repository) in places)
        {
            var image = repository.WithDigest(digest);
            if (await registry.FindManifestAsync(image, context.CancellationToken) is not { } there) return false;
            if (await registry.FindMissingPartAsync(image, there, context.CancellationToken) is not null) return false;
        }

        return true;
    }
}
