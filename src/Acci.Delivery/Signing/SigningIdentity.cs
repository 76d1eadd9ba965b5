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
    public sealed record Keyless(string Identity) : SigningIdentity
    {
        /// <summary>The identity of the GitHub Actions workflow this runs in.</summary>
        /// <exception cref="DeliveryException">This is no GitHub Actions job, or GitHub gives it no token.</exception>
        public static async Task<Keyless> FromGitHubActionsAsync(CancellationToken cancellationToken)
        {
            if (!WorkflowIdentity.CanBeAsked)
                throw new DeliveryException("Keyless signing needs an identity token: run it in a GitHub Actions job with `permissions: id-token: write`, or sign with --signing-key.");
            var server = Environment.GetEnvironmentVariable("GITHUB_SERVER_URL") is { Length: > 0 } named ? named : "https://github.com";
            return new Keyless($"{server}/{await WorkflowIdentity.ReadAsync(cancellationToken)}");
        }
    }

    /// <summary>The identity that the parameters name: a PEM text, a file, a key service's URI.</summary>
    public static SigningIdentity FromParameter(string key, string? password)
    {
        if (key.Contains("-----BEGIN", StringComparison.Ordinal)) return new KeyText(key, password);
        if (!key.Contains("://", StringComparison.Ordinal) && !File.Exists(key))
            throw new DeliveryException("--signing-key names no file, is no key service's URI (awskms://, gcpkms://, azurekms://, hashivault://, k8s://) and no PEM text.");
        return new Key(key, password);
    }
}
