using Acci.Delivery.Engines;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Oci;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Signing;

/// <summary>What signs and verifies a build's images.</summary>
public static class SignerOfBuild
{
    /// <summary>What signs.</summary>
    public static Task<Cosign> CosignAsync(this DeliveryContext context) => context.Once(nameof(CosignAsync), async () =>
    {
        var choice = SigningChoice.Of(context);
        var cosign = await context.VerifierAsync();
        SigningIdentity identity = choice switch
        {
            { IsKeyless: true } => await context.OwnWorkflowAsync(),
            { Named: { } key } => key,
            _ => await LocalKeyPair.EnsureAsync(choice.KeyDirectory, cosign.Executable, context.CancellationToken),
        };
        if (PublicLog.WarningFor(identity, cosign.Sigstore, context.Environment) is { } warning) Log.Warning("{Warning:l}", warning);
        return cosign with { Identity = identity };
    });

    /// <summary>What verifies: the same without anything to sign with.</summary>
    public static Task<Cosign> VerifierAsync(this DeliveryContext context) =>
        context.Begin(nameof(VerifierAsync), "cosign, which may have to be fetched", async () =>
        {
            if (ToolVariables.Cosign.Unheeded() is { Count: > 0 } unheeded)
                Log.Warning("cosign does not get {Variables:l}: what is signed and accepted is named by this build's own parameters", string.Join(", ", unheeded));
            new DockerConfig(context.Environment).EnsureReadable();
            var program = await new PrivateTools(context.Scripts()) { Process = context.Environment }.CosignAsync(context.CancellationToken);
            await CosignVersion.EnsureSupportedAsync(program, context.CancellationToken);
            return new Cosign(program) { Login = context.CredentialsForTools(), AccessTo = context.AccessTo, Retry = context.Retry, Sigstore = SigstoreFiles.Of(context.Options) };
        });

    /// <summary>The cosign that <see cref="VerifierAsync"/> would take; null where that would fetch it, or would find in the cache what it does not run.</summary>
    /// <exception cref="DeliveryException">It cannot be used, or is not there and cannot be fetched.</exception>
    internal static Task<(string? Program, string? Obstacle)> FindCosignAsync(this DeliveryContext context) => context.Once<Task<(string? Program, string? Obstacle)>>(nameof(FindCosignAsync), async () =>
    {
        var (program, isFetched) = await new PrivateTools(context.Scripts()) { Process = context.Environment }.FindCosignAsync(context.CancellationToken);
        try
        {
            if (isFetched) await FetchedProgram.EnsureAsync(program!, context.CancellationToken);
            if (program is not null) await CosignVersion.EnsureSupportedAsync(program, context.CancellationToken);
            return (program, null);
        }
        catch (DeliveryException exception) when (isFetched)
        {
            return (null, exception.Message);
        }
    });

    /// <summary>The workflow that this runs in.</summary>
    /// <exception cref="DeliveryException">This is no GitHub Actions job, or GitHub gives it no token.</exception>
    internal static Task<SigningIdentity.Keyless> OwnWorkflowAsync(this DeliveryContext context) => context.Once(
        nameof(OwnWorkflowAsync), () => SigningIdentity.Keyless.FromGitHubActionsAsync(context.Environment, context.Retry, context.CancellationToken));

    /// <summary>The same for verifying, which needs no token: null if there is none.</summary>
    internal static Task<SigningIdentity.Keyless?> FindOwnWorkflowAsync(this DeliveryContext context) => context.Once(nameof(FindOwnWorkflowAsync), async () =>
    {
        if (!context.Options.Keyless || !IdentityTokens.CanBeAsked(context.Environment)) return null;
        try
        {
            return await context.OwnWorkflowAsync();
        }
        catch (DeliveryException exception)
        {
            context.Warn($"GitHub's token service gives no token, so signatures are accepted from this repository's workflows only: {exception.Message}");
            return null;
        }
    });

    /// <summary>Whether this is who signs here. Nothing is made to sign with for the answer.</summary>
    internal static async Task<bool> SignsHereAsync(this DeliveryContext context, ExpectedSigner signer)
    {
        if (signer is ExpectedSigner.Workflow workflow)
        {
            if (await context.FindOwnWorkflowAsync() is not { } own) return false;
            // For whichever branch or tag: artifacts go from one job to another.
            var reference = own.Source.IsOfPullRequest || workflow.Source.IsOfPullRequest ? own.Source.Ref : workflow.Source.Ref;
            return workflow == new ExpectedSigner.Workflow(own.Identity, own.Source with { Ref = reference });
        }

        if (context.Options.Keyless || (SigningChoice.Of(context) is { Named: null, KeyDirectory: var directory } && !LocalKeyPair.IsIn(directory))) return false;
        return signer.ReadName() == (await (await context.CosignAsync()).ReadSignerAsync(context.CancellationToken)).Name;
    }

    /// <summary>Makes sure that an image is signed and attested where it is published, once in a build for each image and signer.</summary>
    /// <param name="context">The build.</param>
    /// <param name="registry">The registry that has it.</param>
    /// <param name="image">The image, by digest.</param>
    /// <param name="signer">Who must have signed.</param>
    /// <param name="name">The image's name in its build, which its title has to say; where none is given, the last part of its repository.</param>
    /// <returns>Who signed, as the certificate spells it.</returns>
    /// <exception cref="CommandFailedException">A signature or an attestation is not valid.</exception>
    /// <exception cref="DeliveryException">An attestation says something else than the image.</exception>
    public static async Task<ExpectedSigner> EnsureSignedAsync(
        this DeliveryContext context, OciRegistry registry, ImageReference image, ExpectedSigner signer, string? name = null)
    {
        var verified = context.Once(nameof(EnsureSignedAsync), () => new Dictionary<(string, ExpectedSigner, string?), ExpectedSigner>());
        if (verified.TryGetValue((image.ToString(), signer, name), out var known)) return known;
        return verified[(image.ToString(), signer, name)] = await (await context.VerifierOfAsync(registry, image, name)).VerifyAsync(image, signer, context.CancellationToken);
    }

    /// <summary>The error of an image that somebody else has signed, or nobody.</summary>
    /// <param name="image">The image.</param>
    /// <param name="signer">Who must have signed.</param>
    /// <param name="end">How the sentence goes on that says so.</param>
    /// <param name="problem">What its verification ended with.</param>
    internal static DeliveryException NotSignedBy(ImageReference image, ExpectedSigner signer, string end, DeliveryException problem) => new(
        $"{image} is not verified as signed by {signer.ReadName()}{end}. If another signer may sign it, name that one with --signed-by, and for a "
        + $"workflow the repository that it ran in with --signed-by-repository. {problem.Message}", problem);

    /// <summary>Whether that is so.</summary>
    /// <exception cref="DeliveryException">It is not known.</exception>
    public static async Task<bool> IsSignedAsync(this DeliveryContext context, OciRegistry registry, ImageReference image, ExpectedSigner signer) =>
        await (await context.VerifierOfAsync(registry, image)).IsSignedAsync(image, signer, context.CancellationToken);

    private static async Task<ImageVerifier> VerifierOfAsync(this DeliveryContext context, OciRegistry registry, ImageReference image, string? name = null)
    {
        var definition = context.Options.Images.FirstOrDefault(x => x.Name == (name ?? image.Path.Split('/')[^1]));
        return new ImageVerifier(await context.VerifierAsync(), registry)
        {
            NamesItsCommit = definition?.Gives(OciLabels.RevisionKey) is not true,
            NamesItsRepository = definition?.Gives(OciLabels.SourceKey) is not true,
            Title = definition?.Gives(OciLabels.TitleKey) is true ? null : definition?.Name ?? name,
        };
    }
}
