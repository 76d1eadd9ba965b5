using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Acci.Delivery.Processes;
using Acci.Oci.Retries;

namespace Acci.Delivery.Signing;

/// <summary>With what an image is signed; how a consumer recognises it, <see cref="ExpectedSigner"/> says.</summary>
public abstract partial record SigningIdentity
{
    private const int LargestKey = 1024 * 1024;

    private SigningIdentity()
    {
    }

    /// <summary>A private key: a file, or a URI of a key service that cosign knows (<see cref="KeyService"/>).</summary>
    /// <param name="Reference">The file or URI.</param>
    /// <param name="Password">What the file is encrypted with.</param>
    public sealed record Key(string Reference, string? Password) : SigningIdentity
    {
        /// <summary>The PIN of a hardware key, where the URI had one.</summary>
        internal string? Pin { get; init; }

        /// <summary>A key service holds it.</summary>
        public bool IsService => KeyService.Holds(Reference);

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

    /// <summary>The identity that the parameters name: a PEM text, a variable that has it, a file, a key service's URI.</summary>
    /// <param name="key">The key, as <c>--signing-key</c> takes it.</param>
    /// <param name="password">What it is encrypted with.</param>
    /// <param name="environment">Where variables are read; null for this process's own.</param>
    /// <exception cref="WrongUseException">There is no such variable or file, or it holds no private key.</exception>
    /// <exception cref="DeliveryException">Somebody else can write the file, or put another one in its place.</exception>
    public static SigningIdentity FromParameter(string key, string? password, ProcessEnvironment? environment = null)
    {
        if (key.Contains("-----BEGIN", StringComparison.Ordinal)) return new KeyText(PrivateKey(key, "the text given"), password);
        // Read here, because programs do not get variables with keys.
        if (KeyService.VariableOf(key) is { } variable)
        {
            var text = (environment ?? ProcessEnvironment.Read()).Find(variable)
                ?? throw new WrongUseException($"--signing-key names the environment variable '{variable}', which is not set.");
            Redaction.Register(text);
            return new KeyText(PrivateKey(text, $"the environment variable '{variable}'"), password);
        }

        if (KeyService.Holds(key))
        {
            var (reference, pin) = KeyService.WithoutPin(key);
            return new Key(reference, password) { Pin = pin };
        }

        if (!ParameterFile.Exists("--signing-key", key, key))
            throw new WrongUseException($"--signing-key names no file, is no key service's URI ({KeyService.Examples}) and no PEM text.");
        var content = InputFile.Read(key, LargestKey);
        LocalKeyPair.LookAtFile(key);
        using var reader = new StreamReader(new MemoryStream(content));
        var pem = PrivateKey(reader.ReadToEnd(), key);
        // cosign reads the file itself, with its byte order mark, and a pipe has nothing more to read.
        return IsRegular(key, content.Length) && Encoding.UTF8.GetString(content).Trim() == pem.Trim() ? new Key(key, password) : new KeyText(pem, password);
    }

    // Pipes and devices have no length.
    private static bool IsRegular(string file, int length)
    {
        var info = new FileInfo(file);
        return ((info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo) ?? info) is { Exists: true } target && target.Length == length;
    }

    /// <summary>Makes sure that a key's text has what cosign decrypts: as far as can be known without cosign.</summary>
    /// <param name="name">What messages call the key.</param>
    /// <exception cref="WrongUseException">It has not.</exception>
    internal void EnsureMayBeKey(string name = "--signing-key")
    {
        var pem = this is KeyText { Pem: var text } ? text
            : this is Key { IsService: false, Reference: var file } ? PrivateKey(InputFile.ReadText(file, LargestKey), file, name)
            : null;
        if (pem is not null && !IsEncrypted(Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data])))
            throw new WrongUseException($"{name} cannot be used: the private key's text is not what cosign writes. Copy all of the key, or make another one: 'cosign generate-key-pair'.");
    }

    // Source: go-securesystemslib, encrypted/encrypted.go.
    private static bool IsEncrypted(byte[] content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && ((string[])["kdf", "cipher", "ciphertext"]).All(x => document.RootElement.TryGetProperty(x, out _));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Secrets often hold the text with its line breaks written as \n, or as Windows writes them, or set in as in YAML, and files hold the public half, too;
    // cosign takes none of these.
    private static string PrivateKey(string text, string place, string name = "--signing-key")
    {
        var lines = text.Replace("\\r", "", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal).ReplaceLineEndings("\n");
        lines = string.Join('\n', lines.Split('\n').Select(x => x.Trim()));
        var keys = PrivateKeys().Matches(lines);
        foreach (var key in keys.Where(x => x.Groups["kind"].Value is "ENCRYPTED SIGSTORE " or "ENCRYPTED COSIGN ").Select(x => lines[x.Index..]))
        {
            // Where this one is cut off, it finds the next.
            if (PemEncoding.TryFind(key, out var fields) && fields.Location.Start.Value == 0) return $"{key[fields.Location]}\n";
        }

        throw new WrongUseException(
            $"{name} cannot be used: {place} holds " + keys.Select(x => x.Groups["kind"].Value).FirstOrDefault() switch
            {
                // cosign imports what stands first.
                "" or "EC " or "RSA " when lines.IndexOf("-----BEGIN ", StringComparison.Ordinal) == keys[0].Index
                    && !lines.Contains("\nProc-Type: 4,ENCRYPTED", StringComparison.Ordinal) =>
                    "a private key that cosign has to import first: 'cosign import-key-pair --key FILE' writes it into import-cosign.key, encrypted.",
                "" or "EC " or "RSA " or "ENCRYPTED " =>
                    "a private key of another program's that is encrypted or not the first in it. Write it out plainly, "
                    + "'openssl pkey -in FILE -out plain.pem', and import that: 'cosign import-key-pair --key plain.pem'.",
                "ENCRYPTED SIGSTORE " or "ENCRYPTED COSIGN " => "a private key that is damaged or cut off: copy all of it, up to its END line.",
                _ => "no private key as PEM text (-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----). 'cosign generate-key-pair' makes one; its file is "
                    + "cosign.key.",
            });
    }

    [GeneratedRegex("-----BEGIN (?<kind>[A-Z0-9 ]*)PRIVATE KEY-----")]
    private static partial Regex PrivateKeys();
}
