using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Acci.Oci;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>Moves the tags of all images: the last step of a publish, and the first that anyone sees.</summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="report">Gets what was published.</param>
public sealed class TagImages(DeliveryContext context, Func<IReadOnlyList<PublishSummary>, Task> report) : Verb
{
    private readonly ImageFiles _files = new(context.Options);

    /// <inheritdoc/>
    public override async Task PlanAsync()
    {
        var tags = await context.TagsAsync();
        foreach (var image in context.Options.Images)
        {
            if (context.Options.Registry is null)
            {
                Log.Information("{Repository:l}: would tag {Tags:l}", context.PlaceOf(image), string.Join(", ", tags.All));
                continue;
            }

            var repository = await context.RepositoryAsync(image);
            var registry = await context.RegistryAsync();
            await registry.EnsureReachableAsync(context.CancellationToken);
            var plan = await TagPlan.DecideAsync(registry, repository, Digest.Of([]), tags.All, tags.Floating, context.CancellationToken);
            plan.Say(repository.ToString());
        }
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">A step before it has not been done for what is to be tagged, or a tag could not be written; then none has
    /// moved.</exception>
    public override async Task RunAsync()
    {
        var registry = await context.RegistryAsync();
        var tags = await context.TagsAsync();
        var plans = new List<TagPlan>();
        await context.ForEachImageAsync(async (_, publish) =>
        {
            DeparturePolicy.Of(context, await context.DestinationAsync()).EnsureMayBeTagged(publish.Record, await context.VersionAsync());
            var repository = ImageReference.Parse(publish.Record.Repository);
            plans.Add(await TagPlan.DecideAsync(registry, repository, publish.Record.Digest, tags.All, tags.Floating, context.CancellationToken));
        });

        var atStart = await context.TagsWhenBuiltAsync();
        await new TagHistory(registry, context.Time).TryNoteAsync(plans, context.CancellationToken);
        var writes = await new TagTransaction(registry) { AtStart = atStart, Time = context.Time }.RunAsync(plans, context.CancellationToken);
        var summaries = new List<PublishSummary>();
        await context.ForEachImageAsync(async (image, publish) =>
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
        await report(summaries);
    }

    private async Task<PublishSummary> SummarizeAsync(ImageDefinition image, PublishTransaction publish)
    {
        var cosign = await context.VerifierAsync();
        var engine = await context.EngineAsync();
        var signer = ExpectedSigner.Of(publish.Record.Signer, _files.Relative(_files.PublicKey));
        var verify = new Command(cosign.Executable, signer.VerifyArguments(publish.Reference));
        var run = engine.Docker(PublishSummary.RunArguments(image, publish));
        return new PublishSummary(
            publish.Record, Shortcut.ToTyped(verify.ToString(), context.Environment), Shortcut.ToTyped(run.ToString(), context.Environment))
        {
            NotPinned = context.ImageLocks().Problem(image.BaseImages.Select(x => x.Reference)),
        };
    }
}
