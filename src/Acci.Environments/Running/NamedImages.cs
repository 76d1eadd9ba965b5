using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Environments.Files;
using Acci.Environments.Variables;
using Acci.Oci;
using Serilog;

namespace Acci.Environments.Running;

/// <summary>
/// The build's own images that a person names with a variable, in place of those of the last publish. Where it is said who must have signed, they are verified, and what is
/// deployed is the digest that was verified.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
internal sealed class NamedImages(DeliveryContext context)
{
    /// <summary>The environment with the digests of the images that were verified; in a dry run, with those that would be.</summary>
    /// <exception cref="DeliveryException">One is not signed by the expected signer, is not what its tag stands for, or cannot be verified.</exception>
    public async Task<EnvironmentPlan> VerifyAsync(EnvironmentPlan plan)
    {
        var verified = new Dictionary<string, string>(plan.Variables, StringComparer.Ordinal);
        foreach (var variable in plan.Committed.Variables.Where(x => x.Source is LastPublish))
        {
            var (name, published) = (variable.Name, ((LastPublish)variable.Source!).Image);
            if (plan.Variables.GetValueOrDefault(name) is { } typed)
            {
                if (await VerifyAsync(name, Parse(name, typed), published) is { } digest) verified[name] = digest;
            }
            // In a dry run Publish may be planned, and verifies what it publishes.
            else if (context.Options.NamesSignerOfLastPublish() && EnvironmentImages.OfThisRun(context, published) is null
                && RecordOf(published) is { } record && record.Steps.ContainsKey(PublishStep.Tag))
            {
                await VerifyAsync(name, context.PulledAs(record), published);
            }
        }

        return plan with { Variables = verified };
    }

    private async Task<string?> VerifyAsync(string variable, ImageReference named, string published)
    {
        var image = named.Normalize();
        if (!context.Options.NamesSigner())
        {
            // What the last publish made has its own rules.
            if (RecordOf(published, image) is null)
                Log.Warning("{Image:l} ({Variable:l}) was not verified: no signer was named (--signed-by)", named.ToString(), variable);
            return null;
        }

        // What the last publish made, named by its digest, is signed by whom its record names.
        var recorded = context.Options.SigningKey is null ? RecordOf(published, image)?.SignedBy : null;
        // Who it is has to be known in a dry run, too.
        if (context.Options.DryRun) await context.EnsureSignerIsKnownAsync(recorded);
        var isLocal = EnvironmentImages.IsLoopback(image.ToString()) && PrivateEngine.CanFetchPackages;
        // It may have to be started, which a dry run does not do.
        if (isLocal && !context.Options.DryRun) await context.LocalRegistryAsync();
        if (isLocal && context.Options.DryRun)
        {
            WouldVerify(image, variable);
            return null;
        }

        var signer = context.Options.DryRun ? null : await context.ExpectedSignerAsync(recorded);
        try
        {
            using var registry = context.Connect(image.Domain!);
            var found = await registry.GetManifestAsync(image, context.CancellationToken);
            await DeparturePolicy.EnsureIsOfAsync(context, image, found, published);
            var pinned = image.WithDigest(found.Digest);
            if (signer is null)
            {
                WouldVerify(pinned, variable);
            }
            else
            {
                var spelled = await context.EnsureSignedAsync(registry, pinned, signer, published);
                Log.Information("{Image:l} ({Variable:l}) is signed and attested by {Signer:l}", pinned.ToString(), variable, spelled.ReadName());
            }

            return pinned.ToString();
        }
        catch (DeliveryException exception)
        {
            var problem = ImageVerifier.IsVerdict(exception) ? $"is not signed and attested by {signer?.ReadName()}" : "is not verified";
            throw new DeliveryException(
                $"{image} ({variable}) {problem}, and is not deployed: name another image, or another signer with --signed-by. {exception.Message} Nothing was deployed.", exception);
        }
    }

    private static ImageReference Parse(string variable, string typed)
    {
        try
        {
            return ImageReference.Parse(typed);
        }
        catch (InvalidReferenceException exception)
        {
            throw new DeliveryException($"{variable}: {exception.Message} Nothing was deployed.", exception);
        }
    }

    private static void WouldVerify(ImageReference image, string variable) =>
        Log.Information("Would verify signatures and attestations of {Image:l} ({Variable:l}), and deploy the digest that was verified", image.ToString(), variable);

    // Of the last publish, where it made the named image. A record that cannot be read stops nobody who names another image than its own.
    private PublishRecord? RecordOf(string image, ImageReference named)
    {
        try
        {
            return named.Digest is { } digest && RecordOf(image) is { } record && record.IsOf(digest) ? record : null;
        }
        catch (DeliveryException)
        {
            return null;
        }
    }

    private PublishRecord? RecordOf(string image) => PublishRecord.Read(context.Options.RecordOf(image));
}
