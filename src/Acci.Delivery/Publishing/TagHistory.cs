using System.Globalization;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>
/// What tags pointed at before they moved. It is kept in the registry, as a note on the image that took the tags, so that any machine can take a move back.
/// </summary>
public sealed class TagHistory(OciRegistry registry, TimeProvider? time = null)
{
    /// <summary>The type of such a note.</summary>
    public const string ArtifactType = "application/vnd.acci.tag-history.v1";

    private const string Created = "org.opencontainers.image.created";
    private const string Repository = "org.acci.repository";
    private const string Prefix = "org.acci.before.";

    /// <summary>
    /// Notes what the tags that are about to move point at. To be called before the first of them moves; a note on an image that does not get the tag after all is never asked for.
    /// </summary>
    /// <param name="plan">The tags, and the image that gets them, which the repository has.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task NoteAsync(TagPlan plan, CancellationToken cancellationToken)
    {
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var move in plan.Moving)
        {
            if (await registry.FindAsync(plan.Repository.WithTag(move.Tag), cancellationToken) is { } there && there.Digest != plan.Digest)
                annotations[Prefix + move.Tag] = there.Digest.ToString();
        }

        if (annotations.Count == 0) return;
        annotations[Created] = (time ?? TimeProvider.System).GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        annotations[Repository] = plan.Repository.Repository;
        await registry.PutNoteAsync(plan.Repository.WithDigest(plan.Digest), ArtifactType, annotations, cancellationToken);
    }

    /// <summary>Notes it of several plans. Nothing that is published stays back for the sake of a note: where it cannot be written, that is said.</summary>
    internal async Task TryNoteAsync(IEnumerable<TagPlan> plans, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var plan in plans) await NoteAsync(plan, cancellationToken);
        }
        catch (DeliveryException exception)
        {
            Log.Warning("What the tags point at now could not be noted, so a rollback will not find it: {Problem:l}", exception.Message);
        }
    }

    /// <summary>What the tag pointed at before it moved to this image; none when nothing is known.</summary>
    /// <param name="image">The image that has the tag, by digest.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<Digest?> BeforeAsync(ImageReference image, string tag, CancellationToken cancellationToken)
    {
        var notes = new List<IReadOnlyDictionary<string, string>>();
        var time = registry.BeginSearch(image);
        foreach (var referrer in await registry.ListReferrersAsync(image, ArtifactType, cancellationToken))
        {
            try
            {
                notes.Add((await time.AskAsync(() => registry.GetManifestAsync(image.WithDigest(referrer.Digest), cancellationToken))).Annotations);
            }
            catch (ContentException exception)
            {
                Log.Debug("What is beside {Image:l} is passed over: {Problem:l}", image.ToString(), exception.Message);
            }
        }

        return notes
            // One that another tool copied along with the image tells of tags elsewhere.
            .Where(note => note.ContainsKey(Prefix + tag) && note.GetValueOrDefault(Repository) == image.Repository)
            .OrderByDescending(note => note.GetValueOrDefault(Created), StringComparer.Ordinal)
            .Select(note => Digest.TryParse(note[Prefix + tag], out var digest, out _) ? digest : (Digest?)null)
            .FirstOrDefault();
    }

    /// <summary>What a note says that tags pointed at before; nothing when the manifest is no such note.</summary>
    internal static IReadOnlyDictionary<string, Digest> Read(Manifest note)
    {
        var before = new Dictionary<string, Digest>();
        foreach (var (name, value) in note.Descriptor.ArtifactType == ArtifactType ? note.Annotations : new Dictionary<string, string>())
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && Digest.TryParse(value, out var digest, out _)) before[name[Prefix.Length..]] = digest;
        }

        return before;
    }
}
