using System.Text.RegularExpressions;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Signing;

/// <summary>
/// Services that keep the signing key. Those who have the secret that opens one can sign: it is as good as the key. Amazon's and Google's credentials are not among these,
/// because they open registries, too. Source: Sigstore's documentation, "Key management support".
/// </summary>
public static partial class KeyService
{
    /// <summary>The variable that cosign reads the PIN of a hardware key from.</summary>
    public const string PinVariable = "COSIGN_PKCS11_PIN";

    private const string Pkcs11 = "pkcs11:";
    private const string InVariable = "env://";

    /// <summary>What opens each service.</summary>
    internal static (string Scheme, string Variable)[] Secrets => WithheldVariables.OfKeyServices;

    /// <summary>Those that cosign's releases know, as an error names them.</summary>
    internal const string Examples = "awskms://, gcpkms://, azurekms://, hashivault://, k8s://, pkcs11:";

    /// <summary>Whether a service has the key, and no file.</summary>
    internal static bool Holds(string key) => Scheme().IsMatch(key);

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
        if (!isMissing || Scheme().Match(key) is not { Success: true, Value: var scheme }) return null;
        var release = scheme == "pkcs11:" ? "the release called cosign-linux-pivkey-pkcs11key-amd64"
            : Examples.Contains(scheme, StringComparison.Ordinal) ? "those of its own releases"
            : $"one of its releases from version 3 on, and beside it the plugin sigstore-kms-{scheme[..^3]}";
        return new WrongUseException(
            $"--signing-key names a key in {scheme}, and {cosign} was built without that. Put a cosign of Sigstore's on the PATH that has it, "
            + $"{release}: https://docs.sigstore.dev/cosign/system_config/installation");
    }

    /// <summary>The variables with secrets that cosign opens the key's service with, or that hold the key itself.</summary>
    /// <param name="key">The key, as <c>--key</c> takes it.</param>
    public static IEnumerable<string> SecretsOf(string key) => VariableOf(key) is { } variable ? [variable]
        : Secrets.Where(x => key.StartsWith(x.Scheme, StringComparison.Ordinal)).Select(x => x.Variable);

    /// <summary>
    /// A key's URI without the PIN in it, and the PIN: arguments can be read by everybody on the machine. Source: RFC 7512, section 2.4, <c>pin-value</c>.
    /// </summary>
    internal static (string Reference, string? Pin) WithoutPin(string key)
    {
        if (!key.StartsWith(Pkcs11, StringComparison.Ordinal) || PinValue().Match(key) is not { Success: true } match) return (key, null);
        var (typed, pin) = (match.Groups["pin"].Value, Uri.UnescapeDataString(match.Groups["pin"].Value));
        foreach (var secret in new[] { typed, pin }) Redaction.Register(secret);
        // What begins the query, or stands between two of its parts, goes with it.
        var reference = key.Remove(match.Index + 1, match.Length - 1);
        return (match.Value[^1] == '&' ? reference : reference.TrimEnd('?', '&'), pin.Length > 0 ? pin : null);
    }

    /// <summary>The environment variable that contains the key; null if the key is not an <c>env://</c> URI.</summary>
    internal static string? VariableOf(string key) => key.StartsWith(InVariable, StringComparison.Ordinal) ? key[InVariable.Length..] : null;

    [GeneratedRegex("[?&]pin-value=(?<pin>[^&]*)&?")]
    private static partial Regex PinValue();

    // cosign looks for a plugin for every scheme that it does not know. Source: cosign, pkg/signature/keys.go; sigstore, pkg/signature/kms/cliplugin.
    [GeneratedRegex("^(?!file:|https?:)[a-z][a-z0-9+.-]*://|^pkcs11:")]
    private static partial Regex Scheme();
}
