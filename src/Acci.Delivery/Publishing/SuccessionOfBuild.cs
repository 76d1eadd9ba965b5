using Acci.Delivery.Versioning;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>How a build finds out which of two images is newer.</summary>
internal static class SuccessionOfBuild
{
    /// <summary>By what the image says of itself, and by this clone's history.</summary>
    public static Succession SuccessionOf(this DeliveryContext context, ImageOrigin own) =>
        new(own, async (ancestor, commit) =>
        {
            try
            {
                return await new Git(context.Options.Root).IsAncestorAsync(ancestor, commit, context.CancellationToken);
            }
            catch (DeliveryException exception)
            {
                // A partial clone asks its remote for a commit that it does not have.
                Log.Debug("Whether {Ancestor} comes before {Commit} is not known: {Problem:l}", ancestor, commit, exception.Message);
                return null;
            }
        });
}
