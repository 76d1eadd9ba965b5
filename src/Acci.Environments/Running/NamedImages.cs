using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Environments.Files;
using Acci.Environments.Variables;
using Acci.Oci;
using Serilog;

namespace Acci.Environments.Running;

/// <summary>
/// The build's own images that a person names with a variable, in place of those of the last publish. Where it is said who must have signed, they are verified, and what is
/// run is the digest that was verified.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
internal sealed class NamedImages(DeliveryContext context)
{
    private bool IsSignerNamed => context.Options is { SignedBy: not null } or { SignedByRepository: not null } or { SignedByIssuer: not null } or { Keyless: true } or { SigningKey: not null };

    /// <summary>The environment with the digests of the images that were verified; in a dry run as it is.</summary>
    /// <exception cref="DeliveryException">One is not signed by the expected signer, or cannot be verified.</exception>
    public async Task<EnvironmentPlan> VerifyAsync(EnvironmentPlan plan)
    {
        var verified = new Dictionary<string, string>(plan.Variables, StringComparer.Ordinal);
        foreach (var variable in plan.Committed.Variables.Where(x => x.Source is LastPublish))
        {
            var (name, published) = (variable.Name, ((LastPublish)variable.Source!).Image);
            if (plan.Variables.GetValueOrDefault(name) is { } typed)
            {
                if (await VerifyAsync(name, ImageReference.Parse(typed), published) is { } digest) verified[name] = digest;
            }
            else if (context.Options.SignedBy is not null && RecordOf(published) is { } record && record.Steps.ContainsKey(PublishStep.Tag))
            {
                await VerifyAsync(name, ImageReference.Parse(record.Repository).WithDigest(record.Digest), published);
            }
        }

        return plan with { Variables = verified };
    }

    private async Task<string?> VerifyAsync(string variable, ImageReference named, string published)
    {
        var image = named.Normalize();
        if (!IsSignerNamed)
        {
            // What the last publish made has its own rules.
            if (image.Digest is not { } digest || RecordOf(published)?.IsOf(digest) is not true)
                Log.Warning("{Image:l} ({Variable:l}) is not verified: nobody says who must have signed it. Name the signer with --signed-by", named.ToString(), variable);
            return null;
        }

        if (context.Options.DryRun)
        {
            Log.Information("Would verify signatures and attestations of {Image:l} ({Variable:l}), and run the digest that was verified", named.ToString(), variable);
            return null;
        }

        var signer = await context.ExpectedSignerAsync();
        using var registry = context.Connect(image.Domain!);
        var pinned = image.WithDigest((await registry.ResolveAsync(image, context.CancellationToken)).Digest);
        try
        {
            var spelled = await context.EnsureSignedAsync(registry, pinned, signer);
            Log.Information("{Image:l} ({Variable:l}) is signed and attested by {Signer:l}", pinned.ToString(), variable, spelled.ReadName());
            return pinned.ToString();
        }
        catch (DeliveryException exception) when (exception is CommandFailedException || ImageVerifier.IsVerdict(exception))
        {
            var problem = ImageVerifier.IsVerdict(exception) ? "is not signed and attested by" : "is not known to be signed and attested by";
            throw new DeliveryException(
                $"{pinned} ({variable}) {problem} {signer.ReadName()}, and is not run: name an image that is, or another signer with --signed-by. {exception.Message} Nothing was started.", exception);
        }
    }

    private PublishRecord? RecordOf(string image) => PublishRecord.Read(context.Options.RecordOf(image));
}
