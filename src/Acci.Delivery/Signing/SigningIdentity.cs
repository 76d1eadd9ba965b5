using System.Security.Cryptography;
using Acci.Delivery.Processes;
using Acci.Oci.Retries;

namespace Acci.Delivery.Signing;

/// <summary>With what an image is signed; how a consumer recognises it, <see cref="ExpectedSigner"/> says.</summary>
public abstract record SigningIdentity
{
    private SigningIdentity()
    {
    }

    /// <summary>A private key: a file, or a URI of a key service that cosign knows (<c>awskms://</c>, <c>gcpkms://</c>, <c>azurekms://</c>, <c>hashivault://</c>, <c>k8s://</c>).</summary>
    /// <param name="Reference">The file or URI.</param>
    /// <param name="Password">What the file is encrypted with.</param>
    public sealed record Key(string Reference, string? Password) : SigningIdentity
    {
        /// <summary>A key service holds it.</summary>
        public bool IsService => Reference.Contains("://", StringComparison.Ordinal);

        /// <inheritdoc/>
        public override string ToString() => Reference;
    }

    /// <summary>A private key given as its own text (PEM), as a CI secret holds it.</summary>
    /// <param name="Pem">The encrypted private key.</param>
    /// <param name="Password">What it is encrypted with.</param>
    public sealed record KeyText(string Pem, string? Password) : SigningIdentity
    {
        /// <inheritdoc/>
        public override string ToString() => "the key given as text";
    }

    /// <summary>No key at all: a short-lived certificate for the workflow's own identity, from Sigstore's public certificate authority, logged in its transparency log.</summary>
    /// <param name="Identity">The identity in the certificate: the workflow's URL with its ref.</param>
    /// <param name="Source">The repository that the workflow runs in, and who issues its token.</param>
    public sealed record Keyless(string Identity, WorkflowSource Source) : SigningIdentity
    {
        /// <summary>What it signs may be known to all: its repository is not private.</summary>
        internal bool IsPublic { get; init; } = true;

        /// <summary>Asks for the token that a certificate is issued for.</summary>
        internal Func<CancellationToken, Task<string>> AskForTokenAsync { get; init; } =
            _ => throw new InvalidOperationException("Nobody gives this identity a token.");

        /// <summary>Looks whether there can be an identity at all, and asks for none.</summary>
        /// <exception cref="DeliveryException">This is no GitHub Actions job that may have a token.</exception>
        public static void EnsureTokenCanBeAsked(ProcessEnvironment environment)
        {
            if (!IdentityTokens.CanBeAsked(environment))
                throw new DeliveryException("Keyless signing needs an identity token: run it in a GitHub Actions job with `permissions: id-token: write`, or sign with --signing-key.");
        }

        /// <summary>The identity of the GitHub Actions workflow this runs in.</summary>
        /// <param name="environment">The job's variables.</param>
        /// <param name="retry">How long a token service that fails is asked again.</param>
        /// <param name="cancellationToken">Ends it.</param>
        /// <exception cref="DeliveryException">This is no GitHub Actions job, or GitHub gives it no token.</exception>
        public static async Task<Keyless> FromGitHubActionsAsync(ProcessEnvironment environment, RetryOptions retry, CancellationToken cancellationToken)
        {
            EnsureTokenCanBeAsked(environment);
            var server = environment.Find("GITHUB_SERVER_URL") ?? "https://github.com";
            var tokens = IdentityTokens.Of(environment, retry);
            var own = WorkflowIdentity.Read(await tokens.AskAsync(cancellationToken));
            return new Keyless($"{server}/{own.Workflow}", own.Source) { AskForTokenAsync = tokens.AskAsync, IsPublic = own.IsPublic };
        }
    }

    /// <summary>The identity that the parameters name: a PEM text, a file, a key service's URI.</summary>
    /// <exception cref="WrongUseException">There is no such file, or it holds no private key.</exception>
    public static SigningIdentity FromParameter(string key, string? password)
    {
        if (key.Contains("-----BEGIN", StringComparison.Ordinal)) return new KeyText(PrivateKey(key, "the text given"), password);
        if (key.Contains("://", StringComparison.Ordinal)) return new Key(key, password);
        if (!File.Exists(key)) throw new WrongUseException("--signing-key names no file, is no key service's URI (awskms://, gcpkms://, azurekms://, hashivault://, k8s://) and no PEM text.");
        var text = InputFile.ReadText(key, 1024 * 1024);
        var pem = PrivateKey(text, key);
        return pem.Trim() == text.Trim() ? new Key(key, password) : new KeyText(pem, password);
    }

    // Secrets often hold the text with its line breaks written as \n, or as Windows writes them; cosign takes neither.
    private static string PrivateKey(string text, string place)
    {
        var pem = text.Replace("\\r", "", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal).ReplaceLineEndings("\n").Trim();
        if (PemEncoding.TryFind(pem, out var fields) && pem[fields.Label].EndsWith("PRIVATE KEY", StringComparison.Ordinal)) return $"{pem}\n";
        throw new WrongUseException(
            $"--signing-key cannot be used: {place} holds no private key as PEM text (-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----). 'cosign generate-key-pair' makes one; its file is cosign.key.");
    }
}
