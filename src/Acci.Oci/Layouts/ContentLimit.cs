using System.Globalization;
using Acci.Oci.Manifests;

namespace Acci.Oci.Layouts;

/// <summary>
/// The most that an image, or what refers to it, may consist of. A registry can name ever more of it, up to inventing what refers to each thing that it was
/// just asked for: nothing else would end that.
/// </summary>
/// <param name="what">What has the limit, as messages begin: <c>What refers to ghcr.io/owner/app@sha256:…</c>.</param>
/// <param name="mostBytes">The most that its configurations and layers may have together, in bytes.</param>
/// <param name="advice">What to do where it is beyond a limit.</param>
internal sealed class ContentLimit(string what, long mostBytes, string advice = ContentLimit.OfRegistry)
{
    private const string OfRegistry = "Delete what does not belong there, or ask the registry's operator.";

    private const int MostLevels = 16;
    private const int MostManifests = 10_000;
    // Those of one walk are kept in memory.
    private const long MostManifestBytes = 256 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly HashSet<(Digest, long)> _copied = [];
    private int _manifests;
    private long _copiedBytes;

    /// <summary>Goes one level down: from an index to what it names, or from a manifest to what refers to it.</summary>
    /// <param name="level">The level, from 0.</param>
    /// <exception cref="ContentLimitException">There are too many.</exception>
    public void Enter(int level)
    {
        if (level >= MostLevels) throw new ContentLimitException(Exceeded($"is nested more than {MostLevels} levels deep"));
    }

    /// <summary>Counts a manifest.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="before">The bytes of the manifests that this walk read before.</param>
    /// <returns>These bytes with the manifest's.</returns>
    /// <exception cref="ContentLimitException">The walk has too many bytes.</exception>
    /// <exception cref="DeliveryException">There are too many manifests: more may follow without end.</exception>
    public long Add(Manifest manifest, long before = 0)
    {
        if (Interlocked.Increment(ref _manifests) > MostManifests)
            throw new DeliveryException(Exceeded(string.Create(CultureInfo.InvariantCulture, $"consists of more than {MostManifests:#,0} manifests")));
        var bytes = before + manifest.Content.Length;
        return bytes <= MostManifestBytes ? bytes : throw new ContentLimitException(Exceeded($"has more than {MostManifestBytes >> 20} MiB of manifests"));
    }

    /// <summary>Counts a configuration or layer.</summary>
    /// <param name="blob">The configuration or layer, once in a walk.</param>
    /// <param name="before">The bytes of those that this walk found before.</param>
    /// <returns>These bytes with the blob's, if it was not copied before.</returns>
    /// <exception cref="ContentLimitException">It is too much, with what was copied.</exception>
    public long Add(Descriptor blob, long before = 0)
    {
        lock (_lock)
        {
            if (_copied.Contains((blob.Digest, blob.Size))) return before;
            // Compared so, no sum of claims is too large for its type.
            return blob.Size <= mostBytes - _copiedBytes - before ? before + blob.Size : throw TooLarge();
        }
    }

    /// <summary>Counts bytes while they are copied, whether what they are of gets there or not. Several walks may copy at once.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>Whether that was not too much yet.</returns>
    public bool AddSent(long bytes)
    {
        lock (_lock) return (_copiedBytes += bytes) <= mostBytes;
    }

    /// <summary>The error of what has more bytes.</summary>
    public ContentLimitException TooLarge() => new(Exceeded($"is larger than {mostBytes >> 30} GiB"));

    /// <summary>Counts what was copied. What a manifest claims counts for nothing else: anyone may claim all that others need.</summary>
    /// <param name="content">The content.</param>
    /// <param name="bytes">The bytes of it that were not counted when they were sent.</param>
    public void AddCopied(ImageContent content, long bytes)
    {
        lock (_lock)
        {
            _copiedBytes += bytes;
            _copied.UnionWith(content.Blobs.Select(x => (x.Digest, x.Size)));
        }
    }

    private string Exceeded(string problem) => $"{what} {problem}, more than is read. {advice}";
}
