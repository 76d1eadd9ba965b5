using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>Pushes every image by digest, signs it there and attests what is known of its making. No tag moves.</summary>
/// <param name="context">What the targets of the build share.</param>
public sealed class SignImages(DeliveryContext context) : Verb
{
    private readonly ImageFiles _files = new(context.Options);

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
        await PushAsync(image, publish);
        var cosign = await context.CosignAsync();
        // The printed command names it, whoever it is that is trusted here.
        await cosign.WritePublicKeyAsync(_files.PublicKey, context.CancellationToken);
        // Another key than last time: its signature is added to those that are there.
        if (publish.Record.Signer != await cosign.ReadSignerAsync(context.CancellationToken)) publish.Reopen(PublishStep.Sign);
        await publish.StepAsync(PublishStep.Sign, () => SignAsync(image, publish));
    });

    /// <summary>Signs one image that the registry has.</summary>
    internal async Task<string> SignAsync(ImageDefinition image, PublishTransaction publish)
    {
        var cosign = await context.CosignAsync();
        var (signatures, attestations) = await (await SignerAsync(image, cosign)).SignAsync(context.CancellationToken);
        var signer = await cosign.ReadSignerAsync(context.CancellationToken);
        publish.Update(record => record with { Signer = signer });
        return $"{signatures} signatures and {attestations} attestations by {signer}";
    }

    /// <summary>Signs and verifies one image where it is published.</summary>
    internal async Task<ImageSigner> SignerAsync(ImageDefinition image, Cosign cosign) =>
        new(cosign, await _files.LayoutAsync(image, context.CancellationToken), await context.RepositoryAsync(image));

    private async Task PushAsync(ImageDefinition image, PublishTransaction publish)
    {
        var destination = await context.DestinationAsync();
        DeparturePolicy.Of(context, destination).EnsureMayBePushed(publish.Record);
        var registry = await context.RegistryAsync();
        if (publish.Has(PublishStep.Push) && await registry.FindAsync(publish.Reference, context.CancellationToken) is not null)
        {
            Log.Information("{Image}: {Reference:l} is in the registry already", image.Name, publish.Reference.ToString());
            return;
        }

        await publish.RedoAsync(PublishStep.Push, async () =>
        {
            var layout = await _files.LayoutAsync(image, context.CancellationToken);
            var pushed = await registry.PushAsync(layout, destination.RepositoryOf(image), new TransferLog(image.Name, context.Time), context.CancellationToken);
            return $"pushed by digest: {pushed.BlobsSent} blobs sent ({pushed.BytesSent / 1e6:0.0} MB), {pushed.BlobsPresent} there before";
        });
    }
}
