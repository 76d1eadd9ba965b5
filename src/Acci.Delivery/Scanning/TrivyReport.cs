using System.Text.Json;
using System.Text.Json.Serialization;
using Acci.Oci;

namespace Acci.Delivery.Scanning;

/// <summary>What Trivy writes with <c>--format json</c>, as far as it is used here. Source: Trivy's documentation, "Reporting", JSON; schema version 2.</summary>
public sealed partial record TrivyReport
{
    private const int SupportedSchema = 2;

    /// <summary>How large a report may be, in bytes; the SARIF made of one is smaller.</summary>
    internal const int MaximumSize = 512 * 1024 * 1024;


    private IReadOnlyList<ScanFinding> _findings = [];

    /// <summary>Version of the format; 2.</summary>
    public int SchemaVersion { get; init; }

    /// <summary>What was scanned.</summary>
    public string? ArtifactName { get; init; }

    /// <summary>Operating system and configuration.</summary>
    public ImageMetadata? Metadata { get; init; }

    /// <summary>One entry a target: the operating system's packages, a lock file, a binary.</summary>
    public IReadOnlyList<Target?>? Results { get; init; }

    /// <summary>Reads a report.</summary>
    /// <exception cref="DeliveryException">The file is no such report; the message names it, and the place.</exception>
    public static TrivyReport Read(string file)
    {
        try
        {
            var report = JsonSerializer.Deserialize(InputFile.Read(file, MaximumSize), TrivyJson.Default.TrivyReport);
            return report?.SchemaVersion == SupportedSchema
                ? report with { _findings = [.. report.FindingsIn(file)] }
                : throw new DeliveryException($"{file} is not a report of Trivy that can be read: its SchemaVersion is {report?.SchemaVersion.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "missing"}, and 2 is known.");
        }
        catch (JsonException exception)
        {
            throw new DeliveryException($"{file} is not a report of Trivy: {JsonProblem.TextOf(exception)}.", exception);
        }
    }

    /// <summary>Everything it found.</summary>
    public IReadOnlyList<ScanFinding> Findings() => _findings;

    /// <summary>What Trivy made of a platform.</summary>
    public ScannedContent ContentOf(Platform platform)
    {
        var targets = (Results ?? []).OfType<Target>().ToLookup(x => x.Class == "lang-pkgs");
        var ofSystem = targets[false].Sum(x => x.Packages?.Count ?? 0);
        var ofLanguages = targets[true].SelectMany(x => (x.Packages ?? []).Select(package => package?.FilePath is { Length: > 0 } own ? own : x.Name ?? "")).ToArray();
        var start = Metadata?.ImageConfig?.Config;
        var application = ApplicationFiles.Of([.. start?.Entrypoint ?? [], .. start?.Cmd ?? []], start?.WorkingDir);
        var (family, version) = Metadata?.System is { Family: { Length: > 0 } known and not "none", Name: var name } ? (known, name) : ("", null);
        var haveAdvisories = targets[false].Any(x => x.Vulnerabilities is { Count: > 0 }) ? true : TrivySystems.HaveAdvisories(family, version, platform);
        return new(platform, ofSystem + ofLanguages.Length)
        {
            System = $"{family} {version}".Trim(),
            HasUnknownSystem = ofSystem == 0 || haveAdvisories is false,
            HasNewSystem = haveAdvisories is null,
            ApplicationPackages = ofLanguages.Count(application.Contain),
            IsOutdated = Metadata?.System?.IsOutdated is true,
        };
    }

    // What cannot be told what it is must not pass for something harmless, or for nothing.
    private IEnumerable<ScanFinding> FindingsIn(string file) => (Results ?? []).Index().SelectMany(x => x.Item is { } target
        ? target.FindingsIn(file)
        : throw new DeliveryException($"{file}, Results[{x.Index}]: there is null where a target belongs: this is not a report of Trivy."));

    /// <summary>What is known of an image.</summary>
    public sealed record ImageMetadata
    {
        /// <summary>Its operating system; none for an image without packages.</summary>
        [JsonPropertyName("OS")]
        public OperatingSystem? System { get; init; }

        /// <summary>The image's configuration.</summary>
        public Configuration? ImageConfig { get; init; }

        /// <summary>What an image's configuration says of its platform. Source: OCI image specification 1.1, config.md.</summary>
        /// <param name="Architecture">The architecture.</param>
        /// <param name="Os">The operating system.</param>
        /// <param name="Variant">The architecture's variant.</param>
        /// <param name="Config">What it starts.</param>
        public sealed record Configuration(
            [property: JsonPropertyName("architecture")] string? Architecture, [property: JsonPropertyName("os")] string? Os, [property: JsonPropertyName("variant")] string? Variant,
            [property: JsonPropertyName("config")] Start? Config = null);

        /// <summary>What an image starts. Source: OCI image specification 1.1, config.md.</summary>
        /// <param name="Entrypoint">The program.</param>
        /// <param name="Cmd">Its arguments, or the program where there is no entry point.</param>
        /// <param name="WorkingDir">Where it runs.</param>
        public sealed record Start(IReadOnlyList<string?>? Entrypoint, IReadOnlyList<string?>? Cmd, string? WorkingDir);

        /// <summary>An operating system.</summary>
        /// <param name="Family">Its name: <c>debian</c>.</param>
        /// <param name="Name">Its version.</param>
        /// <param name="IsOutdated">Its maker supports it no more, so that nobody says what is wrong with it.</param>
        public sealed record OperatingSystem(string? Family, string? Name, [property: JsonPropertyName("EOSL")] bool IsOutdated = false);
    }

    /// <summary>A target and what was found in it.</summary>
    public sealed record Target
    {
        /// <summary>File in the image, or the image itself.</summary>
        [JsonPropertyName("Target")]
        public string? Name { get; init; }

        /// <summary><c>os-pkgs</c>, <c>lang-pkgs</c>, <c>secret</c>, <c>config</c>, <c>license</c>.</summary>
        public string? Class { get; init; }

        /// <summary><c>debian</c>, <c>npm</c> …</summary>
        public string? Type { get; init; }

        /// <summary>Every package it has.</summary>
        public IReadOnlyList<Package?>? Packages { get; init; }

        /// <summary>Vulnerabilities.</summary>
        public IReadOnlyList<Vulnerability?>? Vulnerabilities { get; init; }

        /// <summary>Misconfigurations.</summary>
        public IReadOnlyList<Misconfiguration?>? Misconfigurations { get; init; }

        /// <summary>Secrets.</summary>
        public IReadOnlyList<SecretMatch?>? Secrets { get; init; }

        /// <summary>Licences.</summary>
        public IReadOnlyList<LicenseMatch?>? Licenses { get; init; }

        internal IEnumerable<ScanFinding> FindingsIn(string file) =>
        [
            .. In(Vulnerabilities, "Vulnerabilities", file).Select(x => x.ToFinding(this, SeverityOf(x.Severity, x.Id, file))),
            .. In(Misconfigurations, "Misconfigurations", file).Where(x => x.Status is null or "FAIL").Select(x => x.ToFinding(this, SeverityOf(x.Severity, x.Id, file))),
            .. In(Secrets, "Secrets", file).Select(x => x.ToFinding(this, SeverityOf(x.Severity, x.RuleId, file))),
            .. In(Licenses, "Licenses", file).Select(x => x.ToFinding(this, SeverityOf(x.Severity, x.Name, file))),
        ];

        private IEnumerable<T> In<T>(IReadOnlyList<T?>? entries, string list, string file)
            where T : class =>
            (entries ?? []).Index().Select(x => x.Item ?? throw new DeliveryException($"{file}, target '{Name}', {list}[{x.Index}]: there is null where a finding belongs: this is not a report of Trivy."));

        private Severity SeverityOf(string? name, string? id, string file) => Severities.Find(name)
            ?? throw new DeliveryException($"{file}, target '{Name}', {id ?? "a finding without an identifier"}: its severity is {(name is null ? "missing" : $"'{SafeText.Terminal(name)}'")}, and has to be one of UNKNOWN, LOW, MEDIUM, HIGH, CRITICAL.");
    }

    /// <summary>A package.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="FilePath">The file that it was found in, where the target is several.</param>
    public sealed record Package(string? Name, string? FilePath = null);

    /// <summary>A vulnerability.</summary>
    public sealed record Vulnerability(
        [property: JsonPropertyName("VulnerabilityID")] string? Id,
        string? PkgName,
        string? PkgPath,
        string? InstalledVersion,
        string? FixedVersion,
        string? Status,
        string? Severity,
        string? SeveritySource,
        [property: JsonPropertyName("PrimaryURL")] string? PrimaryUrl,
        string? Title,
        string? Description,
        PackageIdentifier? PkgIdentifier,
        [property: JsonPropertyName("CVSS")] IReadOnlyDictionary<string, Cvss?>? Cvss)
    {
        internal ScanFinding ToFinding(Target target, Delivery.Severity severity)
        {
            var score = Cvss is not null && SeveritySource is not null && Cvss.TryGetValue(SeveritySource, out var cvss) ? cvss?.V40Score ?? cvss?.V3Score : null;
            return new ScanFinding
            {
                Kind = FindingKind.Vulnerability,
                Id = Id ?? "",
                Severity = severity,
                Package = PkgName ?? "",
                InstalledVersion = InstalledVersion ?? "",
                FixedVersion = FixedVersion ?? "",
                Status = Status ?? "",
                Title = Title ?? "",
                Description = Description ?? "",
                Url = PrimaryUrl ?? "",
                Score = score > 0 ? score : null,
                IsOfSystem = target.Class == "os-pkgs",
                Type = target.Type ?? "",
                Target = target.Name ?? "",
                PackagePath = PkgPath ?? "",
                Purl = PackageUrl.TryParse(PkgIdentifier?.Purl),
            };
        }
    }

    /// <summary>How a package is known.</summary>
    public sealed record PackageIdentifier([property: JsonPropertyName("PURL")] string? Purl);

    /// <summary>Scores of one source.</summary>
    public sealed record Cvss(double? V3Score, double? V40Score);

    /// <summary>A check of a configuration file and how it ended.</summary>
    public sealed record Misconfiguration(
        [property: JsonPropertyName("ID")] string? Id, string? Title, string? Message, string? Description, string? Severity, string? Status,
        [property: JsonPropertyName("PrimaryURL")] string? PrimaryUrl, Cause? CauseMetadata)
    {
        internal ScanFinding ToFinding(Target target, Delivery.Severity severity) => new()
        {
            Kind = FindingKind.Misconfiguration,
            Id = Id ?? "",
            Severity = severity,
            Title = Title ?? "",
            Description = Message ?? Description ?? "",
            Url = PrimaryUrl ?? "",
            Type = target.Type ?? "",
            Target = target.Name ?? "",
            Line = CauseMetadata?.StartLine ?? 0,
        };
    }

    /// <summary>Where a misconfiguration stands.</summary>
    public sealed record Cause(int? StartLine);

    /// <summary>What looks like a secret. The text itself, which Trivy masks, is not read.</summary>
    public sealed record SecretMatch([property: JsonPropertyName("RuleID")] string? RuleId, string? Title, string? Severity, int? StartLine)
    {
        internal ScanFinding ToFinding(Target target, Delivery.Severity severity) => new()
        {
            Kind = FindingKind.Secret,
            Id = RuleId ?? "",
            Severity = severity,
            Title = Title ?? "",
            Description = "A file of the image holds what looks like a secret. Whoever can pull the image has it: revoke it, and keep it out of the image.",
            Target = target.Name ?? "",
            Line = StartLine ?? 0,
        };
    }

    /// <summary>A licence of a package or file.</summary>
    public sealed record LicenseMatch(string? Name, string? PkgName, string? FilePath, string? Severity, string? Category, string? Link)
    {
        internal ScanFinding ToFinding(Target target, Delivery.Severity severity) => new()
        {
            Kind = FindingKind.License,
            Id = Name ?? "",
            Severity = severity,
            Package = PkgName ?? "",
            Title = $"{Name} ({Category})",
            Url = Link ?? "",
            Target = target.Name ?? "",
            PackagePath = FilePath ?? "",
        };
    }

    [JsonSerializable(typeof(TrivyReport))]
    private sealed partial class TrivyJson : JsonSerializerContext;
}
