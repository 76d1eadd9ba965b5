using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Acci.Oci;

/// <summary>
/// An operating system and a processor architecture, with Go's names (<c>linux/ppc64le</c>, <c>linux/arm/v7</c>). However it was written, it is kept in
/// its normal form: <c>linux/arm64/v8</c> and <c>Linux/aarch64</c> are <c>linux/arm64</c>.
/// Source: OCI image specification 1.1, image-index.md, property "platform"; containerd/platforms, database.go, normalizeOS and normalizeArch.
/// </summary>
public sealed partial record Platform
{
    // Source: Go 1.25, `go tool dist list`, from which BuildKit and containerd take their names.
    private static readonly string[] Architectures =
        ["amd64", "arm64", "arm", "386", "ppc64le", "ppc64", "s390x", "riscv64", "mips64le", "mips64", "mipsle", "mips", "loong64", "wasm"];

    private static readonly string[] OperatingSystems =
        ["linux", "windows", "darwin", "freebsd", "netbsd", "openbsd", "dragonfly", "illumos", "solaris", "aix", "plan9", "android", "ios", "js", "wasip1", "wasi"];

    /// <summary>Names a platform.</summary>
    /// <param name="operatingSystem">The operating system.</param>
    /// <param name="architecture">The architecture.</param>
    /// <param name="variant">Its variant; null or empty means the one that engines take for it.</param>
    public Platform(string operatingSystem, string architecture, string? variant = null)
    {
        OperatingSystem = Lower(operatingSystem) is var system && system == "macos" ? "darwin" : system;
        (Architecture, Variant) = (Lower(architecture), Lower(variant ?? "")) switch
        {
            ("i386", _) => ("386", null),
            ("x86_64" or "x86-64" or "amd64", "" or "v1") => ("amd64", null),
            ("x86_64" or "x86-64", var other) => ("amd64", other),
            ("aarch64" or "arm64", "" or "8" or "v8" or "v8.0") => ("arm64", null),
            ("aarch64" or "arm64", "9" or "9.0" or "v9.0") => ("arm64", "v9"),
            ("aarch64", var other) => ("arm64", other),
            ("armhf", _) or ("arm", "" or "7") => ("arm", "v7"),
            ("armel", _) => ("arm", "v6"),
            ("arm", "5" or "6" or "8") => ("arm", $"v{variant}"),
            (var other, "") => (other, null),
            var other => other,
        };
    }

    /// <summary>64-bit x86.</summary>
    public static Platform LinuxAmd64 { get; } = new("linux", "amd64");

    /// <summary>64-bit ARM.</summary>
    public static Platform LinuxArm64 { get; } = new("linux", "arm64");

    /// <summary>64-bit POWER, little-endian.</summary>
    public static Platform LinuxPpc64le { get; } = new("linux", "ppc64le");

    /// <summary>The operating system: <c>linux</c>.</summary>
    public string OperatingSystem { get; }

    /// <summary>The architecture: <c>amd64</c>.</summary>
    public string Architecture { get; }

    /// <summary>The architecture's variant; null where it is the one that goes without saying.</summary>
    public string? Variant { get; }

    /// <summary>The part of it that is no operating system or architecture of Go's, such as <c>amd65</c>, and the names there are; null where both are.</summary>
    public (string Name, IReadOnlyList<string> Known)? Unknown =>
        !OperatingSystems.Contains(OperatingSystem) ? (OperatingSystem, OperatingSystems)
        : !Architectures.Contains(Architecture) ? (Architecture, Architectures)
        : null;

    /// <summary>The same with dashes, for file names and code scanning categories: <c>linux-ppc64le</c>.</summary>
    public string Slug => ToString().Replace('/', '-');

    /// <summary>
    /// The object that it was read from, which may say more (<c>os.version</c>, <c>os.features</c>) and is written again as it was; no part of what it is.
    /// </summary>
    internal JsonElement? Source { get; init; }

    /// <summary>Reads <c>os/architecture[/variant]</c>.</summary>
    /// <exception cref="DeliveryException">The text has another form.</exception>
    public static Platform Parse(string text) => TryParse(text, out var platform) ? platform
        : throw new DeliveryException($"'{text}' is not a platform: write os/architecture, as in linux/amd64 or linux/ppc64le.");

    /// <summary>Reads <c>os/architecture[/variant]</c>, unless the text has another form.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Platform? platform)
    {
        platform = Grammar().Match(text) is { Success: true } match
            ? new Platform(match.Groups["os"].Value, match.Groups["arch"].Value, match.Groups["variant"].Value)
            : null;
        return platform is not null;
    }

    /// <summary>Whether engines take the two for one.</summary>
    public bool Equals(Platform? other) =>
        other is not null && (OperatingSystem, Architecture, Variant) == (other.OperatingSystem, other.Architecture, other.Variant);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(OperatingSystem, Architecture, Variant);

    /// <inheritdoc/>
    public override string ToString() => Variant is null ? $"{OperatingSystem}/{Architecture}" : $"{OperatingSystem}/{Architecture}/{Variant}";

    private static string Lower(string text) => text.ToLowerInvariant();

    [GeneratedRegex("^(?<os>[A-Za-z0-9]+)/(?<arch>[A-Za-z0-9_-]+)(?:/(?<variant>[A-Za-z0-9.]+))?\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Grammar();
}
