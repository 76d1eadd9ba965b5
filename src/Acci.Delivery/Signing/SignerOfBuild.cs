using Acci.Delivery.Engines;
using Acci.Delivery.Registries;

namespace Acci.Delivery.Signing;

/// <summary>What signs and verifies a build's images, and who must have signed them.</summary>
public static class SignerOfBuild
{
    /// <summary>What signs.</summary>
    public static Task<Cosign> CosignAsync(this DeliveryContext context) => context.Once(nameof(CosignAsync), async () =>
    {
        var choice = SigningChoice.Of(context);
        var cosign = await context.VerifierAsync();
        SigningIdentity identity = choice switch
        {
            { IsKeyless: true } => await SigningIdentity.Keyless.FromGitHubActionsAsync(context.Environment, context.CancellationToken),
            { Named: { } key } => key,
            _ => await LocalKeyPair.EnsureAsync(choice.KeyDirectory, cosign.Executable, context.CancellationToken),
        };
        return cosign with { Identity = identity };
    });

    /// <summary>What verifies: the same without anything to sign with.</summary>
    public static Task<Cosign> VerifierAsync(this DeliveryContext context) =>
        context.Begin(nameof(VerifierAsync), "cosign, which may have to be fetched", async () =>
        {
            var program = await new PrivateTools(context.Scripts()) { Process = context.Environment }.CosignAsync(context.CancellationToken);
            return new Cosign(program) { Login = context.OwnCredentials(), Retry = context.Retry };
        });

    /// <summary>
    /// Who must have signed: whom --signed-by names, else whom the record of the publish names; where there is none, what would sign here, which
    /// without a key is any workflow of this repository, since another one publishes than promotes, and on another branch or tag.
    /// </summary>
    /// <param name="context">The build.</param>
    /// <param name="recorded">Whom the record of the publish names.</param>
    /// <exception cref="DeliveryException">It is not known whose workflows may have signed.</exception>
    public static async Task<ExpectedSigner> ExpectedSignerAsync(this DeliveryContext context, string? recorded = null)
    {
        var key = new ImageFiles(context.Options).PublicKey;
        if (context.Options.SignedBy is { } named) return WrongUseException.Read("--signed-by", () => ExpectedSigner.Parse(named));
        if (ExpectedSigner.IsWorkflow(recorded)) return ExpectedSigner.Of(recorded, key);
        if (!context.Options.Keyless)
        {
            await (await context.CosignAsync()).WritePublicKeyAsync(key, context.CancellationToken);
            return new ExpectedSigner.PublicKey(key);
        }

        var facts = await context.FactsAsync();
        return facts.Repository.Url is { Length: > 0 } address
            ? ExpectedSigner.AnyWorkflowOf(address)
            : throw new DeliveryException(
                "Whose workflows may have signed is not known: git's remote 'origin' is not there. "
                + "Say it with --signed-by https://github.com/owner/name/.github/workflows/publish.yml@refs/heads/main.");
    }
}
