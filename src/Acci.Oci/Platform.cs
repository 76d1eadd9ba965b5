using System.Text.RegularExpressions;

namespace Acci.Oci;

/// <summary>
/// An operating system and a processor architecture, with Go's names (<c>linux/ppc64le</c>, <c>linux/arm/v7</c>).
/// Source: OCI image specification 1.1, image-index.md, property "platform".
/// </summary>
public sealed partial record Platform(string OperatingSystem, string Architecture, string? Variant = null)
{
    /// <summary>64-bit x86.</summary>
    public static Platform LinuxAmd64 { get; } = new("linux", "amd64");

    /// <summary>64-bit ARM.</summary>
    public static Platform LinuxArm64 { get; } = new("linux", "arm64");

    /// <summary>64-bit POWER, little-endian.</summary>
    public static Platform LinuxPpc64le { get; } = new("linux", "ppc64le");

    /// <summary>The same with dashes, for file names and code scanning categories: <c>linux-ppc64le</c>.</summary>
    public string Slug => ToString().Replace('/', '-');

    /// <summary>Reads <c>os/architecture[/variant]</c>.</summary>
    /// <exception cref="DeliveryException">The text has another form.</exception>
    public static Platform Parse(string text) => Grammar().Match(text) is { Success: true } match
        ? new Platform(match.Groups["os"].Value, match.Groups["arch"].Value, match.Groups["variant"] is { Success: true, Value: var variant } ? variant : null)
        : throw new DeliveryException($"'{text}' is not a platform: write os/architecture, as in linux/amd64 or linux/ppc64le.");

    /// <inheritdoc/>
    public override string ToString() => Variant is null ? $"{OperatingSystem}/{Architecture}" : $"{OperatingSystem}/{Architecture}/{Variant}";

    [GeneratedRegex("^(?<os>[a-z0-9]+)/(?<arch>[a-z0-9_]+)(?:/(?<variant>[a-z0-9]+))?\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Grammar();
}
