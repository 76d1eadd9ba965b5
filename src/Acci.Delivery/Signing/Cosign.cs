using System.Text;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Delivery.Sessions;
using Acci.Generation;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Serilog;

namespace Acci.Delivery.Signing;

/// <summary>
/// What the build asks of cosign (3.x): sign, attest, verify, always by digest.
/// With a key nothing is written to a public transparency log and no service is needed; keyless uses Sigstore's public services, or a company's own.
/// </summary>
/// <param name="Executable">Path of the <c>cosign</c> command.</param>
/// <param name="Identity">With what is signed; whoever only verifies needs none.</param>
public sealed record Cosign(string Executable, SigningIdentity? Identity = null)
{
    // cosign 3 refuses `--tlog-upload=false` beside any signing configuration: a configuration that names no service says the same.
    private const string SigningConfig = """{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","rekorTlogConfig":{},"tsaConfig":{}}""";
    private const string TrustedRoot = """{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}""";
    private const string KeyTextVariable = "COSIGN_PRIVATE_KEY";
    private const string PasswordVariable = "COSIGN_PASSWORD";
    private const string VerifyBundle = "verify-blob-attestation";
    private const string TokenVariable = "SIGSTORE_ID_TOKEN";

    // To open a file with a key takes as long as to sign: it is asked for its public half once, by whatever asks in a build.
    private readonly PublicKeys _publicKeys = new();

    /// <summary>Credentials for the registries the images are in; where it has none, cosign takes docker's own.</summary>
    public ICredentialSource Login { get; init; } = Credentials.None;

    /// <summary>How the registries are reached that the images are in.</summary>
    internal Func<string, RegistryAccess> AccessTo { get; init; } = domain => new RegistryAccess(domain);

    /// <summary>How long a registry, or a service of Sigstore's, that does not answer is tried again.</summary>
    public RetryOptions Retry { get; init; } = new();

    /// <summary>The Sigstore that workflows sign with and are verified by.</summary>
    public SigstoreFiles Sigstore { get; init; } = SigstoreFiles.None;

    /// <summary>
    /// Says whether the statement that is to be signed is in the registry. It is asked before the statement is signed again because the registry
    /// failed when it was written.
    /// </summary>
    internal Func<CancellationToken, Task<bool>>? IsWrittenAsync { get; init; }

    /// <summary>How long a service has to say which key it keeps; as long as a registry has to answer when nothing is said.</summary>
    internal TimeSpan? KeyTime { get; init; }

    /// <summary>Signs what stands at this digest.</summary>
    public Task SignAsync(ImageReference image, CancellationToken cancellationToken) =>
        WithOfflineConfigurationAsync(configuration => SignAsync(
            ["sign", "--yes", .. configuration, Pinned(image)], image, cancellationToken));

    /// <summary>Signs a statement about what stands at this digest. Not to be called twice at once for one digest: cosign would lose one of the two.</summary>
    /// <param name="image">What the statement is about, by digest.</param>
    /// <param name="type">The statement's type.</param>
    /// <param name="predicateFile">File with the statement's predicate, JSON.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task AttestAsync(ImageReference image, PredicateType type, string predicateFile, CancellationToken cancellationToken) =>
        WithOfflineConfigurationAsync(configuration => SignAsync(
            ["attest", "--yes", .. configuration, "--type", type.Uri, "--predicate", predicateFile, Pinned(image)], image, cancellationToken));

    /// <summary>Verifies the signature as a consumer would: with the public key or the expected identity alone.</summary>
    /// <exception cref="DeliveryException">There is no valid signature.</exception>
    public Task VerifyAsync(ImageReference image, ExpectedSigner signer, CancellationToken cancellationToken) =>
        VerifyAttestationAsync(image, PredicateType.Signature, signer, cancellationToken);

    /// <summary>Verifies the signed statements of this type.</summary>
    /// <returns>What those say that are valid.</returns>
    /// <exception cref="DeliveryException">None is.</exception>
    public async Task<IReadOnlyList<VerifiedStatement>> VerifyAttestationAsync(
        ImageReference image, PredicateType type, ExpectedSigner signer, CancellationToken cancellationToken) =>
        VerifiedStatement.ReadAll((await RunAsync(
            signer.VerifyArguments(image, type, Sigstore.TrustedRoot), image, null, _ => Task.FromResult(new Dictionary<string, string?>()), cancellationToken)).StandardOutput);

    /// <summary>Whether one bundle alone is this signer's statement of this type about an image, as those verify it who have no registry.</summary>
    /// <exception cref="DeliveryException">A service that is needed for it fails.</exception>
    internal async Task<bool> IsValidAsync(
        SigstoreBundle bundle, ImageReference image, PredicateType type, ExpectedSigner signer, CancellationToken cancellationToken)
    {
        var (folder, deletion) = Session.Current.TemporaryFolder();
        using (deletion)
        {
            var file = Path.Combine(folder, "bundle.json");
            await File.WriteAllBytesAsync(file, bundle.Content, cancellationToken);
            try
            {
                await RunAsync(
                    signer.VerifyBundleArguments(file, image, type, Sigstore.TrustedRoot),
                    image,
                    null,
                    _ => Task.FromResult(new Dictionary<string, string?>()),
                    cancellationToken);
                return true;
            }
            catch (CommandFailedException exception) when (exception.Result is { } result && CosignError.IsVerdict(VerifyBundle, result.StandardError))
            {
                Log.Debug("A bundle beside {Image:l} is not valid: {Problem:l}", image.ToString(), exception.Message);
                return false;
            }
        }
    }

    /// <summary>Who signs.</summary>
    public async Task<RecordedSigner> ReadSignerAsync(CancellationToken cancellationToken) => Identity is SigningIdentity.Keyless keyless
        ? new RecordedSigner(keyless.Identity, keyless.Source)
        : new RecordedSigner(NameOf(await ReadPublicKeyAsync(cancellationToken)));

    /// <summary>Tells by whom a bundle says that it is: by this signer, or by another one.</summary>
    internal async Task<Predicate<SigstoreBundle>> ReadOwnershipAsync(CancellationToken cancellationToken)
    {
        if (Identity is SigningIdentity.Keyless keyless)
        {
            return bundle => bundle.Certificate?.IsOf(keyless.Identity, keyless.Source) is true;
        }

        var hint = SigstoreBundle.HintOf(await ReadPublicKeyAsync(cancellationToken));
        return bundle => bundle.KeyHint == hint;
    }

    /// <summary>What records and summaries call the owner of a key, by its public half.</summary>
    internal static string NameOf(string publicKey) => $"key {Digest.Of(Encoding.UTF8.GetBytes(PublicKeyFile.Normalize(publicKey))).Hex[..12]}";

    /// <summary>Writes the public half of the key to a file; keyless has none.</summary>
    public async Task WritePublicKeyAsync(string file, CancellationToken cancellationToken)
    {
        if (Identity is SigningIdentity.Keyless) return;
        AtomicFile.Write(file, await ReadPublicKeyAsync(cancellationToken));
    }

    private Task<string> ReadPublicKeyAsync(CancellationToken cancellationToken) => _publicKeys.OfAsync(Executable, Identity, () => AskForPublicKeyAsync(cancellationToken));

    private async Task<string> AskForPublicKeyAsync(CancellationToken cancellationToken)
    {
        // The service that has the key may say nothing.
        var command = CommandOf(["public-key", .. KeyArguments]) with { Environment = ToolVariables.Cosign.With(KeyVariables()), AnswerTime = KeyTime ?? CosignRun.WaitOf(Retry) };
        return (await new RetryPolicy(Retry).RunAsync("cosign public-key", async attempt =>
        {
            var result = await CommandRunner.TryRunAsync(command, cancellationToken: attempt.CancellationToken);
            if (result.Succeeded && string.IsNullOrWhiteSpace(result.StandardOutput)) throw new DeliveryException($"`{command}` succeeded and printed no public key. Install cosign again: https://docs.sigstore.dev/cosign");
            if (result.Succeeded) return result;
            var reference = (Identity as SigningIdentity.Key)?.Reference ?? "";
            if (KeyService.FindMissing(Executable, reference, result.StandardError) is { } missing) throw missing;
            if (result.StandardError.Contains("decryption failed", StringComparison.Ordinal) && PasswordProblem is { } problem) throw new WrongUseException(problem);
            throw PassingFailure.Find(result.StandardError) ?? new CommandFailedException(command, result);
        }, cancellationToken)).StandardOutput;
    }

    // cosign names the variables that it is given, and nobody else has heard of these.
    private string? PasswordProblem => Identity switch
    {
        SigningIdentity.Key { Password: null or "" } or SigningIdentity.KeyText { Password: null or "" } =>
            $"--signing-key cannot be opened: {Identity} is encrypted, and there is no password. Give it with --signing-password.",
        SigningIdentity.Key { Password: { } password, IsService: false } key when !LocalKeyPair.HasPasswordOf(key.Reference) =>
            WrongPassword(password),
        SigningIdentity.KeyText { Password: { } password } => WrongPassword(password),
        _ => null,
    };

    private string WrongPassword(string password) => $"--signing-key cannot be opened: the password in --signing-password is not that of {Identity}."
        + (password.EndsWith('\n') || password.EndsWith('\r') ? " It ends with a line break, as the text of a file does: give it without." : "");

    private IEnumerable<string> KeyArguments => Identity switch
    {
        SigningIdentity.Key key => ["--key", key.Reference],
        SigningIdentity.KeyText => ["--key", $"env://{KeyTextVariable}"],
        _ => [],
    };

    private async Task WithOfflineConfigurationAsync(Func<IEnumerable<string>, Task> action)
    {
        if (Identity is SigningIdentity.Keyless)
        {
            await action(Sigstore.SigningArguments);
            return;
        }

        var (folder, deletion) = Session.Current.TemporaryFolder();
        using (deletion)
        {
            var config = Path.Combine(folder, "signing-config.json");
            var root = Path.Combine(folder, "trusted-root.json");
            await File.WriteAllTextAsync(config, SigningConfig);
            await File.WriteAllTextAsync(root, TrustedRoot);
            await action([.. KeyArguments, "--signing-config", config, "--trusted-root", root]);
        }
    }

    private Task<CommandResult> SignAsync(IEnumerable<string> arguments, ImageReference image, CancellationToken cancellationToken) =>
        RunAsync(arguments, image, IsWrittenAsync, async token =>
        {
            var variables = KeyVariables();
            if (Identity is SigningIdentity.Keyless keyless) variables[TokenVariable] = await keyless.AskForTokenAsync(token);
            return variables;
        }, cancellationToken);

    // What no other command gets.
    private Dictionary<string, string?> KeyVariables() => Identity switch
    {
        // Without the variable cosign would ask on the terminal.
        SigningIdentity.Key { Pin: { } pin } key => new() { [PasswordVariable] = key.Password ?? "", [KeyService.PinVariable] = pin },
        SigningIdentity.Key key => new() { [PasswordVariable] = key.Password ?? "" },
        SigningIdentity.KeyText text => new() { [PasswordVariable] = text.Password ?? "", [KeyTextVariable] = text.Pem },
        _ => [],
    };

    private async Task<CommandResult> RunAsync(
        IEnumerable<string> arguments,
        ImageReference image,
        Func<CancellationToken, Task<bool>>? isWritten,
        Func<CancellationToken, Task<Dictionary<string, string?>>> variablesAsync,
        CancellationToken cancellationToken)
    {
        // A bundle that is a file is verified without a registry, and cosign takes no options of one then.
        var isInRegistry = arguments.First() != VerifyBundle;
        var (trust, deletion) = isInRegistry ? await TrustAsync(image, cancellationToken) : ([], null);
        using var _ = deletion;
        var command = CommandOf([.. arguments, .. trust]);
        using var login = image.Domain is { } domain && await Login.FindAsync(domain, cancellationToken) is { } credentials ? new TemporaryLogin(domain, credentials) : null;
        var run = new CosignRun($"cosign {command.Arguments[0]} of {image}", Retry)
        {
            Issuer = (Identity as SigningIdentity.Keyless)?.Source.Issuer,
            IsWrittenAsync = isWritten,
        };
        return await run.RunAsync(async token =>
        {
            var variables = await variablesAsync(token);
            if (login is not null) variables["DOCKER_CONFIG"] = login.Folder;
            return command with { Environment = ToolVariables.Cosign.With(variables) };
        }, cancellationToken);
    }

    // cosign believes the authorities of the file alone.
    private async Task<(IEnumerable<string> Arguments, IDisposable? Deletion)> TrustAsync(ImageReference image, CancellationToken cancellationToken)
    {
        if (image.Domain is not { } domain || AccessTo(domain) is not { IsUsual: false } access) return ([], null);
        if (access.AuthorityFiles.Count == 0) return (access.CosignArguments(null), null);
        var (folder, deletion) = Session.Current.TemporaryFolder();
        var file = Path.Combine(folder, "authorities.pem");
        try
        {
            await access.WriteAuthoritiesAsync(file, cancellationToken);
            return (access.CosignArguments(file), deletion);
        }
        catch
        {
            deletion.Dispose();
            throw;
        }
    }

    private Command CommandOf(IEnumerable<string> arguments)
    {
        var command = new Command(Executable, [.. arguments]);
        return command with { Secrets = [.. command.Arguments.SelectMany(KeyService.SecretsOf)] };
    }

    internal static string Pinned(ImageReference image) =>
        image.Digest is null ? throw new ArgumentException("Only what a digest names can be signed or verified.", nameof(image)) : (image with { Tag = null }).ToString();
}
