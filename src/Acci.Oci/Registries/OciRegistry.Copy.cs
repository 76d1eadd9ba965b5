using Acci.Oci.Layouts;

namespace Acci.Oci.Registries;

public sealed partial class OciRegistry
{
    // What cosign hangs on an image where it does not use referrers. Source: sigstore/cosign, specs/SIGNATURE_SPEC.md.
    private static readonly string[] AttachmentSuffixes = [".sig", ".att", ".sbom"];

    /// <summary>
    /// Copies an image by digest, with everything that refers to it or to one of its platforms: signatures, attestations, SBOMs. Within one registry the blobs are
    /// mounted. Digests stay what they are; the image gets no tag. What refers to it and is damaged, or not taken, stays behind;
    /// so does what would take something else away from under cosign's tags.
    /// </summary>
    /// <param name="source">The image in this registry, by tag or digest.</param>
    /// <param name="target">The registry it goes to, which may be this one.</param>
    /// <param name="repository">Where it goes there; a tag or digest of the reference is ignored.</param>
    /// <param name="leftOut">Artifact types of referrers that stay behind, because they describe the source repository and not the image.</param>
    /// <param name="progress">Receives the progress of copying the image itself.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    /// <exception cref="DeliveryException">The image does not exist, or one of the registries cannot be reached or refuses.</exception>
    public Task<PushResult> CopyAsync(
        ImageReference source,
        OciRegistry target,
        ImageReference repository,
        IReadOnlyCollection<string> leftOut,
        IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default) => CopyAsync(source, target, repository, leftOut, null, progress, cancellationToken);

    /// <summary>
    /// Copies an image as the other method does, and before anything that refers to it is sent asks with <c>findObstacleAsync</c> why that stays behind; null where it may go.
    /// </summary>
    internal async Task<PushResult> CopyAsync(
        ImageReference source,
        OciRegistry target,
        ImageReference repository,
        IReadOnlyCollection<string> leftOut,
        Func<ImageContent, CancellationToken, Task<string?>>? findObstacleAsync,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        await EnsureContactAsync(cancellationToken);
        await target.EnsureContactAsync(cancellationToken);
        var root = await ResolveAsync(source, cancellationToken);
        var copy = new ImageCopy(this, source, target, repository, _options.Parallelism, leftOut, findObstacleAsync: findObstacleAsync);
        var result = await copy.RunAsync(root, progress, cancellationToken);
        return await target.ConfirmAsync(repository, result, cancellationToken);
    }

    /// <summary>The tags under which cosign may have put something about a manifest.</summary>
    internal static IEnumerable<string> AttachmentTags(Digest digest) => AttachmentSuffixes.Select(suffix => $"{digest.Tag}{suffix}");

    /// <summary>The transfer of one image into a repository of this registry.</summary>
    internal ImageTransfer TransferTo(ImageReference repository, IContentSource source, IProgress<TransferProgress>? progress, Action<long>? sent = null) =>
        new(this, repository, source, _options.Parallelism, progress, _options.Time, sent);
}
