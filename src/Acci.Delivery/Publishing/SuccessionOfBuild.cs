using Acci.Delivery.Versioning;

namespace Acci.Delivery.Publishing;

/// <summary>How a build finds out which of two images is newer.</summary>
internal static class SuccessionOfBuild
{
    /// <summary>By what the image says of itself, and by this clone's history.</summary>
    public static Succession SuccessionOf(this DeliveryContext context, ImageOrigin own) =>
        new(own, (ancestor, commit) => new Git(context.Options.Root).IsAncestorAsync(ancestor, commit, context.CancellationToken));
}
