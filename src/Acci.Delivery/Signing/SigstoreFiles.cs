using System.Text.Json;
using Acci.Oci;

namespace Acci.Delivery.Signing;

/// <summary>
/// A Sigstore other than the public one, by the two files that its clients are given. Source: Sigstore's protobuf-specs, sigstore_trustroot.proto,
/// <c>SigningConfig</c> and <c>TrustedRoot</c>.
/// </summary>
/// <param name="SigningConfig">Where is signed: addresses of Fulcio, Rekor and the timestamp authority; null where cosign's TUF says it.</param>
/// <param name="TrustedRoot">What is trusted: certificates and keys of these services; null where cosign's TUF says it.</param>
public sealed record SigstoreFiles(string? SigningConfig, string? TrustedRoot)
{
    private const string ConfigParameter = "--sigstore-signing-config";
    private const string RootParameter = "--sigstore-trusted-root";
    private const string ConfigType = "application/vnd.dev.sigstore.signingconfig.";
    internal const string RootType = "application/vnd.dev.sigstore.trustedroot";
    internal const int MaximumSize = 4 * 1024 * 1024;

    /// <summary>None: cosign asks TUF, which leads to the public Sigstore, or to the one that <c>TUF_*</c> names.</summary>
    public static SigstoreFiles None { get; } = new(null, null);

    /// <summary>Those that the parameters name.</summary>
    /// <exception cref="WrongUseException">One is not there, or is another file.</exception>
    public static SigstoreFiles Of(DeliveryOptions options) => new(
        Find(options, ConfigParameter, options.SigstoreSigningConfig, ConfigType, "signing configuration", "caUrls"),
        Find(options, RootParameter, options.SigstoreTrustedRoot, RootType, "trusted root", "certificateAuthorities"));

    /// <summary>The content of the trusted root; null where none is named.</summary>
    /// <exception cref="DeliveryException">It is none any more.</exception>
    internal byte[]? ReadTrustedRoot() => TrustedRoot is null ? null : Check(TrustedRoot, InputFile.Read(TrustedRoot, MaximumSize), RootType, "trusted root", "certificateAuthorities");

    /// <summary>What cosign signs with.</summary>
    internal IEnumerable<string> SigningArguments => [.. SigningConfig is null ? (string[])[] : ["--signing-config", SigningConfig], .. Trusting(TrustedRoot)];

    /// <summary>What cosign verifies with.</summary>
    /// <param name="trustedRoot">The file.</param>
    internal static string[] Trusting(string? trustedRoot) => trustedRoot is null ? [] : ["--trusted-root", trustedRoot];

    private static string? Find(DeliveryOptions options, string parameter, string? named, string type, string what, string list)
    {
        if (named is null) return null;
        var file = options.PathOf(named);
        ParameterFile.EnsureExists(parameter, named, file);
        return WrongUseException.Read(parameter, () =>
        {
            Check(named, InputFile.Read(file, MaximumSize), type, what, list);
            return file;
        });
    }

    private static byte[] Check(string named, byte[] content, string type, string what, string list)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement;
            if (root.GetProperty("mediaType").GetString()?.StartsWith(type, StringComparison.Ordinal) == true && root.GetProperty(list).GetArrayLength() > 0) return content;
            throw new DeliveryException($"'{named}' is not Sigstore's {what}: its 'mediaType' has to begin with {type}, and its '{list}' must not be empty.");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new DeliveryException($"'{named}' is not Sigstore's {what}, or is damaged: {JsonProblem.TextOf(exception)}.", exception);
        }
    }
}
