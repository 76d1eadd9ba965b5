namespace Acci.Delivery.Signing;

/// <summary>
/// Services that keep the signing key. Those who have the secret that opens one can sign: it is as good as the key. Amazon's and Google's credentials are not among these,
/// because they open registries, too. Source: Sigstore's documentation, "Key management support".
/// </summary>
public static class KeyService
{
    private static readonly (string Scheme, string Variable)[] Secrets = [("hashivault://", "VAULT_TOKEN"), ("azurekms://", "AZURE_CLIENT_SECRET")];

    /// <summary>The variables with secrets that cosign opens the key's service with.</summary>
    /// <param name="key">The key, as <c>--key</c> takes it.</param>
    public static IEnumerable<string> SecretsOf(string key) => Secrets.Where(x => key.StartsWith(x.Scheme, StringComparison.Ordinal)).Select(x => x.Variable);
}
