using Acci.Delivery.Versioning;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>Creates the comparison of images for a build.</summary>
internal static class SuccessionOfBuild
{
    /// <summary>Compares by what the images state, and by the history in this clone.</summary>
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
