using Acci.Delivery.Sarif;
using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Tests.Sarif;

public sealed class UploadLimitsTests : SarifFixture
{
    private static readonly UploadLimits Small = new() { Results = 4, Rules = 3, Extensions = 1, Locations = 2, ThreadFlowLocations = 2, Tags = 2 };

    [Fact]
    public void A_report_within_the_limits_stays_as_it_is()
    {
        var analysis = AnalysisOf(Report(Result("a", 1)));
        var before = Text(analysis.ToLog());

        Assert.Equal(before, Unpack(UploadLimits.GitHub.Apply(analysis, Warnings.Add)));
        Assert.Empty(Warnings);
    }

    [Fact]
    public void Of_too_many_results_the_most_severe_stay_and_the_others_are_named()
    {
        string[] scores = ["5.0", "9.8", "2.0", "7.5", "9.1", "3.1"];
        var rules = string.Join(", ", scores.Select((score, index) => $$"""{ "id": "r{{index}}", "properties": { "security-severity": "{{score}}" } }"""));
        var results = string.Join(", ", scores.Select((_, index) => $$"""{ "ruleId": "r{{index}}", "ruleIndex": {{index}}, "message": { "text": "m" } }"""));
        var analysis = AnalysisOf($$"""{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "t", "rules": [ {{rules}} ] } }, "results": [ {{results}} ] } ] }""");

        (Small with { Rules = 100 }).Apply(analysis, Warnings.Add);

        Assert.Equal(["r1", "r4", "r3", "r0"], analysis.Run.Results.Select(x => x.RuleId));
        var warning = Assert.Single(Warnings);
        Assert.Contains("2 of 6 results were left out", warning, StringComparison.Ordinal);
        Assert.Contains("2 low", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_scores_the_level_decides_and_a_rule_s_level_is_a_result_s_own()
    {
        const string results = """
            { "ruleId": "r0", "level": "note", "message": { "text": "note" } }, { "ruleId": "r0", "level": "error", "message": { "text": "error" } },
            { "ruleId": "r1", "message": { "text": "by rule" } }, { "ruleId": "r0", "level": "none", "message": { "text": "none" } }, { "ruleId": "r0", "message": { "text": "warning" } }
            """;
        var report = Report(results, rules: 2).Replace("\"id\": \"r1\"", "\"id\": \"r1\", \"defaultConfiguration\": { \"level\": \"error\" }", StringComparison.Ordinal);
        var analysis = AnalysisOf(report);

        Small.Apply(analysis, Warnings.Add);

        Assert.Equal(["error", "by rule", "warning", "note"], analysis.Run.Results.Select(x => x.Message.Text));
        Assert.Contains("1 none", Assert.Single(Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_without_results_go_first_and_indexes_follow()
    {
        var analysis = AnalysisOf(Report("""{ "ruleId": "r4", "ruleIndex": 4, "message": { "text": "m" } }, { "ruleId": "r2", "ruleIndex": 2, "message": { "text": "m" } }""", rules: 6));

        Small.Apply(analysis, Warnings.Add);

        Assert.Equal(["r0", "r2", "r4"], analysis.Run.Tool.Driver.Rules.Select(x => x.Id));
        Assert.All(analysis.Run.Results, result => Assert.Equal(result.RuleId, analysis.Run.Tool.Driver.Rules[result.RuleIndex].Id));
        Assert.Contains("3 of 6 rules were left out", Assert.Single(Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_of_extensions_count_and_whatever_names_a_rule_follows_it()
    {
        var analysis = AnalysisOf("""
            { "version": "2.1.0", "runs": [ {
              "tool": { "driver": { "name": "t", "rules": [ { "id": "r0" }, { "id": "r1" }, { "id": "r2", "relationships": [ { "target": { "index": 1 } } ] } ] }, "extensions": [ { "name": "e", "rules": [ { "id": "e0" }, { "id": "e1" } ] } ] },
              "invocations": [ { "executionSuccessful": true, "ruleConfigurationOverrides": [ { "descriptor": { "index": 2 }, "configuration": { "level": "note" } }, { "descriptor": { "index": 1 }, "configuration": { "level": "note" } } ],
                "toolExecutionNotifications": [ { "message": { "text": "m" }, "associatedRule": { "index": 1, "toolComponent": { "index": 0 } }, "descriptor": { "index": 4 } } ] } ],
              "results": [ { "ruleId": "r2", "ruleIndex": 2, "message": { "text": "m" }, "taxa": [ { "index": 1, "toolComponent": { "index": 0 } } ] }, { "rule": { "index": 1, "toolComponent": { "index": 0 } }, "message": { "text": "m" } } ] } ] }
            """);

        Small.Apply(analysis, Warnings.Add);

        var run = analysis.Run;
        Assert.Equal(["r0", "r2"], run.Tool.Driver.Rules.Select(x => x.Id));
        Assert.Equal(["e1"], run.Tool.Extensions[0].Rules.Select(x => x.Id));
        Assert.Equal((1, 0), (run.Results[0].RuleIndex, run.Results[1].Rule.Index));
        // Taxa are in another list than rules.
        Assert.Equal(1, run.Results[0].Taxa[0].Index);
        Assert.Equal([(1, "r2"), (-1, "r1")], run.Invocations[0].RuleConfigurationOverrides.Select(x => (x.Descriptor.Index, x.Descriptor.Id)));
        Assert.Equal((0, 4), (run.Invocations[0].ToolExecutionNotifications[0].AssociatedRule.Index, run.Invocations[0].ToolExecutionNotifications[0].Descriptor.Index));
        Assert.Equal((-1, "r1"), (run.Tool.Driver.Rules[1].Relationships[0].Target.Index, run.Tool.Driver.Rules[1].Relationships[0].Target.Id));
        Assert.Contains("2 of 5 rules were left out", Assert.Single(Warnings), StringComparison.Ordinal);
        Assert.Empty(await SarifSchema.ProblemsAsync(Text(analysis.ToLog())));
    }

    [Fact]
    public void Locations_steps_tags_and_extensions_are_cut_and_named()
    {
        const string location = """{ "physicalLocation": { "artifactLocation": { "uri": "a" } } }""";
        const string step = """{ "location": { "message": { "text": "s" } } }""";
        var analysis = AnalysisOf($$"""
            { "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "t", "rules": [ { "id": "r0", "properties": { "tags": [ "a", "b", "c" ] } } ] }, "extensions": [ { "name": "e0" }, { "name": "e1" } ] },
              "results": [ { "message": { "text": "m" }, "locations": [ {{location}}, {{location}}, {{location}} ], "codeFlows": [ { "threadFlows": [ { "locations": [ {{step}}, {{step}}, {{step}} ] } ] } ] },
                           { "rule": { "id": "x", "toolComponent": { "index": 1 } }, "message": { "text": "m" } } ] } ] }
            """);

        Small.Apply(analysis, Warnings.Add);

        var result = Assert.Single(analysis.Run.Results);
        Assert.Equal(2, result.Locations.Count);
        Assert.Equal(2, result.CodeFlows[0].ThreadFlows[0].Locations.Count);
        Assert.Equal(["a", "b"], analysis.Run.Tool.Driver.Rules[0].Tags.Order());
        Assert.Single(analysis.Run.Tool.Extensions);
        foreach (var word in (string[])["locations", "steps", "tags", "extensions"]) Assert.Single(Warnings, x => x.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public void A_report_too_large_to_be_sent_loses_its_least_severe_results()
    {
        var random = new Random(7);
        var results = string.Join(", ", Enumerable.Range(0, 400).Select(x => $$"""{ "level": "{{(x % 4 == 0 ? "error" : "note")}}", "message": { "text": "{{Noise()}}" } }"""));
        var analysis = AnalysisOf(Report(results));

        var compressed = (UploadLimits.GitHub with { CompressedSize = 40_000 }).Apply(analysis, Warnings.Add);

        Assert.InRange(compressed.Length, 1000, 40_000);
        Assert.InRange(analysis.Run.Results.Count, 50, 399);
        Assert.Equal(100, analysis.Run.Results.Count(x => x.Level == FailureLevel.Error));
        Assert.Contains("40,000 bytes", string.Join('\n', Warnings), StringComparison.Ordinal);

        string Noise()
        {
            var bytes = new byte[150];
            random.NextBytes(bytes);
            return Convert.ToBase64String(bytes);
        }
    }

    [Fact]
    public void A_report_that_is_too_large_without_any_result_is_refused()
    {
        var analysis = AnalysisOf(Report(Result("a", 1)));

        Assert.Contains("too large", Assert.Throws<DeliveryException>(() => (UploadLimits.GitHub with { CompressedSize = 10 }).Apply(analysis, Warnings.Add)).Message, StringComparison.Ordinal);
    }

    private Analysis AnalysisOf(string report) => Assert.Single(Analysis.Merge([Read(report)], Warnings.Add));
}
