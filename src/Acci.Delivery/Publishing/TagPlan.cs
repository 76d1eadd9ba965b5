using Acci.Delivery.Images.Tags;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>The tags that one image is to have, decided before any of them is written.</summary>
public sealed record TagPlan
{
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

    /// <summary>Decides by what the repository has now.</summary>
    /// <exception cref="DeliveryException">The registry cannot be asked, or one of these is no tag.</exception>
    public static async Task<TagPlan> DecideAsync(
        OciRegistry registry, ImageReference repository, Digest digest, IReadOnlyList<string> tags, FloatingTags floating, CancellationToken cancellationToken)
    {
        EnsureTags(repository, tags);
        var published = await registry.ListTagsAsync(repository, cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        // What decides again about some of the tags knows the version by all of them.
        floating = floating with { Version = floating.Version ?? floating.VersionOf(tags) };
        var moves = new List<TagMove>();
        // No tag shows the builds of a branch, but for those that stand for the newest one.
        foreach (var move in floating.Decide(tags, published))
            moves.Add(move is { Moves: true, IsFloating: true } && floating is { IsCounted: true, Override: null }
                ? await ComparedAsync(registry, repository.WithTag(move.Tag), digest, move, floating.Version, cancellationToken) : move);
        return new TagPlan { Repository = repository, Digest = digest, Floating = floating, Moves = moves };
    }

    /// <summary>All of these tags move, whatever the repository has.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="digest">What the tags are to point at.</param>
    /// <param name="tags">The tags.</param>
    /// <param name="reason">Why they move, as the rest of a sentence.</param>
    /// <exception cref="DeliveryException">One of these is no tag.</exception>
    public static TagPlan Of(ImageReference repository, Digest digest, IEnumerable<string> tags, string reason)
    {
        var moves = tags.Select(tag => new TagMove(tag, true, reason)).ToList();
        EnsureTags(repository, moves.Select(move => move.Tag));
        return new TagPlan { Repository = repository, Digest = digest, Floating = new FloatingTags(), Moves = moves };
    }

    /// <summary>A full version is written once, since people pin it: one of another image is refused, or replaced where a person said so.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="replaceSwitch">The switch by which a person says so.</param>
    /// <param name="mayReplace">It was given.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DeliveryException">It is refused, or the registry cannot be asked.</exception>
    public async Task<TagPlan> WritingOnceAsync(OciRegistry registry, string replaceSwitch, bool mayReplace, CancellationToken cancellationToken)
    {
        var moves = new List<TagMove>();
        foreach (var move in Moves)
        {
            if (!move.IsFull)
            {
                moves.Add(move);
                continue;
            }

            var there = await registry.FindManifestAsync(Repository.WithTag(move.Tag), cancellationToken);
            var once = move with { IsOnce = true, Expected = there?.Digest };
            moves.Add(there is null || await IsSameAsync(registry, there, cancellationToken) ? once
                : mayReplace ? once with { Replaces = there.Digest, Reason = $"{replaceSwitch} is given, and it points at {there.Digest} until now" }
                : throw new DeliveryException(
                    $"{Repository.WithTag(move.Tag)} points at {there.Digest} already, which is another image than {Digest}, and a full version is written "
                    + $"once: no tag moves. Give the image a version of its own, or replace the other one with {replaceSwitch}."));
        }

        return this with { Moves = moves };
    }

    /// <summary>Says which tags would move, and why not where one would not.</summary>
    /// <param name="image">What the tags would point at, as messages name it.</param>
    internal void Say(string image)
    {
        foreach (var move in Moves) Log.Information("{Image:l}: {Would:l} {Tag:l}: {Reason:l}", image, move.Moves ? "would tag" : "would not move", move.Tag, move.Reason);
    }

    private static async Task<TagMove> ComparedAsync(
        OciRegistry registry, ImageReference tag, Digest digest, TagMove move, ImageVersion? version, CancellationToken cancellationToken)
    {
        if (await registry.FindManifestAsync(tag, cancellationToken) is not { } there || there.Digest == digest) return move;
        var said = ImageVersion.TryParse(there.Annotations.GetValueOrDefault(OciLabels.VersionKey));
        return said is null ? move with { Moves = false, Reason = $"it points at {there.Digest}, which says no version" }
            : said > version ? move with { Moves = false, Reason = $"it points at {said}, which is newer than {version}" }
            : move;
    }

    // Attestations that another machine made, of the same platforms, do not make it another image.
    private async Task<bool> IsSameAsync(OciRegistry registry, Manifest there, CancellationToken cancellationToken)
    {
        if (there.Digest == Digest) return true;
        var own = PlatformsOf(await registry.GetManifestAsync(Repository.WithDigest(Digest), cancellationToken));
        return own.Count > 0 && own.SetEquals(PlatformsOf(there));
    }

    private static HashSet<(Platform, Digest)> PlatformsOf(Manifest image) =>
        [.. PlatformImage.Of(image.Manifests).Select(x => (x.Platform, x.Manifest.Digest))];

    // Said before the first one is written.
    private static void EnsureTags(ImageReference repository, IEnumerable<string> tags)
    {
        foreach (var tag in tags) _ = repository.WithTag(tag);
    }
}
