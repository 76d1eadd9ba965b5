using Acci.Delivery;
using Nuke.Common;

namespace Acci.Components;

/// <summary>What is scanned, how, and what it takes to stop a publish.</summary>
public interface IHazScanning : INukeBuild
{
    /// <summary>Severities that stop a publish.</summary>
    [Parameter("Severities that stop a publish, of UNKNOWN, LOW, MEDIUM, HIGH and CRITICAL; default: HIGH,CRITICAL", Name = "Severity")]
    string? SeverityText => TryGetValue(() => SeverityText);

    /// <summary>Lets vulnerabilities pass that no version fixes.</summary>
    [Parameter("Let vulnerabilities pass that no version fixes yet")]
    bool IgnoreUnfixed => TryGetValue<bool?>(() => IgnoreUnfixed) ?? false;

    /// <summary>Without a scanner nothing is published, not even on this machine.</summary>
    [Parameter("Publish nothing that was not scanned, not even on this machine")]
    bool RequireScan => TryGetValue<bool?>(() => RequireScan) ?? false;

    /// <summary>File of accepted findings, in Trivy's own format.</summary>
    [Parameter("File of accepted findings with their expiry dates, in Trivy's format; default: .trivyignore.yaml at the root")]
    string? IgnoreFile => TryGetValue(() => IgnoreFile);

    /// <summary>VEX documents.</summary>
    [Parameter("VEX documents (OpenVEX or CycloneDX), separated by ','", Separator = ",")]
    string[]? Vex => TryGetValue(() => Vex);

    /// <summary>Addresses of the vulnerability database.</summary>
    [Parameter("Addresses of Trivy's vulnerability database, tried in this order, separated by ','; default: public mirrors", Separator = ",")]
    string[]? ScanDatabases => TryGetValue(() => ScanDatabases);

    /// <summary>Scans without a network.</summary>
    [Parameter("Scan without a network, with the databases that are there")]
    bool ScanOffline => TryGetValue<bool?>(() => ScanOffline) ?? false;

    /// <summary>Published images to scan.</summary>
    [Parameter("Published images that ScanImages or RescanImages scans, by tag or digest, separated by ','; default: the images that were built, or published", Separator = ","), FormerName("Image")]
    string[]? ScanImage => TryGetValue(() => ScanImage);

    /// <summary>SARIF files of other tools.</summary>
    [Parameter("SARIF files of other tools for UploadSarif, or folders of them, separated by ','", Separator = ",")]
    string[]? SarifFiles => TryGetValue(() => SarifFiles);

    /// <summary>All of it.</summary>
    sealed ScanOptions ScanOptions => new()
    {
        Severities = SeverityText is { } text ? WrongUseException.Read("--severity", () => Severities.Parse(text)) : Severities.Default,
        IgnoreUnfixed = IgnoreUnfixed,
        Required = RequireScan,
        IgnoreFile = IgnoreFile,
        Vex = Vex ?? [],
        Databases = ScanDatabases ?? ScanOptions.DefaultDatabases,
        Offline = ScanOffline,
        Images = ScanImage ?? [],
        SarifFiles = SarifFiles ?? [],
    };
}
