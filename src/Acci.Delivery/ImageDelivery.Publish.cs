using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Oci;
using Serilog;

namespace Acci.Delivery;

public sealed partial class ImageDelivery
{
    private const int SigningRounds = 2;
    private static readonly PublishStep[] BeforeTags = [PublishStep.SmokeTest, PublishStep.Scan, PublishStep.Push, PublishStep.Sign, PublishStep.Verify];

    /// <summary>Pushes every image by digest, signs it there and attests what is known of its making. No tag moves.</summary>
    public Task SignAsync() => ForEachImageAsync(async (image, publish) =>
    {
        await PushAsync(image, publish);
        var cosign = await context.CosignAsync();
        // The printed command names it, whoever it is that is trusted here.
        await cosign.WritePublicKeyAsync(_files.PublicKey, Cancellation);
        // Another key than last time: its signature is added to those that are there.
        if (publish.Record.Signer != await cosign.ReadSignerAsync(Cancellation)) publish.Reopen(PublishStep.Sign);
        await publish.StepAsync(PublishStep.Sign, () => SignAsync(image, publish, cosign));
    });

    /// <summary>Verifies every signature and attestation as a consumer would.</summary>
    public Task VerifyAsync() => ForEachImageAsync(async (image, publish) =>
    {
        var cosign = await context.VerifierAsync();
        await (await context.RegistryAsync()).EnsureReachableAsync(Cancellation);
        var signer = await ExpectedSignerAsync(publish.Record.Signer);
        for (var left = SigningRounds; ; left--)
        {
            try
            {
                await publish.RedoAsync(PublishStep.Verify, async () =>
                {
                    await (await SignerAsync(image, cosign)).VerifyAsync(signer, Cancellation);
                    return $"signatures and attestations by {publish.Record.Signer} verified";
                });
                return;
            }
            catch (CommandFailedException exception) when (left > 0 && publish.Has(PublishStep.Sign))
            {
                // Where a registry keeps no list of referrers, whoever signs reads the list, adds to it and writes it back: of two at once, one is lost.
                Log.Warning("{Image}: a signature is missing, which happens when two sign the same digest at once; signing again. {Problem:l}", image.Name, exception.Message);
                await Task.Delay(TimeSpan.FromSeconds(Random.Shared.NextDouble() * 2), Cancellation);
                await publish.RedoAsync(PublishStep.Sign, async () => await SignAsync(image, publish, await context.CosignAsync()));
            }
        }
    });

    /// <summary>Moves the tags of all images: the last step, and the first that anyone sees.</summary>
    /// <exception cref="DeliveryException">A step before it has not been done for what is to be tagged, or a tag could not be written; then none has moved.</exception>
    public async Task<IReadOnlyList<PublishSummary>> TagAsync()
    {
        var registry = await context.RegistryAsync();
        var tags = await context.TagsAsync();
        var plans = new List<TagPlan>();
        await ForEachImageAsync(async (_, publish) =>
        {
            var mayGoUnscanned = DeparturePolicy.Of(context, await context.DestinationAsync()).MayGoUnscanned(publish.Record);
            var open = BeforeTags.Where(step => !publish.Has(step) && !(step == PublishStep.Scan && mayGoUnscanned) && !(step == PublishStep.SmokeTest && publish.Record.NotSmokeTested is not null)).ToArray();
            if (open.Length > 0) throw new DeliveryException($"No tag of {publish.Record.Repository} moves: {string.Join(" and ", open)} not done for {publish.Record.Digest}. Run Publish.");
            plans.Add(await TagPlan.DecideAsync(registry, ImageReference.Parse(publish.Record.Repository), publish.Record.Digest, tags.All, tags.Floating, Cancellation));
        });

        await NoteTagsAsync(plans);
        var writes = await new TagTransaction(registry) { AtStart = _tagsAtStart }.RunAsync(plans, Cancellation);
        var summaries = new List<PublishSummary>();
        await ForEachImageAsync(async (image, publish) =>
        {
            var plan = plans.Single(x => x.Repository.Repository == publish.Record.Repository);
            var own = writes.Where(x => x.Tag.Repository == publish.Record.Repository).ToList();
            await publish.RedoAsync(PublishStep.Tag, () =>
            {
                var result = TagReport.Of(plan, own).Log(image.Name);
                publish.Update(record => record with { Tags = result.Taken, TagsLeft = result.Left });
                return Task.FromResult(result.ToString());
            });
            summaries.Add(await SummarizeAsync(image, publish));
        });
        return summaries;
    }

    private async Task<string> SignAsync(ImageDefinition image, PublishTransaction publish, Cosign cosign)
    {
        var (signatures, attestations) = await (await SignerAsync(image, cosign)).SignAsync(Cancellation);
        var signer = await cosign.ReadSignerAsync(Cancellation);
        publish.Update(record => record with { Signer = signer });
        return $"{signatures} signatures and {attestations} attestations by {signer}";
    }

    /// <summary>Before the first tag moves: a run that is killed after it could not tell any more what the tag pointed at.</summary>
    private async Task NoteTagsAsync(IEnumerable<TagPlan> plans)
    {
        try
        {
            foreach (var plan in plans) await new TagHistory(await context.RegistryAsync()).NoteAsync(plan, Cancellation);
        }
        catch (DeliveryException exception)
        {
            // Nothing that is published stays back for the sake of a note.
            Log.Warning("What the tags point at now could not be noted, so a rollback will not find it: {Problem:l}", exception.Message);
        }
    }

    private async Task PushAsync(ImageDefinition image, PublishTransaction publish)
    {
        var destination = await context.DestinationAsync();
        DeparturePolicy.Of(context, destination).EnsureMayBePushed(publish.Record);
        var registry = await context.RegistryAsync();
        if (publish.Has(PublishStep.Push) && await registry.FindAsync(publish.Reference, Cancellation) is not null)
        {
            Log.Information("{Image}: {Reference:l} is in the registry already", image.Name, publish.Reference.ToString());
            return;
        }

        await publish.RedoAsync(PublishStep.Push, async () =>
        {
            var pushed = await registry.PushAsync(await _files.LayoutAsync(image, Cancellation), destination.RepositoryOf(image), new TransferLog(image.Name), Cancellation);
            return $"pushed by digest: {pushed.BlobsSent} blobs sent ({pushed.BytesSent / 1e6:0.0} MB), {pushed.BlobsPresent} there before";
        });
    }

    private async Task<ImageSigner> SignerAsync(ImageDefinition image, Cosign cosign) => new(cosign, await _files.LayoutAsync(image, Cancellation), await context.RepositoryAsync(image));

    private async Task<PublishSummary> SummarizeAsync(ImageDefinition image, PublishTransaction publish)
    {
        var cosign = await context.VerifierAsync();
        var engine = await context.EngineAsync();
        var signer = ExpectedSigner.Of(publish.Record.Signer, Path.GetRelativePath(context.Options.Root, _files.PublicKey));
        var verify = new Command(cosign.Executable, signer.VerifyArguments(publish.Reference));
        var run = engine.Docker(RunArguments(image, publish));
        return new PublishSummary(publish.Record, Shortcut.ToTyped(verify.ToString()), Shortcut.ToTyped(run.ToString()));
    }

    private static string[] RunArguments(ImageDefinition image, PublishTransaction publish)
    {
        string[] ports = image.Health is { } health ? ["--publish", $"{health.Port}:{health.Port}"] : [];
        // Always pulled: an engine that has an older image under this tag would run that one.
        var name = publish.Record.Tags is [var tag, ..] ? publish.Reference.WithTag(tag) : publish.Reference;
        return ["run", "--rm", "--pull", "always", "--read-only", "--cap-drop", "ALL", .. ports, name.ToString()];
    }
}
