using Acci.Delivery.Sarif;
using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Tests.Sarif;

public sealed class AnalysisTests : SarifFixture
{
    [Fact]
    public void Each_tool_and_category_is_one_analysis()
    {
        var logs = new[] { Report(Result("a", 1), category: "trivy/app/linux-amd64/"), Report(Result("a", 1), category: "trivy/app/linux-arm64/"), Report(Result("a", 1), tool: "Other", category: "trivy/app/linux-arm64/7") };

        Assert.Equal([("Tool", "trivy/app/linux-amd64/"), ("Tool", "trivy/app/linux-arm64/"), ("Other", "trivy/app/linux-arm64/")], Analysis.Merge(logs.Select(Read)).Select(x => (x.Tool, x.Category)));
    }

    [Theory]
    [InlineData("a/b/", "a/b/")]
    [InlineData("a/b/run 7", "a/b/")]
    [InlineData("run 7", "")]
    [InlineData(null, "")]
    public void The_category_is_what_stands_before_the_last_slash(string? id, string category) =>
        Assert.Equal(category, Analysis.CategoryOf(new Run { AutomationDetails = id is null ? null : new RunAutomationDetails { Id = id } }));

    [Fact]
    public async Task Runs_of_one_tool_and_category_become_one_and_every_index_still_points_at_its_own()
    {
        var first = Run("x.cs", "shared", "one");
        var second = Run("y.cs", "two", "shared");

        var analysis = Assert.Single(Analysis.Merge([Read(first), Read(second)]));

        var run = analysis.Run;
        Assert.Equal(["shared", "one", "two"], run.Tool.Driver.Rules.Select(x => x.Id));
        Assert.Equal(["x.cs", "common.cs", "y.cs"], run.Artifacts.Select(x => x.Location.Uri.OriginalString));
        Assert.Equal(["e-x.cs", "e-y.cs"], run.Tool.Extensions.Select(x => x.Name));
        Assert.Equal(
            [("shared", "x.cs"), ("one", "common.cs"), ("e-x.cs", "x.cs"), ("two", "y.cs"), ("shared", "common.cs"), ("e-y.cs", "y.cs")],
            run.Results.Select(x => (RuleOf(x), run.Artifacts[x.Locations[0].PhysicalLocation.ArtifactLocation.Index].Location.Uri.OriginalString)));
        Assert.Equal(["in x.cs", "in y.cs"], run.Results.Where(x => x.Rule is not null).Select(x => run.LogicalLocations[x.Locations[0].LogicalLocations[0].Index].Name));
        Assert.Empty(await SarifSchema.ProblemsAsync(Text(analysis.ToLog())));

        string RuleOf(Result result) => result.Rule?.ToolComponent is { } component ? run.Tool.Extensions[component.Index].Name : run.Tool.Driver.Rules[result.RuleIndex].Id;

        static string Run(string file, string ruleA, string ruleB) => $$"""
            { "version": "2.1.0", "runs": [ {
              "tool": { "driver": { "name": "t", "rules": [ { "id": "{{ruleA}}" }, { "id": "{{ruleB}}" } ] }, "extensions": [ { "name": "e-{{file}}", "rules": [ { "id": "er" } ] } ] },
              "automationDetails": { "id": "c/" },
              "artifacts": [ { "location": { "uri": "{{file}}", "index": 0 } }, { "location": { "uri": "common.cs" }, "parentIndex": 0 } ],
              "logicalLocations": [ { "name": "in {{file}}" } ],
              "results": [
                { "ruleId": "{{ruleA}}", "ruleIndex": 0, "message": { "text": "m" }, "locations": [ { "physicalLocation": { "artifactLocation": { "index": 0 } } } ] },
                { "ruleId": "{{ruleB}}", "ruleIndex": 1, "message": { "text": "m" }, "locations": [ { "physicalLocation": { "artifactLocation": { "index": 1 } } } ] },
                { "rule": { "index": 0, "toolComponent": { "index": 0 } }, "message": { "text": "m" }, "locations": [ { "physicalLocation": { "artifactLocation": { "index": 0 } }, "logicalLocations": [ { "index": 0 } ] } ] } ] } ] }
            """;
    }

    [Fact]
    public void Runs_that_cannot_be_merged_without_loss_are_refused()
    {
        var graph = Report(Result("a", 1)).Replace("\"results\"", "\"graphs\": [ { \"nodes\": [ { \"id\": \"n\" } ] } ], \"results\"", StringComparison.Ordinal);

        Assert.Contains("'graphs'", Assert.Throws<DeliveryException>(() => Analysis.Merge([Read(Report(Result("a", 1))), Read(graph)])).Message, StringComparison.Ordinal);
    }
}
