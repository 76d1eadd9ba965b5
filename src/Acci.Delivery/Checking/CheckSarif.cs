using System.Text;
using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Checking;

/// <summary>Findings of BuildKit's checks as a SARIF file, one run for an image. Source: SARIF 2.1.0; GitHub's documentation, "SARIF support for code scanning".</summary>
public static class CheckSarif
{
    private static readonly Uri Documentation = new("https://docs.docker.com/build/checks/");
    private static readonly Uri SchemaUri = new("https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/sarif-schema-2.1.0.json");

    /// <summary>The report of one image, as the file's text.</summary>
    /// <param name="image">The image's name.</param>
    /// <param name="findings">What was found in its Dockerfile.</param>
    public static string ToJson(string image, IReadOnlyList<DockerfileFinding> findings)
    {
        using var text = new MemoryStream();
        using (var writer = new StreamWriter(text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true)) Of(image, findings).Save(writer);
        return Encoding.UTF8.GetString(text.ToArray()).ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
    }

    private static SarifLog Of(string image, IReadOnlyList<DockerfileFinding> findings)
    {
        var rules = findings.DistinctBy(x => x.Rule).OrderBy(x => x.Rule, StringComparer.Ordinal).ToList();
        var run = new Run
        {
            Tool = new Tool { Driver = new ToolComponent { Name = "BuildKit checks", InformationUri = Documentation, Rules = [.. rules.Select(RuleOf)] } },
            // The category is what stands before the last slash.
            AutomationDetails = new RunAutomationDetails { Id = $"buildkit-checks/{image}/" },
            ColumnKind = ColumnKind.Utf16CodeUnits,
            Results = [.. findings.Select(finding => ResultOf(finding, rules.FindIndex(x => x.Rule == finding.Rule)))],
        };
        return new SarifLog { SchemaUri = SchemaUri, Version = SarifVersion.Current, Runs = [run] };
    }

    private static ReportingDescriptor RuleOf(DockerfileFinding finding) => new()
    {
        Id = finding.Rule,
        Name = finding.Rule,
        ShortDescription = new MultiformatMessageString { Text = finding.Description.Length > 0 ? finding.Description : finding.Rule },
        HelpUri = finding.Page ?? Documentation,
        DefaultConfiguration = new ReportingConfiguration { Level = LevelOf(finding) },
    };

    private static Result ResultOf(DockerfileFinding finding, int rule) => new()
    {
        RuleId = finding.Rule,
        RuleIndex = rule,
        Level = LevelOf(finding),
        Message = new Message { Text = finding.Detail },
        Locations =
        [
            new Location
            {
                PhysicalLocation = new PhysicalLocation
                {
                    ArtifactLocation = new ArtifactLocation { Uri = new Uri(finding.File, UriKind.Relative), UriBaseId = "%SRCROOT%" },
                    Region = new Region { StartLine = Math.Max(1, finding.StartLine), EndLine = Math.Max(1, finding.EndLine) },
                },
            },
        ],
    };

    private static FailureLevel LevelOf(DockerfileFinding finding) => finding.IsError ? FailureLevel.Error : FailureLevel.Warning;
}
