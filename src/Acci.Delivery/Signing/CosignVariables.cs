using Acci.Delivery.Processes;

namespace Acci.Delivery.Signing;

/// <summary>
/// The variables by which somebody else would decide what cosign signs and accepts. cosign takes each of its options from <c>COSIGN_</c> and the option's name, too, and
/// Sigstore's libraries take what they trust from <c>SIGSTORE_…</c>. A build names all it needs itself.
/// Source: <c>cosign env --show-descriptions</c>; cosign, cmd/cosign/cli/commands.go.
/// </summary>
internal static class CosignVariables
{
    private static readonly string[] Prefixes = ["COSIGN_", "SIGSTORE_"];

    // Where a hardware key is, which its reference does not say; and how large a signed statement may be.
    private static readonly string[] Kept = ["COSIGN_PKCS11_MODULE_PATH", "COSIGN_PKCS11_PIN", "COSIGN_PKCS11_IGNORE_CERTIFICATE", "COSIGN_MAX_ATTACHMENT_SIZE"];

    // Parameters of a build, which hands them to cosign as arguments.
    private static readonly string[] Parameters = ["SIGSTORE_SIGNING_CONFIG", "SIGSTORE_TRUSTED_ROOT"];

    /// <summary>The environment of a cosign command: what the build gives it, and none of theirs.</summary>
    public static Dictionary<string, string?> With(IEnumerable<KeyValuePair<string, string?>> own)
    {
        var variables = Names().ToDictionary(name => name, _ => (string?)null);
        foreach (var (name, value) in own) variables[name] = value;
        return variables;
    }

    /// <summary>Those of them that somebody may have meant for cosign.</summary>
    public static IReadOnlyList<string> Unheeded() =>
        [.. Names().Where(name => !WithheldVariables.IsWellKnown(name)).Except(Parameters, StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Names() => ProcessEnvironment.Read().Variables.Keys
        .Where(name => Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) && !Kept.Contains(name, StringComparer.OrdinalIgnoreCase));
}
