using System.Text.Json;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Registries;

namespace Acci.Delivery.Signing;

/// <summary>
/// What would be copied with an image because somebody put it beside it: bundles, cosign's tags, anything else. Each file of it is read, whatever it calls itself, because a
/// provenance with a login may be in any format.
/// </summary>
/// <param name="registry">The registry that has it.</param>
/// <param name="source">The repository that has it.</param>
/// <param name="mostBytes">The most that a file may have to be read.</param>
internal sealed class DepartingContent(OciRegistry registry, ImageReference source, long mostBytes = DepartingContent.Largest) : IDisposable
{
    private const long Largest = 256 * 1024 * 1024;

    // One is held in memory at a time.
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>Why it stays behind: it has a login, or nobody can tell. Null where it may go.</summary>
    /// <exception cref="DeliveryException">The registry cannot be reached, or refuses.</exception>
    public async Task<string?> FindObstacleAsync(ImageContent content, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            foreach (var blob in content.Blobs.Where(x => x.Size > 0))
            {
                if (blob.Size > mostBytes) return $"{blob.Digest} has {blob.Size} bytes, too many to look for a login in it";
                using var file = new MemoryStream();
                await registry.DownloadBlobAsync(source, blob, file, cancellationToken);
                if (FindObstacle(file.GetBuffer().AsSpan(0, (int)file.Length), blob.MediaType) is { } obstacle) return $"{blob.Digest} {obstacle}";
            }

            return null;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private static string? FindObstacle(ReadOnlySpan<byte> file, string mediaType)
    {
        // Archives, certificates and the like are no provenance.
        var isJson = mediaType.Contains("json", StringComparison.OrdinalIgnoreCase) || file.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];
        if (!isJson) return null;
        try
        {
            return ProvenanceLogins.FindIn(file) is { } name ? $"has a login in {name}, which everybody could read" : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return "cannot be read, so it may have a login in it";
        }
    }
}
