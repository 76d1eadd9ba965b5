using System.Collections.Concurrent;
using System.Net;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.Oci.Registries;

/// <summary>Copies an image from one repository to another, with what refers to it.</summary>
/// <param name="from">The registry that has the image.</param>
/// <param name="source">The image.</param>
/// <param name="to">The registry it goes to.</param>
/// <param name="target">The repository it goes to.</param>
/// <param name="parallelism">For how many manifests at once is looked what refers to them.</param>
/// <param name="leftOut">Artifact types of referrers that stay behind.</param>
/// <param name="mostBytes">The most that is copied of what refers to the image, in bytes.</param>
/// <param name="findObstacleAsync">Why something that refers to the image stays behind, asked before any of it is sent; null where it may go.</param>
internal sealed class ImageCopy(
    OciRegistry from, ImageReference source, OciRegistry to, ImageReference target, int parallelism, IReadOnlyCollection<string> leftOut, long mostBytes = ImageCopy.MostBytes,
    Func<ImageContent, CancellationToken, Task<string?>>? findObstacleAsync = null)
{
    // Signatures, bills of materials, and images in other formats.
    private const long MostBytes = 16L << 30;
    // Of what refers to the image, however much of that is sent.
    private static readonly TimeSpan MostTime = TimeSpan.FromHours(2);

    private readonly RegistrySource _source = new(from, source);
    private readonly ContentLimit _limit = new($"What refers to {source}", mostBytes);
    private readonly ConcurrentDictionary<Digest, bool> _seen = [];
    private readonly ConcurrentQueue<string> _passedOver = [];
    private long _begun;

    // Only within one registry is there something to mount from.
    private IReadOnlyList<string> MountFrom => from.Domain == to.Domain ? [source.Path] : [];

    public async Task<PushResult> RunAsync(Descriptor root, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var content = await ImageContent.WalkAsync(_source, root, cancellationToken);
        var result = await to.TransferTo(target, _source, progress).RunAsync(content, MountFrom, cancellationToken);
        _begun = from.Time.GetTimestamp();
        await CopyReferrersAsync(content.Manifests.Select(x => x.Digest), cancellationToken);
        return result with { PassedOver = [.. _passedOver] };
    }

    private async Task CopyReferrersAsync(IEnumerable<Digest> subjects, CancellationToken cancellationToken)
    {
        // Level by level: what refers to a referrer, as the signature of an SBOM does, comes along too.
        var level = subjects.Where(x => _seen.TryAdd(x, true)).ToList();
        for (var depth = 0; level.Count > 0; depth++)
        {
            var entered = depth;
            var options = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken };
            var copied = new List<Digest>();
            await Parallel.ForEachAsync(level, options, async (subject, token) =>
            {
                var digests = await CopyReferrersAsync(subject, entered, token);
                lock (copied) copied.AddRange(digests);
            });
            level = copied;
        }
    }

    // Each question has a limit of its own, and there may be thousands, to either registry.
    private void EnsureInTime()
    {
        if (from.Time.GetElapsedTime(_begun) > MostTime)
        {
            throw new DeliveryException(
                $"{source}: what is beside it could not be copied to {target} within {MostTime.TotalMinutes:0} minutes. Delete what does not belong there, or ask the registry's operator.");
        }
    }

    private async Task<IReadOnlyList<Digest>> CopyReferrersAsync(Digest subject, int depth, CancellationToken cancellationToken)
    {
        var copied = new List<Digest>();
        foreach (var referrer in await from.ListReferrersAsync(source.WithDigest(subject), cancellationToken: cancellationToken))
        {
            EnsureInTime();
            if (referrer.ArtifactType is { } type && leftOut.Contains(type)) continue;
            // A list may name the same one over and over, or one that it refers to itself.
            if (!_seen.TryAdd(referrer.Digest, true)) continue;
            await TryAsync(referrer.Digest.ToString(), async () =>
            {
                _limit.Enter(depth);
                var manifest = await TransferAsync(referrer, cancellationToken);
                await to.PutReferrerAsync(target, manifest, cancellationToken);
                copied.Add(manifest.Digest);
            });
        }

        foreach (var tag in OciRegistry.AttachmentTags(subject))
        {
            EnsureInTime();
            // As with lists of referrers, some registries answer with the subject itself.
            if (await from.FindAsync(source.WithTag(tag), cancellationToken) is not { } attachment || attachment.Digest == subject) continue;
            await TryAsync(tag, async () =>
            {
                _limit.Enter(depth);
                var there = await to.FindAsync(target.WithTag(tag), cancellationToken);
                if (there?.Digest == attachment.Digest) return;
                if (there is not null && there.Digest != subject && !await HasAllAsync(attachment.Digest, there.Digest, cancellationToken))
                {
                    // It may be another signer's, and there is no other place for it.
                    _passedOver.Enqueue($"{tag}: {target.WithTag(tag)} is another one, {there.Digest}, and stays as it is");
                    return;
                }

                await TransferAsync(attachment, cancellationToken);
                await to.PutTagAsync(target, tag, attachment.Digest, cancellationToken);
            });
        }

        return copied;
    }

    // cosign adds a signature as one more layer, which has the signature in its annotations.
    private async Task<bool> HasAllAsync(Digest attachment, Digest there, CancellationToken cancellationToken)
    {
        var (own, other) = (await from.GetManifestAsync(source.WithDigest(attachment), cancellationToken), await to.GetManifestAsync(target.WithDigest(there), cancellationToken));
        return !own.IsIndex && !other.IsIndex && !LayersOf(other).Except(LayersOf(own)).Any();

        static IEnumerable<string> LayersOf(Manifest manifest) => manifest.Blobs.Skip(1).Select(ReferrersList.Entry.JsonOf);
    }

    // Anyone may put something beside an image that is damaged or huge, or that not every registry takes: the image goes without it.
    private async Task TryAsync(string name, Func<Task> copyAsync)
    {
        try
        {
            await copyAsync();
        }
        catch (DeliveryException exception) when (exception is ContentException or ContentLimitException or RegistryException
        {
            StatusCode: HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge
                or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.UnprocessableEntity,
        })
        {
            _passedOver.Enqueue($"{name}: {exception.Message}");
        }
    }

    private async Task<Manifest> TransferAsync(Descriptor root, CancellationToken cancellationToken)
    {
        var content = await ImageContent.WalkAsync(_source, root, cancellationToken, _limit);
        if (findObstacleAsync is not null && await findObstacleAsync(content, cancellationToken) is { } obstacle) throw new ContentException(obstacle);
        using var tooMuch = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await to.TransferTo(target, _source, null, bytes =>
            {
                if (!_limit.AddSent(bytes)) tooMuch.Cancel();
            }).RunAsync(content, MountFrom, tooMuch.Token);
        }
        catch (OperationCanceledException) when (tooMuch.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw _limit.TooLarge();
        }

        _limit.AddCopied(content, 0);
        return content.Root;
    }
}
