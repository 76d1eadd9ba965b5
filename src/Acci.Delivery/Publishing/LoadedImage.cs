using Acci.Delivery.Engines;
using Acci.Oci;

namespace Acci.Delivery.Publishing;

/// <summary>Hands an engine what was published here, where it cannot pull it.</summary>
public static class LoadedImage
{
    /// <summary>Loads the published image from its layout, as the platform that the engine runs.</summary>
    /// <param name="context">The build.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="image">The image's name in the build.</param>
    /// <param name="published">What is wanted: repository and digest.</param>
    /// <returns>
    /// The name that it has on the engine, with the digest as its tag; null where the layout of that digest is not here, or the engine runs no platform of it.
    /// </returns>
    /// <exception cref="DeliveryException">The layout is damaged, or the engine does not take it.</exception>
    public static async Task<ImageReference?> TryLoadAsync(this DeliveryContext context, DockerEngine engine, string image, ImageReference published)
    {
        if (context.Options.Images.FirstOrDefault(x => x.Name == image) is not { } definition || !context.HasLayout(definition)) return null;
        if (PublishRecord.Read(context.Options.RecordOf(image)) is not { } record || record.Digest != published.Digest) return null;
        return await LayoutArchive.TryLoadAsync(engine, await context.LayoutAsync(definition, record), published.Repository, context.CancellationToken);
    }
}
