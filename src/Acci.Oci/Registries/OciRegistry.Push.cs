using Acci.Oci.Layouts;

namespace Acci.Oci.Registries;

public sealed partial class OciRegistry
{
    /// <summary>
    /// Pushes the image of a layout by digest: the blobs that the repository lacks, several at a time, then the manifests, children first.
    /// No tag is put; <see cref="PutTagAsync(ImageReference, string, Digest, CancellationToken)"/> does that. The push can be repeated: what is there is not sent again.
    /// </summary>
    /// <param name="layout">The image.</param>
    /// <param name="repository">Where it goes; a tag or digest of the reference is ignored.</param>
    /// <param name="progress">Is told how far the push is, about ten times a second.</param>
    /// <param name="cancellationToken">Ends the push; uploads that are under way are taken back.</param>
    /// <exception cref="DeliveryException">
    /// The layout is incomplete or damaged, or the registry cannot be reached, refuses the credentials, or changes what it is given.
    /// </exception>
    public async Task<PushResult> PushAsync(
        OciLayout layout, ImageReference repository, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var content = await layout.ReadContentAsync(cancellationToken);
        foreach (var blob in content.Blobs) layout.CheckSize(blob);
        await EnsureContactAsync(cancellationToken);

        var result = await TransferTo(repository, layout, progress).RunAsync(content, _options.MountFrom, cancellationToken);
        return await ConfirmAsync(repository, result, cancellationToken);
    }

    /// <summary>Asks the registry for what was pushed, as anyone who pulls it would.</summary>
    private async Task<PushResult> ConfirmAsync(ImageReference repository, PushResult result, CancellationToken cancellationToken)
    {
        await GetManifestAsync(repository.WithDigest(result.Digest), cancellationToken);
        return result;
    }
}
