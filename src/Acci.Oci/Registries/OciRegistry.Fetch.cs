using Acci.Oci.Layouts;

namespace Acci.Oci.Registries;

public sealed partial class OciRegistry
{
    /// <summary>Fetches an image, with all that its manifests name, into a layout, for tools that cannot be told how to reach the registry.</summary>
    /// <param name="image">The image.</param>
    /// <param name="folder">Where the layout is written; an older one there is replaced.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ContentException">The repository has no such image, or has it damaged.</exception>
    /// <exception cref="DeliveryException">The folder holds something else.</exception>
    public async Task<OciLayout> FetchAsync(ImageReference image, string folder, CancellationToken cancellationToken = default)
    {
        var root = await GetManifestAsync(image, cancellationToken);
        var source = new RegistrySource(this, image);
        return await OciLayout.WriteAsync(source, root.Descriptor, folder, (blob, file) => DownloadBlobAsync(image, blob, file, cancellationToken), cancellationToken);
    }
}
