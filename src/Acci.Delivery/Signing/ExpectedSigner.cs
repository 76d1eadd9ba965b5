using System.Text.RegularExpressions;
using Acci.Oci;

namespace Acci.Delivery.Signing;

/// <summary>Who must have signed an image for it to be trusted. Whoever verifies need not be who signed: it takes no private key and no identity token.</summary>
public abstract record ExpectedSigner
{
    private const string GitHubIssuer = "https://token.actions.githubusercontent.com";

    private ExpectedSigner()
    {
    }

    /// <summary>What cosign is told of the signer.</summary>
    private protected abstract IEnumerable<string> Arguments { get; }

    /// <summary>The owner of the key with this public half.</summary>
    /// <param name="File">Its file, or an address that cosign fetches it from.</param>
    public sealed record PublicKey(string File) : ExpectedSigner
    {
        // A signature made with a key is not written to a public log.
        private protected override IEnumerable<string> Arguments => ["--key", File, "--insecure-ignore-tlog=true"];
    }

    /// <summary>A workflow of GitHub Actions, by the identity in its certificate: <c>https://github.com/owner/name/.github/workflows/publish.yml@refs/heads/main</c>.</summary>
    /// <param name="Identity">The identity, or with a <c>^</c> at its start a regular expression (RE2) that it matches.</param>
    public sealed record Workflow(string Identity) : ExpectedSigner
    {
        private protected override IEnumerable<string> Arguments =>
            ["--certificate-oidc-issuer", GitHubIssuer, Identity.StartsWith('^') ? "--certificate-identity-regexp" : "--certificate-identity", Identity];
    }

    /// <summary>The signer that a parameter names: a public key's file, a workflow's identity, or a regular expression that starts with <c>^</c>.</summary>
    /// <exception cref="DeliveryException">It is none of these.</exception>
    public static ExpectedSigner Parse(string text) =>
        text.StartsWith('^') ? new Workflow(EnsureExpression(text))
        : text.StartsWith("https://", StringComparison.Ordinal) ? new Workflow(text)
        : File.Exists(text) ? new PublicKey(text)
        : throw new DeliveryException(
            $"--signed-by cannot be '{text}': name a public key's file, a workflow as in https://github.com/owner/name/.github/workflows/publish.yml@refs/heads/main, or a regular expression that starts with '^'.");

    /// <summary>The signer that a publish's record names.</summary>
    /// <param name="signer">The record's word for it: a workflow's identity is an address, everything else a key.</param>
    /// <param name="publicKey">The public half of the key, where it is one.</param>
    public static ExpectedSigner Of(string? signer, string publicKey) => IsWorkflow(signer) ? new Workflow(signer!) : new PublicKey(publicKey);

    /// <summary>Any workflow of a repository, on whatever branch or tag.</summary>
    /// <param name="repository">The repository's address: <c>https://github.com/owner/name</c>.</param>
    public static ExpectedSigner AnyWorkflowOf(string repository) => new Workflow($"^{Regex.Escape(repository)}/\\.github/workflows/");

    /// <summary>Whether a record names a workflow, and no key.</summary>
    public static bool IsWorkflow(string? signer) => signer?.StartsWith("https://", StringComparison.Ordinal) ?? false;

    /// <summary>Who that is, as records and summaries call it: the workflow, or the beginning of the public key's digest.</summary>
    public string ReadName() => this switch
    {
        Workflow workflow => workflow.Identity,
        PublicKey key => Cosign.NameOf(InputFile.ReadText(key.File, 1024 * 1024)),
        _ => ToString()!,
    };

    /// <summary>The arguments with which anyone verifies what stands at this digest.</summary>
    public IReadOnlyList<string> VerifyArguments(ImageReference image) => ["verify", .. Arguments, Cosign.Pinned(image)];

    // RE2 has no look-around and no back references, and neither has this. What only RE2 has, cosign judges.
    private static string EnsureExpression(string text)
    {
        try
        {
            _ = new Regex(text.Replace("(?P<", "(?<", StringComparison.Ordinal), RegexOptions.NonBacktracking);
            return text;
        }
        catch (RegexParseException exception) when (exception.Error is RegexParseError.InvalidGroupingConstruct or RegexParseError.InvalidUnicodePropertyEscape
            or RegexParseError.MalformedUnicodePropertyEscape or RegexParseError.UnrecognizedEscape or RegexParseError.UnrecognizedUnicodeProperty)
        {
            return text;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new DeliveryException($"--signed-by cannot be '{text}': it is not a regular expression that cosign (RE2) reads: {exception.Message}", exception);
        }
    }
}
