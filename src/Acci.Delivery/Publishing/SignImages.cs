using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Acci.Oci.Layouts;
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
        var signing = await SigningAsync(image, layout);
        ExpectedSigner own = cosign.Identity is SigningIdentity.Keyless keyless
            ? new ExpectedSigner.Workflow(keyless.Identity, keyless.Source) : new ExpectedSigner.PublicKey(_files.PublicKey);
        var (signatures, attestations) = context.Options.Republish
            ? await signing.SignAsync(context.CancellationToken) : await signing.SignInvalidAsync(own, context.CancellationToken);
        var signer = await cosign.ReadSignerAsync(context.CancellationToken);
        publish.Update(record => record with { SignedBy = signer });
        return signatures + attestations == 0 ? $"signed and attested by {signer} before"
            : $"{signatures} signatures and {attestations} attestations by {signer}";
    }

    // The record says that they were made, and a registry's retention may have removed them since.
    private async Task SignMissingAsync(ImageDefinition image, OciLayout layout)
    {
        var (signatures, attestations) = await (await SigningAsync(image, layout)).SignMissingAsync(context.CancellationToken);
        if (signatures + attestations == 0) return;
        Log.Warning(
            "{Image}: {Signatures} signatures and {Attestations} attestations of an earlier run were missing in the registry; they were made again",
            image.Name, signatures, attestations);
    }

    private async Task<ImageSigner> SigningAsync(ImageDefinition image, OciLayout layout) =>
        new(await context.CosignAsync(), layout, await context.RegistryAsync(), await context.RepositoryAsync(image));

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
        var destination = await context.DestinationAsync();
        var root = await layout.ReadManifestAsync(layout.Root, context.CancellationToken);
        DeparturePolicy.Of(context, destination).EnsureMayBePushed(publish.Record, root);
        publish.Record.EnsureGoesTo(destination.RepositoryOf(image));
        await EnsureProvenanceMatchesAsync(image, layout, signer, destination.IsLoopback);
        var registry = await context.RegistryAsync();
        // Its bytes are asked for: a registry that only says that it has them may have others.
        if (publish.Has(PublishStep.Push) && await registry.FindManifestAsync(publish.Reference, context.CancellationToken) is { } there
            && await registry.FindMissingPartAsync(publish.Reference, there, context.CancellationToken) is null)
        {
            Log.Information("{Image}: {Reference:l} is in the registry already", image.Name, publish.Reference.ToString());
            return;
        }

        await publish.RedoAsync(PublishStep.Push, async () =>
        {
            var pushed = await registry.PushAsync(layout, destination.RepositoryOf(image), new TransferLog(image.Name, context.Time), context.CancellationToken);
            return $"pushed by digest: {pushed.BlobsSent} blobs sent ({pushed.BytesSent / 1e6:0.0} MB), {pushed.BlobsPresent} there before";
        });
    }
}
