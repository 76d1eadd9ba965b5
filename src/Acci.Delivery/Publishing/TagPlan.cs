using System.Text.RegularExpressions;
using Acci.Delivery.Images.Tags;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>The tags that one image is to have, decided before any of them is written.</summary>
public sealed partial record TagPlan
{
    // Each look is a request.
    private const int MaximumLooks = 16;

    /// <summary>The repository.</summary>
    public required ImageReference Repository { get; init; }

    /// <summary>What the tags are to point at; the repository has it.</summary>
    public required Digest Digest { get; init; }

    /// <summary>Each tag, and whether it may move.</summary>
    public required IReadOnlyList<TagMove> Moves { get; init; }

    /// <summary>What decided that, and decides again when another publish came in between.</summary>
    public required FloatingTags Floating { get; init; }

    /// <summary>The image's version; none for an image that has none.</summary>
    public ImageVersion? Version => Floating.Version;

    /// <summary>
    /// The tags to write, in their order: those that stand for one version first. Whoever reads <c>latest</c> and the list of versions never finds the newer
    /// version missing there, and of two publishes at once the later one sees what the other brought.
    /// </summary>
    public IEnumerable<TagMove> Moving => Moves.Where(move => move.Moves).OrderBy(move => move.IsFloating);

    /// <summary>The tags that stay where they are.</summary>
    public IEnumerable<TagMove> Staying => Moves.Where(move => !move.Moves);

    /// <summary>What decides whether the image is newer than the one that a tag points at.</summary>
    internal Succession Succession { get; private init; } = Succession.Unknown;

    /// <summary>What to do if a tag that is written once points at another image.</summary>
    internal string OnceRemedy { get; private init; } = "";

    /// <summary>Why such a tag is written once, as the rest of a sentence.</summary>
    internal string WhyOnce { get; private init; } = "";

    /// <summary>The tags that the repository had.</summary>
    internal IReadOnlyCollection<string> Published { get; private init; } = [];

    /// <summary>Decides by what the repository has now.</summary>
    /// <exception cref="DeliveryException">The registry cannot be asked, or one of these is no tag.</exception>
    internal static async Task<TagPlan> DecideAsync(
        OciRegistry registry, ImageReference repository, Digest digest, IReadOnlyList<string> tags, FloatingTags floating, Succession succession, CancellationToken cancellationToken)
    {
        EnsureTags(repository, tags);
        var published = await registry.ListTagsAsync(repository, cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        // What decides again about some of the tags knows the version by all of them.
        floating = (floating with { Version = floating.Version ?? floating.VersionOf(tags) }).WithAffixesOf(tags);
        if (!IsByTags(floating)) floating = await WithoutNamesAsync(registry, repository, tags, published, floating, cancellationToken);
        var plan = new TagPlan
        {
            Repository = repository,
            Digest = digest,
            Floating = floating,
            Succession = floating is { SaysOwnVersion: true, Version: null } ? succession : succession.With(floating.Version),
            Published = published,
            Moves = floating.Decide(tags, published),
        };
        var moves = new List<TagMove>();
        foreach (var move in plan.Moves) moves.Add(await plan.ComparedAsync(registry, move, cancellationToken));
        return plan with { Moves = moves };
    }

    /// <summary>All of these tags go back, unless another publish moves one of them meanwhile.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="digest">What the tags are to point at.</param>
    /// <param name="tags">The tags, each with what it points at now.</param>
    /// <exception cref="DeliveryException">One of these is no tag.</exception>
    public static TagPlan Back(ImageReference repository, Digest digest, IEnumerable<(string Tag, Digest Now)> tags)
    {
        var moves = tags.Select(x => new TagMove(x.Tag, true, "it goes back") { IsOnce = true, Expected = x.Now }).ToList();
        EnsureTags(repository, moves.Select(move => move.Tag));
        return new TagPlan
        {
            Repository = repository,
            Digest = digest,
            Floating = new FloatingTags(),
            Moves = moves,
            OnceRemedy = "Look at what the tag points at now before you roll it back.",
        };
    }

    /// <summary>A full version is written once, since people pin it: one of another image is refused, or replaced where a person said so.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="replaceSwitch">The switch by which a person says so.</param>
    /// <param name="mayReplace">It was given.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DeliveryException">It is refused, or the registry cannot be asked.</exception>
    public async Task<TagPlan> WritingOnceAsync(OciRegistry registry, string replaceSwitch, bool mayReplace, CancellationToken cancellationToken)
    {
        var remedy = $"Give the image a version of its own, or replace the other one with {replaceSwitch}.";
        var moves = new List<TagMove>();
        foreach (var move in Moves)
        {
            var (isFull, there) = await LookAsync(registry, move, cancellationToken);
            if (!isFull)
            {
                moves.Add(move);
                continue;
            }

            if (there is null && Published.Contains(move.Tag) && !mayReplace)
            {
                throw new DeliveryException(
                    $"The registry lists {Repository.WithTag(move.Tag)} and cannot find it. It may be another image, so no tag moves. "
                    + $"Run the same command again, or replace it with {replaceSwitch}.");
            }

            var once = move with { IsOnce = true, Expected = there?.Digest };
            moves.Add(there is null || await IsSameAsync(registry, there, cancellationToken) ? once
                : mayReplace ? once with { Replaces = there.Digest, Reason = $"{replaceSwitch} is given, and it points at {there.Digest} until now" }
                : throw new DeliveryException(
                    $"{Repository.WithTag(move.Tag)} points at {there.Digest} already, which is another image than {Digest}, and a full version is written "
                    + $"once: no tag moves. {remedy}"));
        }

        // Tags that point at the replaced image follow.
        var replaced = moves.Select(x => x.Replaces).OfType<Digest>().ToHashSet();
        return this with
        {
            Moves = [.. moves.Select(x => x is { IsFloating: true, Moves: false, IsForeign: false, Expected: { } at } && replaced.Contains(at) ? x with { Moves = true, Reason = $"{replaceSwitch} is given, and {x.Reason}" } : x)],
            OnceRemedy = remedy,
            WhyOnce = ", and a full version is written once",
        };
    }

    /// <summary>
    /// Checks that no tag would be taken from an image of other source code. This machine's own registry serves all of its repositories, and images of two may have one name.
    /// </summary>
    /// <param name="registry">The registry.</param>
    /// <param name="replaceSwitch">The switch by which a person says that it may be.</param>
    /// <param name="mayReplace">It was given.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DeliveryException">One would, or the registry cannot be asked.</exception>
    internal async Task<TagPlan> TakingNoneOfOthersAsync(
        OciRegistry registry, string replaceSwitch, bool mayReplace, CancellationToken cancellationToken)
    {
        var own = Succession.Own.Source;
        if (own.Length == 0) return this;
        var moves = new List<TagMove>();
        foreach (var move in Moves)
        {
            var tag = Repository.WithTag(move.Tag);
            var there = move is { Moves: true, IsFloating: false } ? await registry.FindManifestAsync(tag, cancellationToken) : null;
            var theirs = there is null || there.Digest == Digest ? "" : ImageOrigin.Of(there).Source;
            if (theirs is not { Length: > 0 } || OciLabels.IsSameSource(theirs, own))
            {
                moves.Add(move);
                continue;
            }

            if (!mayReplace)
            {
                throw new DeliveryException(
                    $"{tag} is an image of {theirs}, and this one is of {own}: no tag moves. "
                    + $"Give one of the two another name, publish with --registry, or replace the other one's tags with {replaceSwitch}.");
            }

            moves.Add(move with { Replaces = there!.Digest, Reason = $"{replaceSwitch} is given, and it points at an image of {theirs} until now" });
        }

        return this with { Moves = moves };
    }

    /// <summary>The same where nobody has said that one may be.</summary>
    internal Task<TagPlan> TakingNoneOfOthersAsync(OciRegistry registry, CancellationToken cancellationToken) =>
        TakingNoneOfOthersAsync(registry, PlannedTags.ReplaceVersion, mayReplace: false, cancellationToken);

    /// <summary>Notes, before the build, which full versions exist already: only the same image may have them.</summary>
    internal async Task<TagPlan> ForeseeingAsync(OciRegistry registry, string replaceSwitch, bool mayReplace, CancellationToken cancellationToken)
    {
        var moves = new List<TagMove>();
        foreach (var move in Moves)
        {
            moves.Add(await LookAsync(registry, move, cancellationToken) is not (true, { } there) ? move
                : move with { Reason = mayReplace ? $"{replaceSwitch} is given" : $"it points at {there.Digest}, and the publish fails unless the image is the same or {replaceSwitch} is given" });
        }

        return this with { Moves = moves };
    }

    // Whether a tag is a full version, either by its name or because it contains the version of the image it points at.
    private async Task<(bool IsFull, Manifest? There)> LookAsync(OciRegistry registry, TagMove move, CancellationToken cancellationToken)
    {
        // Only a tag with a number and a separator can contain a version.
        if (!move.IsFull && (move.IsFloating || !NumberOfSeveral().IsMatch(move.Tag))) return (false, null);
        try
        {
            var there = await registry.FindManifestAsync(Repository.WithTag(move.Tag), cancellationToken);
            return (move.IsFull || (there is not null && (await ImageOrigin.ReadAsync(registry, Repository, there, cancellationToken)).Version is { IsCounted: false } said && Floating.Has(move.Tag, said)), there);
        }
        catch (ContentException) when (!move.IsFull)
        {
            return (false, null);
        }
    }

    /// <summary>Says which tags would move, and why not where one would not.</summary>
    /// <param name="image">What the tags would point at, as messages name it.</param>
    internal void Say(string image)
    {
        foreach (var move in Moves) Log.Information("{Image:l}: {Would:l} {Tag:l}: {Reason:l}", image, move.Moves ? "would tag" : "would not move", move.Tag, move.Reason);
    }

    /// <summary>
    /// Decides about a tag that stands for the newest of several versions by the image that it points at now: the list of tags shows neither the
    /// builds of a branch nor versions that are tagged in an unknown form.
    /// </summary>
    private async Task<TagMove> ComparedAsync(OciRegistry registry, TagMove move, CancellationToken cancellationToken)
    {
        if (!move.IsFloating || move.IsForeign || move.IsOverridden || !(move.Moves || move.IsOpen)) return move;
        var tag = Repository.WithTag(move.Tag);
        try
        {
            if (await registry.FindManifestAsync(tag, cancellationToken) is not { } there)
                return Published.Contains(move.Tag) ? move with { Moves = false, Reason = "the registry lists it and cannot find it" } : move with { Expected = null };
            var compared = move with { Expected = there.Digest };
            if (there.Digest == Digest) return compared with { Moves = true };
            var (isNewer, reason) = await Succession.AfterAsync(await OriginAsync(registry, move.Tag, there, cancellationToken));
            return compared with { Moves = isNewer, Reason = isNewer && move.Moves ? move.Reason : reason };
        }
        catch (ContentException exception)
        {
            Log.Debug("{Tag:l}: {Problem:l}", tag.ToString(), exception.Message);
            return move with { Moves = false, Reason = "what it points at is no image that can be read" };
        }
    }

    /// <summary>Decides again about a tag that stands for the newest of several versions, by the tags that the repository has by now, and by what this one points at.</summary>
    internal async Task<TagMove> ComparedAgainAsync(OciRegistry registry, TagMove move, CancellationToken cancellationToken) =>
        await (this with { Published = await registry.ListTagsAsync(Repository, cancellationToken: cancellationToken).ToListAsync(cancellationToken) })
            .ComparedAsync(registry, move, cancellationToken);

    // The image states a version of its own, and the tags name another one: the tags decide.
    private static bool IsByTags(FloatingTags floating) => floating is { SaysOwnVersion: true, Version: not null };

    // An image that does not state a release in annotations may be one by a version tag that points at it: a pre-release may have become it.
    private async Task<ImageOrigin> OriginAsync(OciRegistry registry, string stands, Manifest there, CancellationToken cancellationToken)
    {
        var origin = (await ImageOrigin.ReadAsync(registry, Repository, there, cancellationToken)).OfSource(Succession.Own.Source);
        if (IsByTags(Floating)) origin = origin with { Version = null };
        if (origin is { Version.IsPrerelease: false, IsByLabels: false }) return origin;
        var versions = Published.Select(tag => (Tag: tag, Version: Floating.VersionsOf(tag).Where(x => !x.IsPrerelease).Max())).Where(x => x.Version is { } version && Floating.MayStandFor(stands, version));
        foreach (var (tag, version) in versions.OrderByDescending(x => x.Version).Take(MaximumLooks))
        {
            if ((await registry.FindAsync(Repository.WithTag(tag), cancellationToken))?.Digest == there.Digest) return origin with { Version = new[] { origin.Version, version }.Max() };
        }

        return origin;
    }

    // A tag that looks like a version is a date or a name if its image states another version. A label may be that of a base image.
    private static async Task<FloatingTags> WithoutNamesAsync(
        OciRegistry registry, ImageReference repository, IReadOnlyList<string> tags, List<string> published, FloatingTags floating, CancellationToken cancellationToken)
    {
        for (var look = 0; look < MaximumLooks; look++)
        {
            if (floating.Decide(tags, published).Select(x => x.Newer).FirstOrDefault(x => x is not null) is not { } newer) break;
            try
            {
                if (await registry.FindManifestAsync(repository.WithTag(newer), cancellationToken) is not { } image
                    || ImageOrigin.Of(image).Version is not { } said
                    || !(DeparturePolicy.IsOther(newer, said, floating) || floating.IsDateOf(newer, said))) break;
            }
            catch (ContentException)
            {
                break;
            }

            floating = floating.Without(newer, published);
        }

        return floating;
    }

    /// <summary>Whether an image of the repository has the same platforms: attestations that another machine made do not make it another image.</summary>
    internal async Task<bool> IsSameAsync(OciRegistry registry, Digest there, CancellationToken cancellationToken) =>
        await registry.FindManifestAsync(Repository.WithDigest(there), cancellationToken) is { } found && await IsSameAsync(registry, found, cancellationToken);

    private async Task<bool> IsSameAsync(OciRegistry registry, Manifest there, CancellationToken cancellationToken)
    {
        if (there.Digest == Digest) return true;
        var own = PlatformsOf(await registry.GetManifestAsync(Repository.WithDigest(Digest), cancellationToken));
        return own.Count > 0 && own.SetEquals(PlatformsOf(there));
    }

    private static HashSet<(Platform, Digest)> PlatformsOf(Manifest image) =>
        [.. PlatformImage.Of(image.Manifests).Select(x => (x.Platform, x.Manifest.Digest))];

    [GeneratedRegex("[0-9][._-]")]
    private static partial Regex NumberOfSeveral();

    // Source: OCI distribution specification 1.1, section "Referrers Tag Schema"; cosign adds .sig and the like.
    [GeneratedRegex(@"^sha(?:256|512)-[0-9a-f]{64}")]
    private static partial Regex OfReferrers();

    // Said before the first one is written.
    private static void EnsureTags(ImageReference repository, IEnumerable<string> tags)
    {
        foreach (var tag in tags)
        {
            _ = repository.WithTag(tag);
            if (OfReferrers().IsMatch(tag))
                throw new DeliveryException($"No image gets the tag {tag} in {repository.Repository}: under such tags registries keep the signatures and attestations of other images. Choose another one.");
        }
    }
}
