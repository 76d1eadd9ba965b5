using Acci.Delivery.Engines;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>Verifies every signature and attestation as a consumer would. It signs nothing and writes nothing, whatever it finds.</summary>
/// <param name="context">What the targets of the build share.</param>
public sealed class VerifyImages(DeliveryContext context) : Verb
{
    /// <inheritdoc/>
    /// <exception cref="DeliveryException">Nothing tells of a publish, and none is going to be.</exception>
    public override Task PrepareAsync(DeliveryScope scope) => context.EnsureBuiltAsync(scope, isHere: false);

    /// <inheritdoc/>
    public override Task PlanAsync()
    {
        var files = new ImageFiles(context.Options);
        var signer = context.Options.SignedBy ?? $"the workflow in the record, or the owner of {files.Relative(files.PublicKey)}";
        foreach (var image in context.Options.Images)
            Log.Information("{Repository:l}: would verify signatures and attestations by {Signer:l}", context.PlaceOf(image), signer);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">A signature or attestation is missing, or is not by whom it must be.</exception>
    public override Task RunAsync() => context.ForEachImageAsync(async (image, publish) =>
    {
        var places = await context.PlacesAsync(image);
        foreach (var (registry, _) in places) await registry.EnsureReachableAsync(context.CancellationToken);
        publish.Record.EnsureGoesTo([.. places.Select(x => x.Repository)]);
        await context.EnsureUnchangedAsync(image, publish.Record);
        var signer = await context.PublishersSignerAsync(publish.Record.SignedBy);
        foreach (var place in publish.References)
        {
            var result = (await context.EnsureSignedByAsync(image, publish, signer, "", place)).Result;
            Log.Information("{Image}: {Result:l}", publish.References.Count == 1 ? image.Name : place.Repository, result);
        }
    }, writes: false);
}
