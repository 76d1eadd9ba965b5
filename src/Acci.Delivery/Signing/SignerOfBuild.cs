using Acci.Delivery.Engines;
using Acci.Delivery.Registries;
using Acci.Delivery.Processes;
using Acci.Oci;
using Acci.Oci.Registries;

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
    /// Who must have signed: whom --signed-by names, else the workflow that the record of the publish names, if it is one of this repository's or the
    /// one that is running; where there is none, what would sign here, which without a key is any workflow of this repository, since another one
    /// publishes than promotes, and on another branch or tag.
    /// </summary>
    /// <param name="context">The build.</param>
    /// <param name="recorded">Whom the record of the publish names.</param>
    /// <exception cref="DeliveryException">It is not known whose workflows may have signed.</exception>
    public static async Task<ExpectedSigner> ExpectedSignerAsync(this DeliveryContext context, string? recorded = null)
    {
        var key = new ImageFiles(context.Options).PublicKey;
        if (context.Options.SignedBy is { } named) return WrongUseException.Read("--signed-by", () => ExpectedSigner.Parse(named));
        if (ExpectedSigner.IsWorkflow(recorded)) return await context.OwnWorkflowAsync(recorded!);
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

    /// <summary>
    /// Who must have signed what an earlier build published: as <see cref="ExpectedSignerAsync"/>, but nothing to sign with is needed. Without
    /// --signed-by and --signing-key it is the owner of the key whose public half lies among the artifacts of that publish.
    /// </summary>
    /// <param name="context">The build.</param>
    /// <param name="recorded">Whom the record of the publish names.</param>
    /// <exception cref="DeliveryException">The public key is missing, or not the one that the record names.</exception>
    public static async Task<ExpectedSigner> PublishersSignerAsync(this DeliveryContext context, string? recorded)
    {
        var options = context.Options;
        if (options.SignedBy is not null || options.SigningKey is not null || options.Keyless || ExpectedSigner.IsWorkflow(recorded))
            return await context.ExpectedSignerAsync(recorded);
        var file = new ImageFiles(options).PublicKey;
        if (!File.Exists(file))
        {
            throw new DeliveryException(
                $"{file} is not there, and without the public key nobody can verify what was signed with its other half: "
                + "bring back the artifacts of that publish.");
        }

        var signer = new ExpectedSigner.PublicKey(file);
        return signer.ReadName() is var name && name == recorded
            ? signer
            : throw new DeliveryException(
                $"{file} is not the public key of who signed: it is {name}, and the record says {recorded ?? "nobody"}. "
                + "Bring back the artifacts of that publish, or name the signer with --signed-by.");
    }

    /// <summary>Makes sure that an image is signed and attested where it is published, once in a build for each image and signer.</summary>
    /// <param name="context">The build.</param>
    /// <param name="registry">The registry that has it.</param>
    /// <param name="image">The image, by digest.</param>
    /// <param name="signer">Who must have signed.</param>
    /// <exception cref="CommandFailedException">A signature or an attestation is missing or not valid.</exception>
    public static async Task EnsureSignedAsync(this DeliveryContext context, OciRegistry registry, ImageReference image, ExpectedSigner signer)
    {
        var verified = context.Once(nameof(EnsureSignedAsync), () => new HashSet<(string, ExpectedSigner)>());
        if (verified.Contains((image.ToString(), signer))) return;
        await new ImageVerifier(await context.VerifierAsync(), registry).VerifyAsync(image, signer, context.CancellationToken);
        verified.Add((image.ToString(), signer));
    }

    // The record narrows who may have signed, and never widens it. A workflow that this repository calls from another one is known while it signs.
    private static async Task<ExpectedSigner> OwnWorkflowAsync(this DeliveryContext context, string recorded)
    {
        var address = (await context.FactsAsync()).Repository.Url;
        var isOfRepository = address.Length > 0 && recorded.StartsWith($"{address}/.github/workflows/", StringComparison.OrdinalIgnoreCase);
        if (isOfRepository || await SignsHereAsync()) return new ExpectedSigner.Workflow(recorded);
        throw new DeliveryException(
            $"The record of the publish says that {recorded} signed, which is no workflow of "
            + $"{(address.Length > 0 ? address : "this repository, as far as git's remote 'origin' says")}. "
            + $"If it may sign this repository's images, say so: --signed-by {recorded}");

        async Task<bool> SignsHereAsync() =>
            context.Options.Keyless && WorkflowIdentity.CanBeAsked(context.Environment)
            && (await context.CosignAsync()).Identity is SigningIdentity.Keyless { Identity: var own } && own == recorded;
    }
}
