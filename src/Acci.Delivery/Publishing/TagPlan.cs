using Acci.Delivery.Images.Tags;
using Acci.Oci;
using Acci.Oci.Registries;
using NuGet.Versioning;
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
    public SemanticVersion? Version { get; init; }

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
        var version = floating.Version ?? floating.VersionOf(tags);
        var published = await registry.ListTagsAsync(repository, cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        return new TagPlan { Repository = repository, Digest = digest, Floating = floating, Version = version, Moves = floating.Decide(version, tags, published) };
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

    /// <summary>Says which tags would move, and why not where one would not.</summary>
    /// <param name="image">What the tags would point at, as messages name it.</param>
    internal void Say(string image)
    {
        foreach (var move in Moves) Log.Information("{Image:l}: {Would:l} {Tag:l}: {Reason:l}", image, move.Moves ? "would tag" : "would not move", move.Tag, move.Reason);
    }

    // Said before the first one is written.
    private static void EnsureTags(ImageReference repository, IEnumerable<string> tags)
    {
        foreach (var tag in tags) _ = repository.WithTag(tag);
    }
}
