using Acci.Delivery.Images.Tags;
using Acci.Oci;
using Acci.Oci.Manifests;

namespace Acci.Delivery.Publishing;

/// <summary>
/// Checks tags after they are written, and corrects what another publish did at the same time. Both publishes arrive at the same result.
/// </summary>
/// <param name="registries">The registries.</param>
/// <param name="writer">Writes tags again.</param>
/// <param name="trust">Tells which other images count.</param>
internal sealed class TagSettlement(RegistrySet registries, TagWriter writer, TagTrust trust)
{
    private const int Rounds = 5;

    private readonly CommitOrder _order = new(registries);

    /// <summary>What the tags pointed at when the publish began.</summary>
    public required IReadOnlyDictionary<ImageReference, Digest?> AtStart { get; init; }

    /// <summary>How long the answer to a write is waited for when the build is interrupted.</summary>
    public required TimeSpan AnswerLimit { get; init; }

    /// <summary>Checks all tags until nothing is left to correct.</summary>
    /// <returns>Where the tags point.</returns>
    public async Task<IReadOnlyList<TagWrite>> RunAsync(IReadOnlyList<TagPlan> plans, List<TagWrite> writes, CancellationToken cancellationToken)
    {
        // Each round that changes something lets another publish see it, and sees what that one changed meanwhile.
        for (var round = 0; round < Rounds; round++)
        {
            var hasChanged = false;
            foreach (var plan in plans) hasChanged |= await SetRightAsync(plan, writes, cancellationToken);
            if (hasChanged) continue;
            var compared = writes.Select(write => write.After).ToList();
            await LookAtAllAsync(writes, cancellationToken);
            // What came after the comparison is compared, too.
            if (!writes.Where((write, number) => write.IsLost && write.After != compared[number]).Any()) return writes;
        }

        await LookAtAllAsync(writes, cancellationToken);
        return writes;
    }

    private async Task LookAtAllAsync(List<TagWrite> writes, CancellationToken cancellationToken)
    {
        for (var number = 0; number < writes.Count; number++) await LookAsync(writes, number, cancellationToken);
    }

    // Each look is noted at once: nobody may be able to look again.
    private async Task<Digest?> LookAsync(List<TagWrite> writes, int number, CancellationToken cancellationToken)
    {
        var there = (await registries.Of(writes[number].Tag).FindAsync(writes[number].Tag, cancellationToken))?.Digest;
        writes[number] = writes[number] with { After = there, IsUnknown = false };
        return there;
    }

    // Moves a tag again that is written. As long as that is not answered, nobody knows where it is.
    private async Task<bool> MoveAsync(List<TagWrite> writes, int number, Digest? digest, string? reason, CancellationToken cancellationToken)
    {
        var write = writes[number];
        try
        {
            if (!await writer.WriteAsync(write.Tag, digest, AnswerLimit, there => there == write.After, cancellationToken)) return false;
        }
        catch when (writer.AnswerTo(write.Tag) == WriteAnswer.None)
        {
            writes[number] = write with { After = null, IsUnknown = true, Reason = reason };
            throw;
        }

        writes[number] = write with { After = digest, IsUnknown = writer.AnswerTo(write.Tag) == WriteAnswer.None, Reason = reason };
        return true;
    }

    /// <summary>Corrects what another publish did in between. Returns whether anything changed.</summary>
    private async Task<bool> SetRightAsync(TagPlan plan, List<TagWrite> writes, CancellationToken cancellationToken) =>
        await GiveWayAsync(plan, writes, cancellationToken) | await TakeBackAsync(plan, writes, cancellationToken) | await TakeBackFloatingAsync(plan, writes, cancellationToken);

    /// <summary>
    /// Takes back tags of branches and the like that an older commit has got, which looked before this publish wrote, and wrote afterwards; or what only calls itself newer.
    /// </summary>
    private async Task<bool> TakeBackAsync(TagPlan plan, List<TagWrite> writes, CancellationToken cancellationToken)
    {
        var changed = false;
        foreach (var tag in plan.Moving.Where(move => !move.IsFloating && !move.IsOnce).Select(move => plan.Repository.WithTag(move.Tag)).Where(AtStart.ContainsKey))
        {
            var number = writes.FindIndex(x => x.Tag == tag);
            if (await LookAsync(writes, number, cancellationToken) is not { } there || there == plan.Digest) continue;
            var isOlder = await _order.IsNewerAsync(plan.Repository, plan.Digest, there, cancellationToken);
            var isNewer = !isOlder && await _order.IsNewerAsync(plan.Repository, there, plan.Digest, cancellationToken);
            try
            {
                if (isOlder || (isNewer && !await trust.AskAsync(plan.Repository.WithDigest(there)))) changed |= await MoveAsync(writes, number, plan.Digest, null, cancellationToken);
            }
            catch (DeliveryException exception) when (trust.IsUnknown(plan.Repository.WithDigest(there)))
            {
                writes[number] = writes[number] with { Reason = $"another publish has put it on {there}, from a newer commit, and {TagTrust.NotKnown(exception)}" };
            }
        }

        return changed;
    }

    /// <summary>Takes back tags that stand for the newest of several versions from an image that is known to be older: its publish looked before this one wrote.</summary>
    private async Task<bool> TakeBackFloatingAsync(TagPlan plan, List<TagWrite> writes, CancellationToken cancellationToken)
    {
        var changed = false;
        foreach (var move in plan.Moving.Where(move => move is { IsFloating: true, IsOverridden: false }))
        {
            var number = writes.FindIndex(x => x.Tag == plan.Repository.WithTag(move.Tag));
            if (writes[number].Reason is not null || await LookAsync(writes, number, cancellationToken) is not { } there || there == plan.Digest) continue;
            if (await plan.ComparedAgainAsync(registries.Of(plan.Repository), move, cancellationToken) is { Moves: true }) changed |= await MoveAsync(writes, number, plan.Digest, null, cancellationToken);
        }

        return changed;
    }

    /// <summary>
    /// Gives tags that stand for the newest of several versions to a newer one that was published in between. Nobody looked at an image that only calls itself newer:
    /// for one that this publish does not trust, or that says it is another version, the tag goes back to where it was.
    /// </summary>
    private async Task<bool> GiveWayAsync(TagPlan plan, List<TagWrite> writes, CancellationToken cancellationToken)
    {
        var moved = plan.Moving.Where(move => move.IsFloating).Select(move => move.Tag).ToList();
        if (moved.Count == 0 || plan.Version is null) return false;
        var changed = false;
        var registry = registries.Of(plan.Repository);
        var published = await registry.ListTagsAsync(plan.Repository, cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        foreach (var move in plan.Floating.Decide(moved, published).Where(move => move.Newer is { } newer && (!move.IsOpen || !plan.Published.Contains(newer))))
        {
            var number = writes.FindIndex(x => x.Tag == plan.Repository.WithTag(move.Tag));
            var newer = await registry.GetManifestAsync(plan.Repository.WithTag(move.Newer!), cancellationToken);
            if (newer.Digest == plan.Digest || await LookAsync(writes, number, cancellationToken) != plan.Digest) continue;
            var before = writes[number].Before;
            // Where somebody has put the tag since this publish began is no place to go back to, unless it may be right.
            var isAsBefore = !AtStart.TryGetValue(writes[number].Tag, out var start) || start == before;
            var (problem, isKnown) = await VersionProblemAsync(plan, move.Newer!, newer, cancellationToken) is { } other ? (other, true)
                : isAsBefore && newer.Digest == before ? (null, true) : await trust.ProblemWithAsync(plan.Repository.WithDigest(newer.Digest));
            var reason = $"{move.Newer} was published at the same time and is newer than {plan.Version}";
            if (problem is null) changed |= await MoveAsync(writes, number, newer.Digest, reason, cancellationToken);
            // The tag of a branch was compared with the image that it pointed at, and stays.
            else if (!move.IsOpen && (isAsBefore || !isKnown) && before != plan.Digest) changed |= await MoveAsync(writes, number, before, $"{reason}, but {problem}, so the tag went back to where it was", cancellationToken);
        }

        return changed;
    }

    // What speaks against an image being the newer version that its tag says. It counts if ours says its own version: an image definition may put something else there.
    private static string? VersionProblem(TagPlan plan, string tag, ImageVersion? said)
    {
        if (said is null) return "says no version";
        // A pre-release may be published as its release, or as any other one: it is older than ours, or not.
        var isAnother = plan.Floating.VersionOf([tag]) is { } named && !DeparturePolicy.MayBe(said, named);
        return isAnother || said <= plan.Version! ? $"is version {said}" : null;
    }

    private async Task<string?> VersionProblemAsync(TagPlan plan, string tag, Manifest newer, CancellationToken cancellationToken)
    {
        var own = VersionOf(await registries.Of(plan.Repository).GetManifestAsync(plan.Repository.WithDigest(plan.Digest), cancellationToken));
        // A release candidate may be published as its release.
        return own is not null && DeparturePolicy.IsSameRelease(own, plan.Version!) ? VersionProblem(plan, tag, VersionOf(newer)) : null;

        static ImageVersion? VersionOf(Manifest image) => ImageVersion.TryParse(image.Annotations.GetValueOrDefault(OciLabels.VersionKey));
    }
}
