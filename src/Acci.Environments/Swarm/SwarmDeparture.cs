using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Environments.Running;
using Acci.Environments.Variables;
using Acci.Oci;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Environments.Swarm;

/// <summary>
/// A deployment to a swarm that is not this machine alone lets images leave it: whether they may is asked before anything is deployed.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="isThisMachine">The swarm is this machine alone.</param>
/// <param name="place">The swarm, as messages name it.</param>
internal sealed class SwarmDeparture(DeliveryContext context, bool isThisMachine, string place)
{
    private readonly DeparturePolicy _policy = DeparturePolicy.Of(context, place, isThisMachine);

    /// <summary>Makes sure that every node can pull every image, and that the build's own may leave this machine.</summary>
    /// <param name="images">The variables that name images.</param>
    /// <param name="values">What they are set to.</param>
    /// <param name="standIns">The images that stand-ins would be made for, by their variables; none when they are made already.</param>
    /// <exception cref="DeliveryException">One may not, or its registry cannot be asked.</exception>
    public async Task EnsureAllowedAsync(
        IReadOnlyList<Variable> images, IReadOnlyDictionary<string, string> values, IReadOnlyDictionary<string, ImageReference>? standIns = null)
    {
        if (isThisMachine) return;
        EnsureEveryNodeCanPull(images, values);
        if (standIns?.FirstOrDefault() is { Key: { } variable, Value: { } missing })
            throw OnThisMachineOnly(BaseImages.StandInFor(missing), variable, $"set {variable}");
        foreach (var own in images.Where(x => x.Source is LastPublish && values.ContainsKey(x.Name)))
        {
            // Publish would publish, sign and verify it before this.
            if (values[own.Name] == EnvironmentImages.OfThisRun(context, ((LastPublish)own.Source!).Image)) continue;
            var image = ImageReference.Parse(values[own.Name]).Normalize();
            var record = PublishRecord.Read(context.Options.RecordOf(((LastPublish)own.Source!).Image));
            using var registry = context.Connect(image.Domain!);
            await _policy.EnsureMayBeDeployedAsync(
                image,
                record,
                () => registry.GetManifestAsync(image, context.CancellationToken),
                published => EnsureSignedAsync(registry, image, published));
        }
    }

    private async Task EnsureSignedAsync(OciRegistry registry, ImageReference image, PublishRecord record)
    {
        if (context.Options.DryRun)
        {
            Log.Information("Would verify signatures and attestations of {Image:l}", image.ToString());
            return;
        }

        try
        {
            await context.EnsureSignedAsync(registry, image, await context.PublishersSignerAsync(record.SignedBy), record.Image);
        }
        catch (DeliveryException exception) when (exception is CommandFailedException || ImageVerifier.IsVerdict(exception))
        {
            var (problem, remedy) = ImageVerifier.IsVerdict(exception) ? ("is not signed", "run Publish") : ("is not known to be signed", "run the same command again");
            throw new DeliveryException(
                $"{image} {problem} and attested by the expected signer, and {place} does not get it: {remedy}. {exception.Message} Nothing was deployed.", exception);
        }
    }

    private void EnsureEveryNodeCanPull(IReadOnlyList<Variable> images, IReadOnlyDictionary<string, string> values)
    {
        var local = images.FirstOrDefault(x =>
            x.Source is LastPublish or UpstreamImage && values.TryGetValue(x.Name, out var image) && EnvironmentImages.IsLoopback(image));
        if (local is null) return;
        throw OnThisMachineOnly(values[local.Name], local.Name, local.Source is LastPublish ? "publish with --registry" : $"set {local.Name}");
    }

    private DeliveryException OnThisMachineOnly(string image, string variable, string remedy) => new(
        $"{image} ({variable}) is available on this machine only, and {place} cannot pull it: {remedy} to where every node can pull from. Nothing was deployed.");
}
