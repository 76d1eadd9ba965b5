using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.Oci;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>
/// What a publish has signed, seen as a consumer would before its tags move. Where a registry keeps no list of referrers, cosign reads the list, adds
/// to it and writes it back: of two publishes that sign the same digest at once, one loses entries. Those, and nothing else, are signed again.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
internal sealed class OwnSignatures(DeliveryContext context)
{
    private const int Rounds = 2;

    /// <summary>Verifies them.</summary>
    /// <param name="image">The image.</param>
    /// <param name="publish">Its publish, which has signed it.</param>
    /// <param name="place">Where it is published.</param>
    /// <param name="signer">Who must have signed.</param>
    /// <exception cref="DeliveryException">One is not valid, or is missing and not this build's to make.</exception>
    public async Task<PublishedImage> EnsureThereAsync(ImageDefinition image, PublishTransaction publish, ImageReference place, ExpectedSigner signer)
    {
        for (var left = Rounds; ; left--)
        {
            try
            {
                return await context.EnsurePublishedAsync(image, publish, signer, place);
            }
            catch (DeliveryException exception)
                when (exception is CommandFailedException or StatementException
                    && left > 0 && publish.Has(PublishStep.Sign) && context.HasLayout(image))
            {
                if (!await context.SignsHereAsync(signer) || !await TrySignMissingAsync(image, publish, place)) throw;
                Log.Debug("{Image}: {Problem:l}", image.Name, exception.Message);
            }
        }
    }

    private async Task<bool> TrySignMissingAsync(ImageDefinition image, PublishTransaction publish, ImageReference place)
    {
        // The other one may be at it, too.
        await Task.Delay(TimeSpan.FromSeconds(Random.Shared.NextDouble() * 2), context.Time, context.CancellationToken);
        using var registry = context.Connect(place.Domain!);
        var signing = new ImageSigner(await context.CosignAsync(), await context.LayoutAsync(image, publish.Record), registry, place);
        var (signatures, attestations) = await signing.SignMissingAsync(context.CancellationToken);
        if (signatures + attestations == 0) return false;
        Log.Warning(
            "{Image}: {Signatures} signatures and {Attestations} attestations were missing in the registry, which happens when two publishes sign the same "
            + "digest at once; they were made again",
            image.Name, signatures, attestations);
        return true;
    }
}
