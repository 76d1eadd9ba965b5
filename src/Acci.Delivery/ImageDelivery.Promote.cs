using Acci.Delivery.Buildx;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Serilog;

namespace Acci.Delivery;

public sealed partial class ImageDelivery
{
    // What BuildKit calls the platform of an attestation's manifest, which nobody signs. Source: BuildKit, docs/attestations/attestation-storage.md.
    private const string Unknown = "unknown";

    /// <summary>
    /// Gives images that are published other tags, or their tags back to what had them before. Nothing is built, the digest stays what it is, and no tag moves
    /// before every image's signature has been verified.
    /// </summary>
    /// <exception cref="DeliveryException">There is no such image, its signature is not valid, or nothing is known of what the tags pointed at before.</exception>
    public async Task PromoteAsync(Promotion promotion)
    {
        if (promotion.To.Count == 0) throw new DeliveryException("Nothing says which tags are meant: name them, as in --to 1.2.3,latest.");
        var registry = await context.RegistryAsync();
        await registry.EnsureReachableAsync(Cancellation);
        var floating = context.Options.TagRules.Apply(await context.FactsAsync()).Floating;
        var plans = new List<TagPlan>();
        foreach (var image in context.Options.Images)
        {
            var repository = await context.RepositoryAsync(image);
            if (promotion.Rollback) plans.AddRange(await PlanRollbackAsync(registry, repository, promotion.To, floating));
            else plans.Add(await TagPlan.DecideAsync(registry, repository, await BringAsync(registry, image, repository, promotion), promotion.To, floating, Cancellation));
        }

        if (IsDryRun)
        {
            foreach (var plan in plans)
                foreach (var move in plan.Moves) Log.Information("{Image:l}: {Would:l} {Tag:l}: {Reason:l}", plan.Repository.WithDigest(plan.Digest).ToString(), move.Moves ? "would tag" : "would not move", move.Tag, move.Reason);
            return;
        }

        foreach (var plan in plans) await VerifyPublishedAsync(registry, plan.Repository.WithDigest(plan.Digest));
        var writes = await new TagTransaction(registry).RunAsync(plans, Cancellation);
        foreach (var plan in plans)
        {
            var own = writes.Where(x => x.Tag.Repository == plan.Repository.Repository && x.Digest == plan.Digest).ToList();
            var report = TagReport.Of(plan, own).Log(plan.Repository.Path);
            // A rollback is not noted: the next one goes back one step further, and not forward again.
            if (!promotion.Rollback) await NoteTagsAsync(plan.Repository.WithDigest(plan.Digest), own);
            Log.Information("{Image:l}: {Result:l}", plan.Repository.WithDigest(plan.Digest).ToString(), report.ToString());
        }
    }

    /// <summary>The image to promote; where it is in another registry it is copied, with everything that refers to it.</summary>
    private async Task<Digest> BringAsync(OciRegistry registry, ImageDefinition image, ImageReference repository, Promotion promotion)
    {
        var origin = promotion.FromRegistry is { } from ? Destination.Parse(from).RepositoryOf(image) : repository;
        var source = promotion.SourceIn(origin);
        if (origin.Repository == repository.Repository) return (await registry.ResolveAsync(source, Cancellation)).Digest;

        if (IsDryRun) throw new DeliveryException($"A dry run copies nothing, so it cannot say which tags would move in {repository.Repository}. Run it with --registry {promotion.FromRegistry} alone.");
        using var elsewhere = await context.ConnectAsync(origin.Domain!);
        var found = await elsewhere.GetManifestAsync(source, Cancellation);
        if (found.Annotations.TryGetValue(BakeTargets.StandInAnnotation, out var standIns) && !(await context.DestinationAsync()).IsLoopback)
            throw new DeliveryException($"{source} is made from stand-ins for {standIns} and must not leave this machine. Build it where the base images can be had.");
        await VerifyPublishedAsync(elsewhere, origin.WithDigest(found.Digest));
        var copied = await elsewhere.CopyAsync(origin.WithDigest(found.Digest), registry, repository, new TransferLog(image.Name), Cancellation);
        Log.Information(
            "{Image}: copied from {Source:l}: {Sent} blobs sent, {Mounted} mounted, {Present} there before", image.Name, source.ToString(), copied.BlobsSent, copied.BlobsMounted, copied.BlobsPresent);
        return found.Digest;
    }

    private async Task<IEnumerable<TagPlan>> PlanRollbackAsync(OciRegistry registry, ImageReference repository, IReadOnlyList<string> tags, FloatingTags floating)
    {
        var back = new List<(string Tag, Digest Digest)>();
        foreach (var tag in tags)
        {
            var now = (await registry.ResolveAsync(repository.WithTag(tag), Cancellation)).Digest;
            var before = await new TagHistory(registry).BeforeAsync(repository.WithDigest(now), tag, Cancellation)
                ?? throw new DeliveryException($"Nothing is known of what {repository.WithTag(tag)} pointed at before {now}. Name the image instead: --from <tag or digest> --to {tag}.");
            if (await registry.FindAsync(repository.WithDigest(before), Cancellation) is null)
                throw new DeliveryException($"{repository.WithTag(tag)} pointed at {before} before, which the registry has no more. Name another image: --from <tag or digest> --to {tag}.");
            back.Add((tag, before));
        }

        return back.GroupBy(x => x.Digest).Select(group => new TagPlan
        {
            Repository = repository,
            Digest = group.Key,
            Floating = floating,
            Moves = [.. group.Select(x => new TagMove(x.Tag, true, "it goes back"))],
        });
    }

    /// <summary>Verifies the signatures of an image in a registry, of its index and of every platform.</summary>
    private async Task VerifyPublishedAsync(OciRegistry registry, ImageReference image)
    {
        var cosign = await context.CosignAsync();
        await cosign.WritePublicKeyAsync(PublicKeyFile, Cancellation);
        var root = await registry.GetManifestAsync(image, Cancellation);
        var platforms = root.Manifests.Where(x => x.Platform is { OperatingSystem: not Unknown }).Select(x => x.Digest);
        foreach (var digest in platforms.Prepend(root.Digest)) await cosign.VerifyAsync(image.WithDigest(digest), PublicKeyFile, Cancellation);
        Log.Information("{Image:l}: signatures verified", image.ToString());
    }
}
