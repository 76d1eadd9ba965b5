using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Acci.Delivery.Images;
using Acci.Delivery.Sarif;
using Acci.Oci;
using Microsoft.CodeAnalysis.Sarif;
using Run = Microsoft.CodeAnalysis.Sarif.Run;

namespace Acci.Delivery.Scanning;

/// <summary>
/// The findings of one platform as SARIF: one run, all of them, each at the line of this repository that brings it in, where one can be named.
/// Source: SARIF 2.1.0; GitHub's documentation, "SARIF support for code scanning".
/// </summary>
internal static class FindingsSarif
{
    private const string RootBase = "%SRCROOT%";

    // What code scanning makes of a score, from which a score must not lead it away: a distributor's grade may be another than NVD's.
    private static readonly Dictionary<Severity, (double From, double To, double Usual)> Scores = new()
    {
        [Severity.Critical] = (9.0, 10.0, 9.5),
        [Severity.High] = (7.0, 8.9, 8.0),
        [Severity.Medium] = (4.0, 6.9, 5.5),
        [Severity.Low] = (0.1, 3.9, 2.0),
        [Severity.Unknown] = (0.0, 0.0, 0.0),
    };

    /// <summary>The findings as SARIF.</summary>
    /// <param name="record">What was scanned.</param>
    /// <param name="platform">The platform.</param>
    /// <param name="findings">Its findings, judged.</param>
    /// <param name="version">The scanner's version; null where it has none.</param>
    /// <param name="origins">Where findings come from.</param>
    /// <param name="image">How the image is built; null for one that was not built here.</param>
    public static SarifLog Create(ScanRecord record, Platform platform, IReadOnlyList<JudgedFinding> findings, string? version, FindingOrigins origins, ImageDefinition? image)
    {
        var worst = findings.Select(x => x.Finding).GroupBy(RuleId).ToDictionary(x => x.Key, x => x.MaxBy(finding => finding.Severity)!, StringComparer.Ordinal);
        var rules = new List<ReportingDescriptor>();
        var indexes = new Dictionary<string, int>(StringComparer.Ordinal);
        var results = new List<Result>();
        foreach (var group in findings.GroupBy(x => KeyOf(x, OriginOf(x.Finding))).OrderByDescending(x => x.First().Finding.Severity))
        {
            var origin = OriginOf(group.First().Finding);
            var rule = RuleId(group.First().Finding);
            if (!indexes.TryGetValue(rule, out var index))
            {
                indexes[rule] = index = rules.Count;
                rules.Add(Rule(rule, worst[rule]));
            }

            results.Add(Result(record.Image, index, [.. group], origin, origin is null ? null : origins.HashOf(origin)));
        }

        var driver = new ToolComponent { Name = "Trivy", FullName = "Trivy Vulnerability Scanner", InformationUri = new Uri("https://github.com/aquasecurity/trivy"), Version = version, Rules = rules };
        var category = record.CategoryOf(platform);
        var run = new Run { Tool = new Tool { Driver = driver }, AutomationDetails = new RunAutomationDetails { Id = category }, ColumnKind = ColumnKind.Utf16CodeUnits, Results = results };
        return new Analysis(category, run).ToLog();

        SourceLine? OriginOf(ScanFinding finding) => origins.Find(finding, platform, image);
    }

    // Code scanning takes results of one rule at one line for one alert, so they are one result here, which names every package; what the gate makes of one of them does not
    // make it another.
    private static (string Rule, string Place, string Package) KeyOf(JudgedFinding judged, SourceLine? origin) => origin is null
        ? (RuleId(judged.Finding), $"{judged.Finding.ImagePath}:{judged.Finding.Line}", judged.Finding.Package)
        : (RuleId(judged.Finding), $"{origin.File}:{origin.Line}", "");

    private static string RuleId(ScanFinding finding) => finding.Kind == FindingKind.License ? $"license/{finding.Id}" : finding.Id.Length > 0 ? finding.Id : "unknown";

    private static ReportingDescriptor Rule(string id, ScanFinding finding)
    {
        var (from, to, usual) = Scores[finding.Severity];
        var score = finding.Score is { } own && own >= from && own <= to ? own : usual;
        var title = OneOf(finding.Title, id);
        var rule = new ReportingDescriptor
        {
            Id = id,
            Name = finding.Kind switch
            {
                FindingKind.Vulnerability => finding.IsOfSystem ? "OsPackageVulnerability" : "LanguageSpecificPackageVulnerability",
                var kind => kind.ToString(),
            },
            ShortDescription = new MultiformatMessageString { Text = title },
            FullDescription = new MultiformatMessageString { Text = OneOf(finding.Description, title) },
            Help = new MultiformatMessageString { Text = Help(finding, id), Markdown = HelpMarkdown(finding, id) },
            DefaultConfiguration = new ReportingConfiguration { Level = LevelOf(finding.Severity) },
            HelpUri = SafeText.Link(finding.Url) is { } link ? new Uri(link) : null,
        };
        rule.SetProperty("security-severity", score.ToString("0.0", CultureInfo.InvariantCulture));
        rule.SetProperty("precision", "very-high");
        rule.SetProperty("tags", new List<string> { finding.Kind.ToString().ToLowerInvariant(), "security", finding.Severity.ToName() });
        return rule;
    }

    private static Result Result(string image, int rule, IReadOnlyList<JudgedFinding> group, SourceLine? origin, string? lineHash)
    {
        var finding = group[0].Finding;
        var result = new Result
        {
            RuleId = RuleId(finding),
            RuleIndex = rule,
            Level = LevelOf(group.Max(x => x.Finding.Severity)),
            Message = new Message { Text = Message(image, group) },
            Locations = [origin is null ? ImageLocation(image, finding) : Location(origin.File, origin.Line, RootBase)],
        };
        result.PartialFingerprints = new Dictionary<string, string> { [Fingerprints.LineHash] = lineHash ?? Fallback(finding) };
        // Only as a whole: one package that is accepted leaves the others open.
        if (group.All(IsAccepted)) result.Suppressions = [new Suppression { Kind = SuppressionKind.External, Status = SuppressionStatus.Accepted, Justification = string.Join("; ", group.Select(x => x.Reason).Distinct()) }];
        return result;
    }

    private static bool IsAccepted(JudgedFinding judged) => judged.Verdict is Verdict.Ignored or Verdict.NotAffected;

    private static string Message(string image, IReadOnlyList<JudgedFinding> group)
    {
        var first = group[0].Finding;
        var text = new StringBuilder();
        foreach (var judged in group.DistinctBy(x => (x.Finding.Package, x.Finding.InstalledVersion, x.Finding.ImagePath)))
        {
            var finding = judged.Finding;
            if (text.Length > 0) text.Append('\n');
            text.Append(finding.Kind switch
            {
                FindingKind.Vulnerability =>
                    $"{finding.Package} {finding.InstalledVersion} in the image {image} has {RuleId(finding)}; {(finding.FixedVersion.Length > 0 ? $"fixed in {finding.FixedVersion}" : "there is no fix yet")}.",
                FindingKind.Secret => $"{OneOf(finding.Title, "A secret")} in {finding.Target} of the image {image}.",
                _ => $"{OneOf(finding.Title, RuleId(finding))}: {OneOf(finding.ImagePath, finding.Package)} in the image {image}.",
            });
            if (finding.PackagePath.Length > 0) text.Append(CultureInfo.InvariantCulture, $" ({finding.PackagePath})");
            if (IsAccepted(judged) && !group.All(IsAccepted)) text.Append(CultureInfo.InvariantCulture, $" (accepted: {judged.Reason})");
        }

        return text.Append(CultureInfo.InvariantCulture, $"\nSeverity: {group.Max(x => x.Finding.Severity).ToName()}").Append(SafeText.Link(first.Url) is { } link ? $"\n{link}" : "").ToString();
    }

    private static Location ImageLocation(string image, ScanFinding finding)
    {
        var path = string.Join('/', $"{image}/{finding.ImagePath}".Split('/', StringSplitOptions.RemoveEmptyEntries).Where(x => x is not ("." or "..")).Select(Uri.EscapeDataString));
        return Location(path, Math.Max(1, finding.Line), null);
    }

    private static Location Location(string uri, int line, string? baseId) => new()
    {
        PhysicalLocation = new PhysicalLocation { ArtifactLocation = new ArtifactLocation { Uri = new Uri(uri, UriKind.Relative), UriBaseId = baseId }, Region = new Region { StartLine = line } },
    };

    // Not the version: an update that does not mend it is still the same alert.
    private static string Fallback(ScanFinding finding)
    {
        var identity = Encoding.UTF8.GetBytes(string.Join('\0', RuleId(finding), finding.Package, finding.ImagePath, finding.Line > 0 ? $"{finding.Line}" : ""));
        return $"{Convert.ToHexStringLower(SHA256.HashData(identity).AsSpan(0, 8))}:1";
    }

    private static string Help(ScanFinding finding, string id) =>
        $"{id}\nSeverity: {finding.Severity.ToName()}\nPackage: {OneOf(finding.Package, "none")}\nFixed version: {OneOf(finding.FixedVersion, "none yet")}\n{finding.Url}\n{OneOf(finding.Description, finding.Title)}";

    private static string HelpMarkdown(ScanFinding finding, string id)
    {
        var name = SafeText.Link(finding.Url) is { } link ? $"[{SafeText.Markdown(id)}]({link})" : SafeText.Markdown(id);
        return $"| Severity | Package | Fixed version | |\n|---|---|---|---|\n| {finding.Severity.ToName()} | {SafeText.Markdown(finding.Package)} | {SafeText.Markdown(OneOf(finding.FixedVersion, "none yet"))} | {name} |\n\n{SafeText.Markdown(OneOf(finding.Description, finding.Title))}";
    }

    private static FailureLevel LevelOf(Severity severity) => severity switch
    {
        Severity.Critical or Severity.High => FailureLevel.Error,
        Severity.Medium => FailureLevel.Warning,
        _ => FailureLevel.Note,
    };

    private static string OneOf(string text, string otherwise) => string.IsNullOrWhiteSpace(text) ? otherwise : text;
}
