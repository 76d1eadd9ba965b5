namespace Acci.Delivery.Scanning;

/// <summary>What a finding is about.</summary>
public enum FindingKind
{
    /// <summary>A package with a known vulnerability.</summary>
    Vulnerability,

    /// <summary>A setting that weakens the image.</summary>
    Misconfiguration,

    /// <summary>A key or password in a file of the image.</summary>
    Secret,

    /// <summary>A licence that needs attention.</summary>
    License,
}

/// <summary>One finding in one platform of an image.</summary>
public sealed record ScanFinding
{
    /// <summary>What it is about.</summary>
    public required FindingKind Kind { get; init; }

    /// <summary>Its identifier: <c>CVE-2019-1549</c>, or the scanner's own rule.</summary>
    public required string Id { get; init; }

    /// <summary>How severe it is.</summary>
    public required Severity Severity { get; init; }

    /// <summary>The package; of a secret or a misconfiguration, nothing.</summary>
    public string Package { get; init; } = "";

    /// <summary>The package's version in the image.</summary>
    public string InstalledVersion { get; init; } = "";

    /// <summary>The versions that have it fixed; empty while there are none.</summary>
    public string FixedVersion { get; init; } = "";

    /// <summary>What its distributor does about it: <c>fixed</c>, <c>affected</c>, <c>will_not_fix</c> …</summary>
    public string Status { get; init; } = "";

    /// <summary>What it is, in a line.</summary>
    public string Title { get; init; } = "";

    /// <summary>What it is, in full.</summary>
    public string Description { get; init; } = "";

    /// <summary>Where more is to be read.</summary>
    public string Url { get; init; } = "";

    /// <summary>CVSS base score of the source the severity is from.</summary>
    public double? Score { get; init; }

    /// <summary>The package is the operating system's.</summary>
    public bool IsOfSystem { get; init; }

    /// <summary>Kind of package or file, as Trivy names it: <c>debian</c>, <c>dotnet-core</c>, <c>npm</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>The scanned target: a file in the image, or the image itself.</summary>
    public string Target { get; init; } = "";

    /// <summary>The file in the image that the package is from; empty where the target tells it all.</summary>
    public string PackagePath { get; init; } = "";

    /// <summary>The package's identity.</summary>
    public PackageUrl? Purl { get; init; }

    /// <summary>Line in the target; 0 where there is none.</summary>
    public int Line { get; init; }

    /// <summary>There is a version without it; where there are no versions, there is always something to be done.</summary>
    public bool IsFixable => Kind != FindingKind.Vulnerability || FixedVersion.Length > 0;

    /// <summary>The path in the image, for people and fingerprints.</summary>
    public string ImagePath => PackagePath.Length > 0 ? PackagePath : IsOfSystem ? "" : Target;
}
