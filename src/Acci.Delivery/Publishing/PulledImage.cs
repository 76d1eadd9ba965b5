using Acci.Delivery.Registries;
using Acci.Oci;

namespace Acci.Delivery.Publishing;

/// <summary>Where an engine pulls what was published.</summary>
public static class PulledImage
{
    /// <summary>
    /// The image of a publish by its digest: in the first registry that <c>--registry</c> names and that it was published to, else in the first of its publish.
    /// </summary>
    /// <param name="context">What the targets of the build share.</param>
    /// <param name="record">The record of its publish.</param>
    /// <exception cref="WrongUseException">What was named is no registry.</exception>
    public static ImageReference PulledAs(this DeliveryContext context, PublishRecord record)
    {
        var image = record.Copies is null ? null : context.Options.Images.FirstOrDefault(x => x.Name == record.Image);
        var named = image is null ? null
            : context.NamedDestinations().Select(x => x.RepositoryOf(image).Repository).FirstOrDefault(record.Repositories.Contains);
        return ImageReference.Parse(named ?? record.Repository).WithDigest(record.Digest);
    }
}
