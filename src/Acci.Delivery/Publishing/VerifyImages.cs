using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>Verifies every signature and attestation as a consumer would.</summary>
/// <param name="context">What the targets of the build share.</param>
public sealed class VerifyImages(DeliveryContext context) : Verb
{
    private const int SigningRounds = 2;

    /// <inheritdoc/>
    public override Task PlanAsync()
    {
        var signer = SigningChoice.Of(context).ToString();
        foreach (var image in context.Options.Images)
            Log.Information("{Repository:l}: would verify signatures and attestations made {Signer:l}", context.PlaceOf(image), signer);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">A signature or attestation is missing, or is not by whom it must be.</exception>
    public override Task RunAsync() => context.ForEachImageAsync(async (image, publish) =>
    {
        var signing = new SignImages(context);
        await (await context.RegistryAsync()).EnsureReachableAsync(context.CancellationToken);
        publish.Record.EnsureGoesTo(await context.RepositoryAsync(image));
        await context.EnsureUnchangedAsync(image, publish.Record);
        var signer = await context.ExpectedSignerAsync(publish.Record.Signer);
        for (var left = SigningRounds; ; left--)
        {
            try
            {
                await publish.RedoAsync(PublishStep.Verify, async () =>
                {
                    await context.EnsurePublishedAsync(image, publish, signer);
                    return $"signatures and attestations by {signer.ReadName()} verified";
                });
                return;
            }
            catch (CommandFailedException exception) when (left > 0 && publish.Has(PublishStep.Sign) && context.HasLayout(image))
            {
                // Where a registry keeps no list of referrers, whoever signs reads the list, adds to it and writes it back: of two at once, one is
                // lost.
                Log.Warning(
                    "{Image}: a signature is missing, which happens when two sign the same digest at once; signing again. {Problem:l}",
                    image.Name, exception.Message);
                await Task.Delay(TimeSpan.FromSeconds(Random.Shared.NextDouble() * 2), context.Time, context.CancellationToken);
                var layout = await context.LayoutAsync(image, publish.Record);
                await publish.RedoAsync(PublishStep.Sign, () => signing.SignAsync(image, publish, layout));
            }
        }
    });
}
