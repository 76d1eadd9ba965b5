using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>
/// Gives images that are published other tags, or their tags back to what had them before. Nothing is built, the digest stays what it is, and no tag
/// moves before every image's signatures and attestations have been verified.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="promotion">Which image gets which tags.</param>
public sealed class PromoteImages(DeliveryContext context, Promotion promotion) : Verb
{
    private const int ShownProblems = 5;
    private const string AllowOlder = "--promote-allow-older";
    private const string ReplaceVersion = "--promote-replace-version";

    private CancellationToken Cancellation => context.CancellationToken;

    /// <inheritdoc/>
    /// <exception cref="WrongUseException">What is promoted, or to what, is not named, or cannot be that.</exception>
    public override Task PrepareAsync(DeliveryScope scope)
    {
        EnsureIsNamed();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task PlanAsync()
    {
        EnsureIsNamed();
        if (context.Options.Registry is null)
        {
            Log.Information(
                "Would move {Tags:l} in the local registry; a dry run does not start that one, so which of them move is not known",
                string.Join(", ", promotion.To));
            return;
        }

        if (await IsOfThisRunAsync())
        {
            Log.Information("Would move {Tags:l} to the image that has the tag {From:l} after Publish", string.Join(", ", promotion.To), promotion.From);
            return;
        }

        foreach (var plan in await PlanAllAsync(isDry: true)) plan.Say(plan.Repository.WithDigest(plan.Digest).ToString());
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">There is no such image, its signature is not valid, or nothing is known of what the tags pointed at
    /// before.</exception>
    public override async Task RunAsync()
    {
        EnsureIsNamed();
        var plans = await PlanAllAsync(isDry: false);
        foreach (var plan in plans) await VerifyAsync(await RegistryOfAsync(plan.Repository), plan.Repository.WithDigest(plan.Digest));
        // A rollback is not noted: the next one goes back one step further, and not forward again.
        foreach (var plan in promotion.Rollback ? [] : plans) await new TagHistory(await RegistryOfAsync(plan.Repository), context.Time).TryNoteAsync([plan], Cancellation);
        var writes = await new TagTransaction(await context.RegistryAsync())
        {
            Others = await context.OtherRegistriesAsync(),
            Time = context.Time,
            IsTrustedAsync = async other => await context.IsSignedAsync(await RegistryOfAsync(other), other, await context.ExpectedSignerAsync()),
        }.RunAsync(plans, Cancellation);
        var isOneRegistry = (await context.DestinationsAsync()).Count == 1;
        foreach (var plan in plans)
        {
            var own = writes.Where(x => x.Tag.Repository == plan.Repository.Repository && x.Digest == plan.Digest).ToList();
            var report = TagReport.Of(plan, own).Log(isOneRegistry ? plan.Repository.Path : plan.Repository.ToString());
            var hint = !plan.Staying.Any() ? "" : report.Taken.Count == 0 ? $"; {AllowOlder} moves them" : $"; {AllowOlder} moves the others, too";
            Log.Information("{Image:l}: {Result:l}{Hint:l}", plan.Repository.WithDigest(plan.Digest).ToString(), report.ToString(), hint);
        }
    }

    private void EnsureIsNamed()
    {
        if (promotion.To.Count == 0) throw new WrongUseException("Nothing says which tags are meant: name them, as in --promote-to 1.2.3,latest.");
        foreach (var tag in promotion.To)
        {
            if (!ImageReference.TryParse($"image:{tag}", out var named, out var problem) || named.Tag != tag)
                throw new WrongUseException($"--promote-to cannot be '{tag}': {problem ?? "it is no tag"}. Name a tag, as in 1.2.3 or latest.");
        }

        if (Origin is { } origin && context.NamedDestinations().FirstOrDefault(x => x.Domain == origin.Domain && x.IsPlainHttp != origin.IsPlainHttp) is not null)
        {
            throw new WrongUseException(
                $"--registry and --promote-from-registry name {origin.Domain} once with http:// and once without: a registry is spoken to in one way. Write it alike in both.");
        }

        foreach (var image in promotion.Rollback ? [] : context.Options.Images) promotion.SourceIn(OriginOf(image) ?? context.PlannedDestination().RepositoryOf(image));
    }

    // What Publish would do before this is not done in a dry run.
    private async Task<bool> IsOfThisRunAsync() => context.WasPlanned<TagImages>() && promotion is { Rollback: false, FromRegistry: null, From: { } from }
        && (await context.TagsAsync()).All.Contains(from, StringComparer.Ordinal);

    // Null where it is promoted within one registry.
    private Destination? Origin => promotion.FromRegistry is { } from ? WrongUseException.Read("--promote-from-registry", () => Destination.Parse(from, "--promote-from-registry")) : null;

    private ImageReference? OriginOf(ImageDefinition image) => Origin?.RepositoryOf(image);

    private async Task<List<TagPlan>> PlanAllAsync(bool isDry)
    {
        foreach (var destination in await context.DestinationsAsync()) await (await context.RegistryOfAsync(destination.Domain)).EnsureReachableAsync(Cancellation);
        var floating = context.Options.TagRules.Apply(await context.FactsAsync()).Floating;
        var plans = new List<TagPlan>();
        foreach (var image in context.Options.Images)
        {
            Manifest? found = null;
            foreach (var (registry, repository) in await context.PlacesAsync(image))
            {
                if (promotion.Rollback)
                {
                    plans.AddRange(await PlanRollbackAsync(registry, repository, floating));
                    continue;
                }

                // It is named in the first registry; the others have the same, or get it from there.
                if (found is null) found = await BringAsync(registry, image, repository, floating, isDry);
                else await BringAlongAsync(image, found, registry, repository, isDry);
                plans.Add(await PlanAsync(registry, repository, image, found, floating));
            }
        }

        return plans;
    }

    private async Task<TagPlan> PlanAsync(OciRegistry registry, ImageReference repository, ImageDefinition definition, Manifest image, FloatingTags floating)
    {
        var (own, target) = (DeparturePolicy.VersionOf(definition, image), repository.WithDigest(image.Digest));
        DeparturePolicy.EnsureMayBeCalled(target, own, promotion.To.Select(floating.VersionsOf));
        floating = floating with
        {
            // The tags come first: a release candidate that is called 1.2.3 from now on is that version.
            Version = floating.VersionOf(promotion.To) ?? own ?? floating.VersionOf([promotion.From!]),
            Override = promotion.AllowOlder ? AllowOlder : null,
            SaysOwnVersion = definition.Gives(OciLabels.VersionKey),
            // The git tag of the checkout does not belong to the promoted image.
            GitTag = null,
        };
        var plan = await TagPlan.DecideAsync(registry, repository, image.Digest, promotion.To, floating, context.SuccessionOf(ImageOrigin.Of(image)), Cancellation);
        if (plan.Moves.FirstOrDefault(move => move.IsForeign) is { } other)
            throw new DeliveryException($"{target} does not get the tag {other.Tag}: {other.Reason}. Take it out of --promote-to.");
        if (PlannedTags.IsLoopback(repository))
            plan = await plan.TakingNoneOfOthersAsync(registry, ReplaceVersion, promotion.ReplaceVersion, Cancellation);
        return await plan.WritingOnceAsync(registry, ReplaceVersion, promotion.ReplaceVersion, Cancellation);
    }

    /// <summary>The image to promote; where it is in another registry it is copied, with everything that refers to it.</summary>
    private async Task<Manifest> BringAsync(OciRegistry registry, ImageDefinition image, ImageReference repository, FloatingTags floating, bool isDry)
    {
        var origin = OriginOf(image) ?? repository;
        var source = promotion.SourceIn(origin);
        if (origin.Repository == repository.Repository) return Checked(await registry.GetManifestAsync(source, Cancellation));

        if (isDry) throw NothingIsCopied(repository, promotion.FromRegistry!);

        using var elsewhere = context.Connect(context.AccessTo(Origin!) with { NamedBy = "--promote-from-registry" });
        var found = Checked(await elsewhere.GetManifestAsync(source, Cancellation));
        var record = PublishRecord.Read(new ImageFiles(context.Options).RecordOf(image));
        if (record is not null && record.Image != image.Name) record = null;
        // A platform of what was published here is part of it if the index says so, not the record.
        var root = record is null || record.Digest == found.Digest ? found
            : await elsewhere.FindManifestAsync(origin.WithDigest(record.Digest), Cancellation);
        var isOwn = record is not null && root is not null && root.Manifests.Select(x => x.Digest).Append(root.Digest).Contains(found.Digest);
        await EnsureMayLeaveAsync(source, found, isOwn ? record : null);
        await VerifyAsync(elsewhere, origin.WithDigest(found.Digest));
        await CopyAsync(image, found, elsewhere, source, registry, repository);
        return found;

        Manifest Checked(Manifest found)
        {
            DeparturePolicy.EnsureIsOf(source, found, DeparturePolicy.VersionOf(image, found), floating);
            return found;
        }
    }

    // The image, with what refers to it, for a further registry that lacks either: an image travels before its signatures, so an earlier copy may have ended between them.
    private async Task BringAlongAsync(ImageDefinition image, Manifest found, OciRegistry registry, ImageReference repository, bool isDry)
    {
        var there = repository.WithDigest(found.Digest);
        var isThere = await registry.FindManifestAsync(there, Cancellation) is { } known && await registry.FindMissingPartAsync(there, known, Cancellation) is null;
        if (isThere && (isDry || await context.IsSignedAsync(registry, there, await context.ExpectedSignerAsync()))) return;
        var source = (await context.RepositoryAsync(image)).WithDigest(found.Digest);
        if (isDry) throw NothingIsCopied(repository, (await context.DestinationAsync()).ToString());
        var record = PublishRecord.Read(new ImageFiles(context.Options).RecordOf(image));
        await EnsureMayLeaveAsync(source, found, record?.Image == image.Name && record.IsOf(found.Digest) ? record : null);
        var first = await context.RegistryAsync();
        await VerifyAsync(first, source);
        await CopyAsync(image, found, first, source, registry, repository);
    }

    private async Task EnsureMayLeaveAsync(ImageReference source, Manifest found, PublishRecord? record)
    {
        var policy = DeparturePolicy.Of(context, await context.DepartureAsync());
        policy.EnsureMayBePromoted(source, found, record);
        policy.EnsureFoundWasStarted(source, record);
    }

    private static DeliveryException NothingIsCopied(ImageReference repository, string from) => new(
        $"A dry run copies nothing, so it cannot say which tags would move in {repository.Repository}. "
        + $"Run it with --registry {from} alone.");

    private Task<OciRegistry> RegistryOfAsync(ImageReference repository) => context.RegistryOfAsync(repository.Domain!);

    private async Task CopyAsync(ImageDefinition image, Manifest found, OciRegistry from, ImageReference named, OciRegistry registry, ImageReference repository)
    {
        var source = named.WithDigest(found.Digest);
        // In a registry on this machine, nobody has looked at it.
        using var beside = IsLoopback(from) && !IsLoopback(registry) ? new DepartingContent(from, source) : null;
        if (beside is not null) await ProvenanceLogins.EnsureNoneAsync(from, source, found, Cancellation);
        var log = new TransferLog(image.Name, context.Time);
        var copied = await from.CopyAsync(source, registry, repository, [TagHistory.ArtifactType], beside is null ? null : beside.FindObstacleAsync, log, Cancellation);
        foreach (var problem in copied.PassedOver.Take(ShownProblems)) Log.Warning("{Image}: left behind, of what refers to it: {Problem:l}", image.Name, problem);
        if (copied.PassedOver.Count > ShownProblems) Log.Warning("{Image}: {Count} more were left behind", image.Name, copied.PassedOver.Count - ShownProblems);
        Log.Information(
            "{Image}: copied from {Source:l}: {Sent} blobs sent, {Mounted} mounted, {Present} there before",
            image.Name, named.ToString(), copied.BlobsSent, copied.BlobsMounted, copied.BlobsPresent);
    }

    private static bool IsLoopback(OciRegistry registry) => new Destination(registry.Domain, "").IsLoopback;

    private async Task<IEnumerable<TagPlan>> PlanRollbackAsync(OciRegistry registry, ImageReference repository, FloatingTags floating)
    {
        var back = new List<(string Tag, Digest Digest, Digest Now)>();
        foreach (var tag in promotion.To)
        {
            var remedy = $"--promote-from <tag or digest> --promote-to {tag} {(floating.VersionsOf(tag).Count > 0 ? ReplaceVersion : AllowOlder)}";
            var now = (await registry.ResolveAsync(repository.WithTag(tag), Cancellation)).Digest;
            var before = await new TagHistory(registry, context.Time).BeforeAsync(repository.WithDigest(now), tag, Cancellation)
                ?? throw new DeliveryException(
                    $"Nothing is known of what {repository.WithTag(tag)} pointed at before {now}. "
                    + $"Name the image instead: {remedy}.");
            if (await registry.FindAsync(repository.WithDigest(before), Cancellation) is null)
            {
                throw new DeliveryException(
                    $"{repository.WithTag(tag)} pointed at {before} before, which the registry has no more. "
                    + $"Name another image: {remedy}.");
            }

            back.Add((tag, before, now));
        }

        return back.GroupBy(x => x.Digest, x => (x.Tag, x.Now)).Select(group => TagPlan.Back(repository, group.Key, group));
    }

    /// <summary>Verifies the signatures and attestations of an image in a registry.</summary>
    private async Task VerifyAsync(OciRegistry registry, ImageReference image)
    {
        var signer = await context.ExpectedSignerAsync();
        try
        {
            await context.EnsureSignedAsync(registry, image, signer);
        }
        catch (DeliveryException exception) when (ImageVerifier.IsVerdict(exception))
        {
            throw SignerOfBuild.NotSignedBy(image, signer, ", and is not promoted", exception);
        }

        Log.Information("{Image:l}: signatures and attestations verified", image.ToString());
    }
}
