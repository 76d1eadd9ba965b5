using System.Collections.Concurrent;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.Oci.Registries;

/// <summary>Brings an image into a repository: the blobs that are missing, in parallel, then the manifests, children first. No tag is touched.</summary>
/// <param name="target">The registry.</param>
/// <param name="repository">The repository.</param>
/// <param name="source">Where the image is.</param>
/// <param name="parallelism">How many blobs are sent at once.</param>
/// <param name="progress">Gets how far it is.</param>
/// <param name="time">The clock that the rate is told by.</param>
/// <param name="sent">Gets bytes as they are sent, those that are sent again, too.</param>
internal sealed class ImageTransfer(
    OciRegistry target, ImageReference repository, IContentSource source, int parallelism, IProgress<TransferProgress>? progress, TimeProvider time, Action<long>? sent = null)
{
    // A question about a blob costs the registry little, and the wait for the answer is most of it.
    private const int QuestionsPerBlob = 2;

    private readonly TransferMeter _meter = new(progress, time);

    /// <summary>Transfers everything that belongs to the root.</summary>
    /// <param name="content">The image.</param>
    /// <param name="mountFrom">Repositories of the same registry that may have its blobs.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    public async Task<PushResult> RunAsync(ImageContent content, IReadOnlyList<string> mountFrom, CancellationToken cancellationToken)
    {
        var missing = await MissingAsync(content.Blobs, cancellationToken);
        _meter.Start(missing);

        var mounted = 0;
        var bytes = 0L;
        // The largest first, so that none is left to go alone at the end.
        await ForEachAsync(missing.OrderByDescending(x => x.Size), parallelism, async (blob, token) =>
        {
            if (await target.TryMountAsync(repository, blob, mountFrom, token))
            {
                Interlocked.Increment(ref mounted);
                _meter.Add(blob.Size);
            }
            else
            {
                await UploadAsync(blob, token);
                Interlocked.Add(ref bytes, blob.Size);
            }

            _meter.BlobDone();
        }, cancellationToken);

        await PutManifestsAsync(content.Manifests, cancellationToken);
        return new PushResult(content.Root.Descriptor, missing.Count - mounted, bytes, mounted, content.Blobs.Count - missing.Count);
    }

    private async Task<IReadOnlyCollection<Descriptor>> MissingAsync(IReadOnlyList<Descriptor> blobs, CancellationToken cancellationToken)
    {
        var missing = new ConcurrentBag<Descriptor>();
        await ForEachAsync(blobs, parallelism * QuestionsPerBlob, async (blob, token) =>
        {
            if (!await target.HasBlobForPushAsync(repository, blob.Digest, token)) missing.Add(blob);
        }, cancellationToken);
        return missing;
    }

    private async Task UploadAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        var reported = 0L;
        await target.UploadAsync(repository, blob, source, bytes =>
        {
            _meter.Add(bytes - reported);
            if (bytes > reported) sent?.Invoke(bytes - reported);
            reported = bytes;
        }, cancellationToken);
    }

    private async Task PutManifestsAsync(IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken)
    {
        await ForEachAsync(manifests.Where(x => !x.IsIndex), parallelism, PutAsync, cancellationToken);
        foreach (var index in manifests.Where(x => x.IsIndex)) await PutAsync(index, cancellationToken);

        ValueTask PutAsync(Manifest manifest, CancellationToken token) => new(target.EnsureManifestAsync(repository, manifest, token));
    }

    private static Task ForEachAsync<T>(IEnumerable<T> items, int parallelism, Func<T, CancellationToken, ValueTask> action, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken }, action);
}
