using Acci.Delivery.Images.Tags;
using Acci.Delivery.Sessions;
using Acci.Oci;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>
/// Puts the tags of one publish in one step: all of them, or, when one cannot be written, none. Registries have no such operation, and no compare-and-swap either,
/// so what was written is put back, and what two publishes did at once is looked at afterwards and set right (<see cref="TagSettlement"/>).
/// </summary>
public sealed class TagTransaction(OciRegistry registry)
{
    private const string NotAll = "Not every tag could be written";

    private RegistrySet? _registries;
    private TagWriter? _writer;
    private TagTrust? _trust;

    /// <summary>Further registries whose tags are put in the same step.</summary>
    internal IReadOnlyList<OciRegistry> Others { get; init; } = [];

    /// <summary>The clock that it is waited by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How long the answer to a write is waited for when the build is interrupted. Together with the other two, a build ends before it is ended.</summary>
    internal TimeSpan AnswerLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a write is watched that was not answered, before it is called unknown, or that cannot be seen, before it is called not kept.</summary>
    internal TimeSpan WatchLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long putting back may take.</summary>
    internal TimeSpan PutBackLimit { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>
    /// What tags pointed at when the publish began. A tag that has moved since then was moved by another publish; it is left to that one when its commit is newer.
    /// </summary>
    public IReadOnlyDictionary<ImageReference, Digest?> AtStart { get; init; } = new Dictionary<ImageReference, Digest?>();

    /// <summary>
    /// The repositories whose image an earlier build made (<c>--skip BuildImages</c>). What their tags pointed at then is not known: whatever they point at by now counts as
    /// having come in between.
    /// </summary>
    public IReadOnlyCollection<string> BuiltEarlier { get; init; } = [];

    /// <summary>
    /// Whether this publish may leave its tags to another one's image: that is signed as its own. Without it none is: a tag goes back to where it was, or is written.
    /// Whoever cannot tell says so by a <see cref="DeliveryException"/>.
    /// </summary>
    public Func<ImageReference, Task<bool>> IsTrustedAsync { get; init; } = _ => Task.FromResult(false);

    private RegistrySet Registries => _registries ??= new RegistrySet(registry, Others);

    private CommitOrder Order => new(Registries);

    private TagWatch Watch => new(Registries, Time, WatchLimit);

    private TagWriter Writer => _writer ??= new TagWriter(Registries, Time);

    private TagTrust Trust => _trust ??= new TagTrust(IsTrustedAsync);

    /// <summary>Writes the tags.</summary>
    /// <exception cref="DeliveryException">One could not be written; the message says what became of the others.</exception>
    public async Task<IReadOnlyList<TagWrite>> RunAsync(IReadOnlyList<TagPlan> plans, CancellationToken cancellationToken)
    {
        var writes = new List<TagWrite>();
        string? looking = null, remedy = null;
        ImageReference[] begun = [];
        using var unfinished = Unfinished.Note(() => Volatile.Read(ref begun) is { Length: > 0 } tags
            ? $"It ended while tags were moving: whether {string.Join(", ", tags.Select(x => x.ToString()))} {(tags.Length == 1 ? "has moved, or is where it was" : "have moved, or are where they were")} before, is not known. {TagReturn.Remedy}"
            : null);
        try
        {
            foreach (var (plan, move) in await InOrderAsync(plans, cancellationToken))
            {
                var tag = plan.Repository.WithTag(move.Tag);
                looking = $"{tag} could not be looked up";
                var before = (await Registries.Of(tag).FindAsync(tag, cancellationToken))?.Digest;
                var isDecided = before is null || before == plan.Digest || before == move.Expected;
                if (move.IsOnce && !isDecided && !await plan.IsSameAsync(Registries.Of(tag), before!.Value, cancellationToken))
                {
                    (looking, remedy) = (NotAll, plan.OnceRemedy);
                    throw new DeliveryException(
                        $"{tag} was put on {before} by another publish meanwhile{plan.WhyOnce}.{(writes.Count == 0 ? $" No tag moves. {remedy}" : "")}");
                }

                var why = move.IsFloating && !isDecided ? await FindReasonToStayAsync(plan, move, before!.Value, cancellationToken) : null;
                // Which of two versions a floating tag stands for, their versions decide, and not their commits.
                var stays = why is not null || (!move.IsFloating && !move.IsOnce && before is not null && before != plan.Digest && HasMoved(tag, before)
                    && await Order.IsNewerAsync(plan.Repository, before.Value, plan.Digest, cancellationToken) && await YieldsToAsync(tag, before.Value));
                // Noted before it is written: a write that failed may have arrived all the same.
                writes.Add(new TagWrite(tag, plan.Digest, before, stays ? before : plan.Digest) { Reason = why });
                looking = null;
                Volatile.Write(ref begun, [.. begun, tag]);
                if (before == plan.Digest || stays) continue;
                await WriteAsync(tag, plan.Digest, before, move.IsOverridden, cancellationToken);
                writes[^1] = writes[^1] with { IsUnknown = Writer.AnswerTo(tag) == WriteAnswer.None };
            }

            if (await FindLostAsync(plans, cancellationToken) is var (lost, problem))
            {
                (looking, remedy) = (NotAll, lost.OnceRemedy);
                throw new DeliveryException(problem);
            }
        }
        catch (Exception exception) when (writes.Count > 0)
        {
            remedy ??= looking is null ? ImmutableTags.RemedyFor(exception, writes[^1]) : null;
            var outcome = await new TagReturn(Writer, Watch) { Time = Time, Limit = PutBackLimit, OtherRemedy = remedy }.RunAsync(writes);
            if (exception is OperationCanceledException)
            {
                Log.Warning("{Outcome:l}", outcome);
                throw new OperationCanceledException(outcome, exception, cancellationToken);
            }

            throw new DeliveryException($"{looking ?? $"{writes[^1].Tag} could not be written"}: {exception.Message} {outcome}", exception);
        }

        var settled = new List<TagWrite>();
        // Each registry by itself: that one does not answer says nothing of the others.
        foreach (var own in plans.GroupBy(x => x.Repository.Domain))
        {
            var written = writes.Where(x => x.Tag.Domain == own.Key).ToList();
            writes.RemoveAll(x => x.Tag.Domain == own.Key);
            try
            {
                await new TagSettlement(Registries, Writer, Trust) { AtStart = AtStart, AnswerLimit = AnswerLimit }.RunAsync([.. own], written, cancellationToken);
            }
            catch (DeliveryException exception)
            {
                // What is written is so rightly: that nobody could look at it again takes nothing back.
                Log.Warning("{Outcome:l}: {Problem:l}", Outcome(written), exception.Message);
            }
            catch (OperationCanceledException exception)
            {
                var outcome = $"{Outcome([.. settled, .. written, .. writes])}.";
                Log.Warning("{Outcome:l}", outcome);
                throw new OperationCanceledException(outcome, exception, cancellationToken);
            }

            settled.AddRange(written);
        }

        return settled;
    }

    // Some registries delete no tags: a new one cannot be taken back there when another registry then refuses something. So what exists moves first, in all of them.
    // What stands for the newest version still comes after that version.
    private async Task<IReadOnlyList<(TagPlan Plan, TagMove Move)>> InOrderAsync(IReadOnlyList<TagPlan> plans, CancellationToken cancellationToken)
    {
        var moves = plans.SelectMany(plan => plan.Moving.Select(move => (Plan: plan, Move: move))).ToList();
        if (Others.Count == 0) return moves;
        var isNew = new Dictionary<ImageReference, bool>();
        foreach (var tag in moves.Select(x => x.Plan.Repository.WithTag(x.Move.Tag))) isNew[tag] = await Registries.Of(tag).FindAsync(tag, cancellationToken) is null;
        return [.. moves.OrderBy(x => x.Move.IsFloating).ThenBy(x => isNew[x.Plan.Repository.WithTag(x.Move.Tag)])];
    }

    // What is known of tags that nobody can look at any more.
    private static string Outcome(IReadOnlyList<TagWrite> writes)
    {
        var (kept, lost) = (writes.Where(x => !x.IsLost).ToList(), writes.Where(x => x.IsLost).ToList());
        var written = kept.Count == 0 ? "" : $"{(lost.Count == 0 ? "All tags are written" : "These tags are written")}: {string.Join(", ", kept.Select(x => x.Tag.ToString()))}. ";
        return $"{written}{string.Concat(lost.Select(x => $"{x.Tag}: {x.WhyLost}. "))}Whether another publish moved them at the same time is not known";
    }

    private bool HasMoved(ImageReference tag, Digest? now) => AtStart.TryGetValue(tag, out var start) && (start != now || BuiltEarlier.Contains(tag.Repository));

    private async Task WriteAsync(ImageReference tag, Digest digest, Digest? before, bool isOverridden, CancellationToken cancellationToken)
    {
        for (var isAgain = false; ; isAgain = true)
        {
            try
            {
                await Writer.WriteAsync(tag, digest, AnswerLimit, isOverridden ? null : there => there == before, cancellationToken);
            }
            catch when (isAgain && Writer.AnswerTo(tag) == WriteAnswer.Refused)
            {
                // Nothing came of the second write. The first one was accepted all the same.
                Writer.NoteNotShown(tag);
                throw;
            }

            cancellationToken.ThrowIfCancellationRequested();
            // What another publish has put it on meanwhile is looked at when all tags are written.
            if (Writer.AnswerTo(tag) == WriteAnswer.None) return;
            if (await FindProblemAsync(tag, digest, before, cancellationToken) is not var (there, problem)) return;
            Writer.NoteNotShown(tag);
            // Another publish that looked earlier may have written it back: a second write tells that from a registry that keeps none.
            if (isAgain || there is null || there != before) throw new DeliveryException($"the registry accepted the write, and {WatchLimit.TotalSeconds:0} s later it shows {problem}.");
        }
    }

    // Another publish has put the tag on an image since that was decided. One that is not signed does not count.
    private async Task<string?> FindReasonToStayAsync(TagPlan plan, TagMove move, Digest other, CancellationToken cancellationToken)
    {
        var again = await plan.ComparedAgainAsync(Registries.Of(plan.Repository), move, cancellationToken);
        if (again.Moves) return null;
        var (problem, isKnown) = await Trust.ProblemWithAsync(plan.Repository.WithDigest(other));
        return problem is null ? again.Reason : isKnown ? null : $"{again.Reason}; {problem}";
    }

    // Two publishes may both have seen that there is no such version, and the later one has written over it.
    private async Task<(TagPlan Plan, string Problem)?> FindLostAsync(IReadOnlyList<TagPlan> plans, CancellationToken cancellationToken)
    {
        var silent = new HashSet<string?>();
        foreach (var (plan, move) in plans.SelectMany(plan => plan.Moving.Where(move => move.IsOnce).Select(move => (plan, move))))
        {
            if (silent.Contains(plan.Repository.Domain)) continue;
            var tag = plan.Repository.WithTag(move.Tag);
            try
            {
                if ((await Registries.Of(tag).FindAsync(tag, cancellationToken))?.Digest is { } there && there != plan.Digest && !await plan.IsSameAsync(Registries.Of(tag), there, cancellationToken))
                    return (plan, $"{tag} was put on {there} by another publish at the same time{plan.WhyOnce}.");
            }
            catch (DeliveryException)
            {
                // All tags are written. That nobody can look at this registry's again is said later.
                silent.Add(plan.Repository.Domain);
            }
        }

        return null;
    }

    // What the registry shows instead of the tag that it accepted; null where that is right, or another publish's. A registry may show a write late.
    private async Task<(Digest? There, string Problem)?> FindProblemAsync(ImageReference tag, Digest digest, Digest? before, CancellationToken cancellationToken)
    {
        try
        {
            var there = await Watch.UntilAsync(tag, x => x is not null && x != before, cancellationToken);
            return there is null ? (there, "no such tag")
                : there == before ? (there, $"it at {before}, as before")
                // What another publish puts a tag on is there.
                : there != digest && await Registries.Of(tag).FindManifestAsync(tag.WithDigest(there.Value), cancellationToken) is null ? (there, $"it at {there}, which it does not have")
                : null;
        }
        catch (DeliveryException)
        {
            // The write was accepted. That nobody can look at it is said when all tags are written.
            return null;
        }
    }

    // Before the first tag moves, who cannot be asked ends the publish: the tag may be the newer image's by right.
    private async Task<bool> YieldsToAsync(ImageReference tag, Digest newer)
    {
        try
        {
            return await Trust.AskAsync((tag with { Tag = null }).WithDigest(newer));
        }
        catch (DeliveryException exception)
        {
            throw new DeliveryException($"{tag} stays at {newer}, which another publish has put it on, from a newer commit: {TagTrust.NotKnown(exception)}", exception);
        }
    }
}
