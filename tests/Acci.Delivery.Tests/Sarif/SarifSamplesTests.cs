using Acci.Delivery.Sarif;
using Acci.Delivery.Scanning;
using Acci.Testing;
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
        if (await RefusesAsync(file)) return;
        var expected = JObject.Parse(await File.ReadAllTextAsync(file, Cancellation)).SelectTokens("$.runs[*].results[*]").Count();

        var analyses = Analysis.Merge([TrivySarif.Categorize(SarifReader.Read(file, Warnings.Add))], Warnings.Add);

        Assert.Equal(expected, analyses.Sum(x => x.Run.Results.Count));
        Assert.Equal(analyses.Count, analyses.DistinctBy(x => (x.Tool, x.Category)).Count());
        foreach (var analysis in analyses) Assert.Empty(await SarifSchema.ProblemsAsync(Unpack(UploadLimits.GitHub.Apply(analysis, Warnings.Add))));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task What_is_read_and_written_says_the_same(string file)
    {
        if (await RefusesAsync(file)) return;
        var before = JObject.Parse(await File.ReadAllTextAsync(file, Cancellation));
        var after = JObject.Parse(Text(SarifReader.Read(file, Warnings.Add)));

        AssertSame(before, after, "$.runs[*].results[*]", Leveled);
        AssertSame(before, after, "$.runs[*].tool.driver.rules[*]", Plain);
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Fingerprints_are_those_code_scanning_gives(string file)
    {
        var root = Path.GetDirectoryName(file)!;
        var log = SarifReader.Read(file, Warnings.Add);
        var given = SarifReader.Read(file, Warnings.Add);
        var expected = SarifReader.Read(file.Replace(".input.", ".expected.", StringComparison.Ordinal), Warnings.Add);

        foreach (var run in log.Runs) new Fingerprints(root).AddTo(run, Warnings.Add);

        Assert.Equal(expected.Runs.Count, log.Runs.Count);
        foreach (var ((run, other), before) in log.Runs.Zip(expected.Runs).Zip(given.Runs))
        {
            Assert.Equal(other.Results.Count, run.Results.Count);
            foreach (var ((result, same), own) in run.Results.Zip(other.Results).Zip(before.Results))
            {
                // Where the source does not lie beside the report, there is nothing a fingerprint could be made of.
                var location = result.Locations?.FirstOrDefault()?.PhysicalLocation?.ArtifactLocation;
                Assert.Equal(new SourceFiles(root).Find(location, run.Artifacts) is null ? own.PartialFingerprints : same.PartialFingerprints, result.PartialFingerprints);
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

    // What is no SARIF by another's judgement is refused with its name; a tool without a name is taken all the same.
    private async Task<bool> RefusesAsync(string file)
    {
        var problems = (await SarifSchema.ProblemsAsync(await File.ReadAllTextAsync(file, Cancellation))).Where(x => !x.Contains("driver.name", StringComparison.Ordinal)).ToList();
        if (problems.Count == 0) return false;
        Assert.Contains(file, Assert.Throws<DeliveryException>(() => SarifReader.Read(file, Warnings.Add)).Message, StringComparison.Ordinal);
        return true;
    }

    private static void AssertSame(JObject before, JObject after, string path, Func<JToken, JToken> normal)
    {
        var (first, second) = (before.SelectTokens(path).ToList(), after.SelectTokens(path).ToList());
        Assert.Equal(first.Count, second.Count);
        foreach (var (one, other) in first.Zip(second)) Assert.True(JToken.DeepEquals(normal(one), normal(other)), $"{one}\nbecame\n{other}");
    }

    // A result's level is written in any case; where it was not, it is its rule's, or else a warning. Fingerprints that are none say nothing.
    private static JToken Leveled(JToken result)
    {
        var rules = result.SelectToken("$")!.Root.SelectTokens("$.runs[*].tool.driver.rules[*]").Where(x => (string?)x["id"] == (string?)result["ruleId"]);
        result["level"] ??= (string?)rules.FirstOrDefault()?.SelectToken("defaultConfiguration.level") ?? "warning";
        if (result["partialFingerprints"] is JObject { Count: 0 } none) none.Parent!.Remove();
        return result;
    }

    // A warning is what a rule's level is when none is written.
    private static JToken Plain(JToken rule)
    {
        var copy = rule.DeepClone();
        if (copy["defaultConfiguration"] is JObject configuration && ((string?)configuration["level"] == "warning" || configuration.Count == 0)) configuration.Parent!.Remove();
        return copy;
    }
}
