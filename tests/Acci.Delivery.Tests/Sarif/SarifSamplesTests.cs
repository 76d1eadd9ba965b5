using Acci.Delivery.Sarif;
using Acci.Delivery.Scanning;
using Newtonsoft.Json.Linq;

namespace Acci.Delivery.Tests.Sarif;

/// <summary>Real reports of other tools.</summary>
public sealed class SarifSamplesTests : SarifFixture
{
    public static IEnumerable<TheoryDataRow<string>> Samples => Conformance.Files("sarif-samples", ".sarif");

    public static IEnumerable<TheoryDataRow<string>> Inputs => Conformance.Files("sarif-samples", ".input.sarif");

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_becomes_uploads_that_are_valid_and_have_all_its_results(string file)
    {
        var expected = JObject.Parse(await File.ReadAllTextAsync(file, Cancellation)).SelectTokens("$.runs[*].results[*]").Count();

        var analyses = Analysis.Merge([TrivySarif.Complete(SarifReader.Read(file, Warnings.Add))]);

        Assert.Equal(expected, analyses.Sum(x => x.Run.Results.Count));
        Assert.Equal(analyses.Count, analyses.DistinctBy(x => (x.Tool, x.Category)).Count());
        foreach (var analysis in analyses) Assert.Empty(await SarifSchema.ProblemsAsync(Unpack(UploadLimits.GitHub.Apply(analysis, Warnings.Add))));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task What_is_read_and_written_says_the_same(string file)
    {
        var before = JObject.Parse(await File.ReadAllTextAsync(file, Cancellation));
        var after = JObject.Parse(Text(SarifReader.Read(file, Warnings.Add)));

        foreach (var (first, second) in before.SelectTokens("$.runs[*].results[*]").Zip(after.SelectTokens("$.runs[*].results[*]"))) Assert.True(JToken.DeepEquals(Leveled(first), second), $"{first}\nbecame\n{second}");
        foreach (var (first, second) in before.SelectTokens("$.runs[*].tool.driver.rules[*]").Zip(after.SelectTokens("$.runs[*].tool.driver.rules[*]"))) Assert.True(JToken.DeepEquals(Plain(first), Plain(second)), $"{first}\nbecame\n{second}");
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Fingerprints_are_those_code_scanning_gives(string file)
    {
        var log = SarifReader.Read(file, Warnings.Add);
        var expected = SarifReader.Read(file.Replace(".input.", ".expected.", StringComparison.Ordinal), Warnings.Add);

        foreach (var run in log.Runs) new Fingerprints(Path.GetDirectoryName(file)!).AddTo(run, Warnings.Add);

        foreach (var (run, other) in log.Runs.Zip(expected.Runs))
        {
            foreach (var (result, same) in run.Results.Zip(other.Results))
            {
                var uri = (result.Locations[0].PhysicalLocation.ArtifactLocation.Uri ?? run.Artifacts[result.Locations[0].PhysicalLocation.ArtifactLocation.Index].Location.Uri).OriginalString;
                // Where the source does not lie beside the report, there is nothing a fingerprint could be made of.
                if (File.Exists(Path.Combine(Path.GetDirectoryName(file)!, uri))) Assert.Equal(same.PartialFingerprints, result.PartialFingerprints);
                else Assert.Null(result.PartialFingerprints);
            }
        }
    }

    [Fact]
    public async Task The_schema_is_OASIS_s()
    {
        var published = Conformance.File("sarif-2.1.0.schema.json");
        Assert.SkipWhen(published is null, "The conformance folder is not here.");

        Assert.Equal(await File.ReadAllBytesAsync(published, Cancellation), await File.ReadAllBytesAsync(Path.Combine(SourceTree.Root, "src", "Acci.Delivery", "Sarif", "sarif-2.1.0.schema.json"), Cancellation));
    }

    // A result's level is written in any case; where it was not, it is its rule's, or else a warning.
    private static JToken Leveled(JToken result)
    {
        var rules = result.SelectToken("$")!.Root.SelectTokens("$.runs[*].tool.driver.rules[*]").Where(x => (string?)x["id"] == (string?)result["ruleId"]);
        result["level"] ??= (string?)rules.FirstOrDefault()?.SelectToken("defaultConfiguration.level") ?? "warning";
        return result;
    }

    // A warning is what a rule's level is when none is written.
    private static JToken Plain(JToken rule)
    {
        var copy = rule.DeepClone();
        if ((string?)copy.SelectToken("defaultConfiguration.level") == "warning") copy["defaultConfiguration"]!.Parent!.Remove();
        return copy;
    }
}
