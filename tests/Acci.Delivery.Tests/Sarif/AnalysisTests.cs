using Acci.Delivery.Sarif;
using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Tests.Sarif;

public sealed class AnalysisTests : SarifFixture
{
    [Fact]
    public void Each_tool_and_category_is_one_analysis()
    {
        var logs = new[] { Report(Result("a", 1), category: "trivy/app/linux-amd64/"), Report(Result("a", 1), category: "trivy/app/linux-arm64/"), Report(Result("a", 1), tool: "Other", category: "trivy/app/linux-arm64/7") };

        Assert.Equal([("Tool", "trivy/app/linux-amd64/"), ("Tool", "trivy/app/linux-arm64/"), ("Other", "trivy/app/linux-arm64/")], Analysis.Merge(logs.Select(Read), Warnings.Add).Select(x => (x.Tool, x.Category)));
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

        var analysis = Assert.Single(Analysis.Merge([Read(first), Read(second)], Warnings.Add));

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

    [Theory]
    [InlineData("\"graphs\": [ { \"nodes\": [ { \"id\": \"n\" } ] } ],", "'graphs'")]
    [InlineData("\"columnKind\": \"unicodeCodePoints\",", "columnKind")]
    public void Runs_that_cannot_be_merged_without_loss_are_refused_with_their_files(string property, string word)
    {
        var (first, second) = (Write("first.sarif", With("\"columnKind\": \"utf16CodeUnits\",")), Write("second.sarif", With(property)));

        var failure = Assert.Throws<DeliveryException>(() => Analysis.Merge([SarifReader.Read(first, Warnings.Add), SarifReader.Read(second, Warnings.Add)], Warnings.Add));

        foreach (var part in (string[])[word, $"{second}, runs[0]", $"{first}, runs[0]", "automationDetails.id"]) Assert.Contains(part, failure.Message, StringComparison.Ordinal);

        static string With(string property) => Report(Result("a", 1)).Replace("\"results\"", $"{property} \"results\"", StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_later_run_says_beside_its_results_stays_and_points_at_its_own()
    {
        var analysis = Assert.Single(Analysis.Merge([Read(Run("a", "4.0", "file:///one/", "n1", "n2")), Read(Run("b", "9.1", "file:///two/", "n3", "n1"))], Warnings.Add));

        var run = analysis.Run;
        Assert.Equal(["n1", "n2", "n3"], run.Tool.Driver.Notifications.Select(x => x.Id));
        Assert.Equal(["n2", "n1"], run.Invocations.Select(x => run.Tool.Driver.Notifications[x.ToolExecutionNotifications[0].Descriptor.Index].Id));
        Assert.Equal(["n1", "n3"], run.Invocations.Select(x => run.Tool.Driver.Notifications[x.NotificationConfigurationOverrides[0].Descriptor.Index].Id));
        Assert.All(run.Invocations, x => Assert.Equal("shared", run.Tool.Driver.Rules[x.RuleConfigurationOverrides[0].Descriptor.Index].Id));
        Assert.Equal(["ga", "gb"], run.Tool.Driver.GlobalMessageStrings.Keys);
        Assert.Equal(["https://example.com/a", "https://example.com/b"], run.VersionControlProvenance.Select(x => x.RepositoryUri.OriginalString));
        Assert.Equal(["ta", "tb"], run.RedactionTokens);
        Assert.Equal("a", run.GetProperty<string>("only-a"));
        Assert.Equal("b", run.GetProperty<string>("only-b"));
        Assert.Contains("'shared'", Assert.Single(Warnings, x => x.Contains("property", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal("9.1", run.Tool.Driver.Rules[0].GetProperty("security-severity"));
        var places = run.Results.Select(x => x.Locations[0].PhysicalLocation.ArtifactLocation).ToList();
        Assert.Equal(["file:///one/", "file:///two/"], places.Select(x => run.OriginalUriBaseIds[x.UriBaseId].Uri.OriginalString));
        Assert.Equal(["file:///one/", "file:///two/"], places.Select(x => run.OriginalUriBaseIds[run.Artifacts[x.Index].Location.UriBaseId].Uri.OriginalString));
        Assert.Equal(ColumnKind.Utf16CodeUnits, run.ColumnKind);
        Assert.Empty(await SarifSchema.ProblemsAsync(Text(analysis.ToLog())));

        static string Run(string name, string severity, string root, string first, string second)
        {
            var shared = $$"""{ "id": "shared", "properties": { "security-severity": "{{severity}}" } }""";
            var isFirst = name == "a";
            return $$"""
                { "version": "2.1.0", "runs": [ {
                  "tool": { "driver": { "name": "t", "rules": [ {{(isFirst ? shared : """{ "id": "other" }""")}}, {{(isFirst ? """{ "id": "other" }""" : shared)}} ],
                    "notifications": [ { "id": "{{first}}" }, { "id": "{{second}}" } ], "globalMessageStrings": { "g{{name}}": { "text": "x" } } } },
                  "automationDetails": { "id": "c/" }, {{(isFirst ? "" : "\"columnKind\": \"utf16CodeUnits\",")}}
                  "originalUriBaseIds": { "ROOT": { "uri": "{{root}}" } },
                  "artifacts": [ { "location": { "uri": "x.cs", "uriBaseId": "ROOT" } } ],
                  "versionControlProvenance": [ { "repositoryUri": "https://example.com/{{name}}" } ], "redactionTokens": [ "t{{name}}" ],
                  "properties": { "only-{{name}}": "{{name}}", "shared": "{{name}}" },
                  "invocations": [ { "executionSuccessful": true, "toolExecutionNotifications": [ { "message": { "text": "m" }, "descriptor": { "index": 1 } } ],
                    "notificationConfigurationOverrides": [ { "descriptor": { "index": 0 }, "configuration": { "level": "note" } } ],
                    "ruleConfigurationOverrides": [ { "descriptor": { "index": {{(isFirst ? 0 : 1)}} }, "configuration": { "level": "note" } } ] } ],
                  "results": [ { "ruleId": "shared", "message": { "text": "m" }, "locations": [ { "physicalLocation": { "artifactLocation": { "uri": "x.cs", "uriBaseId": "ROOT", "index": 0 } } } ] } ] } ] }
                """;
        }
    }

    [Fact]
    public void A_rule_s_message_that_is_another_in_another_run_is_refused()
    {
        static string Run(string text) => Report(Result("a", 1), rule: $$""", "messageStrings": { "default": { "text": "{{text}}" } }""");

        Assert.Single(Analysis.Merge([Read(Run("one")), Read(Run("one"))], Warnings.Add));
        Assert.Contains("'default'", Assert.Throws<DeliveryException>(() => Analysis.Merge([Read(Run("one")), Read(Run("two"))], Warnings.Add)).Message, StringComparison.Ordinal);
    }
}
