using System.Globalization;
using Acci.Oci.Manifests;

namespace Acci.Oci.Layouts;

/// <summary>
/// The most that an image, or what refers to it, may consist of. A registry can name ever more of it, up to inventing what refers to each thing that it was
/// just asked for: nothing else would end that.
/// </summary>
/// <param name="what">What has the limit, as messages begin: <c>What refers to ghcr.io/owner/app@sha256:…</c>.</param>
/// <param name="mostBytes">The most that its configurations and layers may have together, in bytes.</param>
internal sealed class ContentLimit(string what, long mostBytes)
{
    private const int MostLevels = 16;
    private const int MostManifests = 10_000;
    // They are kept in memory.
    private const long MostManifestBytes = 256 * 1024 * 1024;

    private readonly Lock _lock = new();
    private int _manifests;
    private long _manifestBytes;
    private long _bytes;

    /// <summary>Goes one level down: from an index to what it names, or from a manifest to what refers to it.</summary>
    /// <param name="level">The level, from 0.</param>
    /// <exception cref="DeliveryException">There are too many.</exception>
    public void Enter(int level)
    {
        if (level >= MostLevels) throw Exceeded($"is nested more than {MostLevels} levels deep");
    }

    /// <summary>Counts a manifest with its configuration and layers.</summary>
    /// <exception cref="DeliveryException">It is too much.</exception>
    public void Add(Manifest manifest)
    {
        lock (_lock)
        {
            if (++_manifests > MostManifests) throw Exceeded(string.Create(CultureInfo.InvariantCulture, $"consists of more than {MostManifests:#,0} manifests"));
            if ((_manifestBytes += manifest.Content.Length) > MostManifestBytes) throw Exceeded($"has more than {MostManifestBytes >> 20} MiB of manifests");
            foreach (var part in manifest.Blobs.Concat(manifest.Manifests.Where(x => !MediaTypes.IsManifest(x.MediaType))))
            {
                // Compared so, no sum of claims is too large for its type.
                if (part.Size > mostBytes - _bytes) throw Exceeded($"is larger than {mostBytes >> 30} GiB");
                _bytes += part.Size;
            }
        }
    }

    private DeliveryException Exceeded(string problem) => new($"{what} {problem}, more than is read. Delete what does not belong there, or ask the registry's operator.");
}
