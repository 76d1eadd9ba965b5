using Acci.Delivery;
using Acci.Delivery.Registries;
using Acci.Oci;
using Nuke.Common;

namespace Acci.Components;

/// <summary>What is scanned, how, and what stops an image.</summary>
public interface IHazScanning : INukeBuild
{
    /// <summary>Severities that stop a publish.</summary>
    [Parameter("Severities that stop a publish, of UNKNOWN, LOW, MEDIUM, HIGH and CRITICAL; default: HIGH,CRITICAL", Name = "Severity")]
    string? SeverityText => TryGetValue(() => SeverityText);

    /// <summary>Lets vulnerabilities pass that no version fixes.</summary>
    [Parameter("Let vulnerabilities pass that no version fixes yet"), TypedOnly]
    bool IgnoreUnfixed => TryGetValue<bool?>(() => IgnoreUnfixed) ?? false;

    /// <summary>File of accepted findings, in Trivy's own format.</summary>
    [Parameter("File of accepted findings with their expiry dates, in Trivy's format; default: .trivyignore.yaml at the root"), TypedOnly]
    string? IgnoreFile => TryGetValue(() => IgnoreFile);

    /// <summary>VEX documents.</summary>
    [Parameter("VEX documents (OpenVEX or CycloneDX), separated by ','", Separator = ","), TypedOnly]
    string[]? Vex => TryGetValue(() => Vex);

    /// <summary>Addresses of the vulnerability database.</summary>
    [Parameter("Addresses of Trivy's vulnerability database, tried in this order, separated by ','; default: public mirrors", Separator = ",")]
    string[]? ScanDatabases => TryGetValue(() => ScanDatabases);

    /// <summary>Scans without a network.</summary>
    [Parameter("Scan without a network, with the databases that are there")]
    bool ScanOffline => TryGetValue<bool?>(() => ScanOffline) ?? false;

    /// <summary>Published images to scan.</summary>
    [Parameter("Published images to scan, by tag or digest, separated by ','; default: the images that were built, or published", Separator = ",")]
    [TypedOnly, FormerName("Image")]
    string[]? ScanImage => TryGetValue(() => ScanImage);

    /// <summary>All of it.</summary>
    sealed ScanOptions ScanOptions => new()
    {
        Severities = SeverityText is { } text ? WrongUseException.Read("--severity", () => Severities.Parse(text)) : Severities.Default,
        IgnoreUnfixed = IgnoreUnfixed,
        IgnoreFile = IgnoreFile,
        Vex = Vex ?? [],
        Databases = ScanDatabases is { } databases ? [.. databases.Select(x => LoginInAddress.Refuse("--scan-databases", x))] : ScanOptions.DefaultDatabases,
        Offline = ScanOffline,
        Images = [.. (ScanImage ?? []).Select(x => WrongUseException.Read("--scan-image", () => ImageReference.Parse(LoginInAddress.Refuse("--scan-image", x))))],
    };
}
