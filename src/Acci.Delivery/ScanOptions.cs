using Acci.Oci;

namespace Acci.Delivery;

/// <summary>What is scanned, how, and what it takes to stop a publish.</summary>
public sealed record ScanOptions
{
    /// <summary>Severities that stop a publish.</summary>
    public IReadOnlyList<Severity> Severities { get; init; } = Delivery.Severities.Default;

    /// <summary>Lets vulnerabilities pass that no version fixes.</summary>
    public bool IgnoreUnfixed { get; init; }

    /// <summary>Without a scanner nothing is published, not even on this machine.</summary>
    public bool Required { get; init; }

    /// <summary>File of accepted findings, relative to the root; null means <see cref="Scanning.IgnoreFile.DefaultName"/>, if it is there.</summary>
    public string? IgnoreFile { get; init; }

    /// <summary>VEX documents, relative to the root.</summary>
    public IReadOnlyList<string> Vex { get; init; } = [];

    /// <summary>Where the vulnerability database is, in the order in which the addresses are tried.</summary>
    public IReadOnlyList<string> Databases { get; init; } = DefaultDatabases;

    /// <summary>The addresses of the vulnerability database where nobody says otherwise: a public mirror first, because the registries limit how often they are asked.</summary>
    public static IReadOnlyList<string> DefaultDatabases { get; } =
        ["mirror.gcr.io/aquasec/trivy-db:2", "public.ecr.aws/aquasecurity/trivy-db:2", "ghcr.io/aquasecurity/trivy-db:2"];

    /// <summary>The network is not to be used.</summary>
    public bool Offline { get; init; }

    /// <summary>The scanner's program; null means the one on the PATH, or the one that is pinned.</summary>
    public string? Program { get; init; }

    /// <summary>Published images to scan, instead of those built.</summary>
    public IReadOnlyList<ImageReference> Images { get; init; } = [];

    /// <summary>SARIF files of other tools to upload: files, or folders of them.</summary>
    public IReadOnlyList<string> SarifFiles { get; init; } = [];
}
