using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Serilog;

namespace Acci.Delivery;

public sealed partial class ImageDelivery
{
    private static readonly PublishStep[] BeforeTags = [PublishStep.SmokeTest, PublishStep.Push, PublishStep.Sign, PublishStep.Verify];

    /// <summary>Pushes every image by digest, signs it there and attests what is known of its making. No tag moves.</summary>
    public Task SignAsync() => ForEachImageAsync(async (image, publish) =>
    {
        await PushAsync(image, publish);
        var cosign = await context.CosignAsync();
        // Another key than last time: its signature is added to those that are there.
        var signer = await cosign.ReadSignerAsync(Cancellation);
        if (publish.Record.Signer != signer) publish.Reopen(PublishStep.Sign);
        await publish.StepAsync(PublishStep.Sign, async () =>
        {
            var (signatures, attestations) = await (await SignerAsync(image, cosign)).SignAsync(Cancellation);
            publish.Update(record => record with { Signer = signer });
            return $"{signatures} signatures and {attestations} attestations by {signer}";
        });
    });

    /// <summary>Verifies every signature and attestation as a consumer would.</summary>
    public Task VerifyAsync() => ForEachImageAsync((image, publish) => publish.RedoAsync(PublishStep.Verify, async () =>
    {
        var cosign = await context.CosignAsync();
        await cosign.WritePublicKeyAsync(PublicKeyFile, Cancellation);
        await (await SignerAsync(image, cosign)).VerifyAsync(PublicKeyFile, Cancellation);
        return $"signatures and attestations by {publish.Record.Signer} verified";
    }));

    /// <summary>Moves the tags: the last step, and the first that anyone sees.</summary>
    /// <exception cref="DeliveryException">A step before it has not been done for what is to be tagged.</exception>
    public async Task<IReadOnlyList<PublishSummary>> TagAsync()
    {
        var summaries = new List<PublishSummary>();
        await ForEachImageAsync(async (image, publish) =>
        {
            var open = BeforeTags.Where(step => !publish.Has(step)).ToArray();
            if (open.Length > 0) throw new DeliveryException($"No tag of {publish.Record.Repository} moves: {string.Join(" and ", open)} not done for {publish.Record.Digest}. Run Publish.");
            var registry = await context.RegistryAsync();
            var tags = await TagsAsync();
            await publish.RedoAsync(PublishStep.Tag, async () =>
            {
                foreach (var tag in tags) await registry.PutTagAsync(publish.Reference, tag, publish.Record.Digest, Cancellation);
                publish.Update(record => record with { Tags = tags });
                return $"tagged {string.Join(", ", tags)}";
            });
            summaries.Add(await SummarizeAsync(image, publish));
        });
        return summaries;
    }

    private async Task PushAsync(ImageDefinition image, PublishTransaction publish)
    {
        var destination = await context.DestinationAsync();
        if (publish.Record.StandIns.Count > 0 && !destination.IsLoopback)
        {
            throw new DeliveryException(
                $"'{image.Name}' is made from stand-ins for {string.Join(", ", publish.Record.StandIns)} and must not leave this machine: {destination} does not get it. "
                + "Build it where the base images can be had, or name a registry that carries them with --image-mirror.");
        }

        var registry = await context.RegistryAsync();
        if (publish.Has(PublishStep.Push) && await registry.FindAsync(publish.Reference, Cancellation) is not null)
        {
            Log.Information("{Image}: {Reference:l} is in the registry already", image.Name, publish.Reference.ToString());
            return;
        }

        await publish.RedoAsync(PublishStep.Push, async () =>
        {
            var pushed = await registry.PushAsync(await LayoutAsync(image), destination.RepositoryOf(image), new TransferLog(image.Name), Cancellation);
            return $"pushed by digest: {pushed.BlobsSent} blobs sent ({pushed.BytesSent / 1e6:0.0} MB), {pushed.BlobsPresent} there before";
        });
    }

    private async Task<ImageSigner> SignerAsync(ImageDefinition image, Cosign cosign) => new(cosign, await LayoutAsync(image), await context.RepositoryAsync(image));

    private async Task<IReadOnlyList<string>> TagsAsync()
    {
        var tags = context.Options.TagRules.Apply(await context.FactsAsync());
        foreach (var warning in tags.Warnings) Log.Warning("{Warning:l}", warning);
        return tags.All.Count > 0 ? tags.All : throw new DeliveryException("No tag rule applies to this build, so nothing would point at the image. Change --tag-rules.");
    }

    private async Task<PublishSummary> SummarizeAsync(ImageDefinition image, PublishTransaction publish)
    {
        var cosign = await context.CosignAsync();
        var engine = await context.EngineAsync();
        var publicKey = Path.GetRelativePath(context.Options.Root, PublicKeyFile);
        var verify = new Processes.Command(cosign.Executable, cosign.VerifyArguments(publish.Reference, publicKey));
        string[] ports = image.Health is { } health ? ["--publish", $"{health.Port}:{health.Port}"] : [];
        var run = engine.Docker(["run", "--rm", "--read-only", "--cap-drop", "ALL", .. ports, publish.Reference.WithTag(publish.Record.Tags[0]).ToString()]);
        return new PublishSummary(publish.Record, Shortcut.ToTyped(verify.ToString()), Shortcut.ToTyped(run.ToString()));
    }
}
