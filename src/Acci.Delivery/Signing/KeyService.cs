namespace Acci.Delivery.Signing;

/// <summary>
/// Services that keep the signing key. Those who have the secret that opens one can sign: it is as good as the key. Amazon's and Google's credentials are not among these,
/// because they open registries, too. Source: Sigstore's documentation, "Key management support".
/// </summary>
public static class KeyService
{
    // As cosign's own code tells them from files: pkg/signature/keys.go, and the providers of sigstore's pkg/signature/kms.
    private static readonly string[] Known = ["awskms://", "gcpkms://", "azurekms://", "hashivault://", "k8s://", "gitlab://", "env://", "pkcs11:"];

    private static readonly (string Scheme, string Variable)[] Secrets = [("hashivault://", "VAULT_TOKEN"), ("azurekms://", "AZURE_CLIENT_SECRET")];

    /// <summary>Those that cosign may know, as an error names them.</summary>
    internal const string Examples = "awskms://, gcpkms://, azurekms://, hashivault://, k8s://, pkcs11:";

    /// <summary>Whether a service has the key, and no file.</summary>
    internal static bool Holds(string key) => Known.Any(scheme => key.StartsWith(scheme, StringComparison.Ordinal));

    /// <summary>
    /// What to say where a cosign was built without the key's service, as a distribution's may be; null where that is not why it failed.
    /// </summary>
    /// <param name="cosign">The program.</param>
    /// <param name="key">The key, as <c>--key</c> takes it.</param>
    /// <param name="error">What cosign wrote.</param>
    internal static WrongUseException? FindMissing(string cosign, string key, string error)
    {
        var isMissing = error.Contains("unrecognized scheme: ", StringComparison.Ordinal)
            || error.Contains("pkcs11 token key: unimplemented", StringComparison.Ordinal);
        if (!isMissing || Known.FirstOrDefault(x => key.StartsWith(x, StringComparison.Ordinal)) is not { } scheme) return null;
        var release = scheme == "pkcs11:" ? "the release called cosign-linux-pivkey-pkcs11key-amd64" : "those of its own releases";
        return new WrongUseException(
            $"--signing-key names a key in {scheme}, and {cosign} was built without that. Put a cosign of Sigstore's on the PATH that has it, "
            + $"{release}: https://docs.sigstore.dev/cosign/system_config/installation");
    }

    /// <summary>The variables with secrets that cosign opens the key's service with.</summary>
    /// <param name="key">The key, as <c>--key</c> takes it.</param>
    public static IEnumerable<string> SecretsOf(string key) => Secrets.Where(x => key.StartsWith(x.Scheme, StringComparison.Ordinal)).Select(x => x.Variable);
}
