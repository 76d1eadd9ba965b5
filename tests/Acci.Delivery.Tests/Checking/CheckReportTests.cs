using System.Text.Json;
using Acci.Delivery.Checking;

namespace Acci.Delivery.Tests.Checking;

public class CheckReportTests
{
    // As buildx 0.29 answers, without what it says of the sources.
    private const string Answer = """
        {
          "group": { "default": { "targets": ["acci", "other", "broken"] } },
          "target": {
            "acci": {
              "build": { "context": ".", "dockerfile": "deploy/images/acci/Dockerfile", "call": "lint" },
              "check": {
                "warnings": [
                  {
                    "ruleName": "JSONArgsRecommended",
                    "description": "JSON arguments recommended for ENTRYPOINT/CMD",
                    "url": "https://docs.docker.com/go/dockerfile/rule/json-args-recommended/",
                    "detail": "JSON arguments recommended for ENTRYPOINT to prevent unintended behavior",
                    "location": { "ranges": [ { "start": { "line": 5 }, "end": { "line": 6 } } ] }
                  },
                  {
                    "ruleName": "FromAsCasing",
                    "description": "The 'as' keyword should match the case of the 'from' keyword",
                    "url": "https://docs.docker.com/go/dockerfile/rule/from-as-casing/",
                    "detail": "'AS' and 'from' keywords' casing do not match",
                    "location": { "ranges": [ { "start": { "line": 1 }, "end": { "line": 1 } } ] }
                  }
                ]
              }
            },
            "other": { "build": {}, "check": { "warnings": null } },
            "broken": {
              "build": {},
              "check": { "warnings": null, "buildError": { "message": "dockerfile parse error on line 2: unknown instruction: FOO", "location": { "ranges": [ { "start": { "line": 2 }, "end": { "line": 2 } } ] } } }
            }
          }
        }
        """;

    [Fact]
    public void Findings_are_read_by_target_and_line()
    {
        var findings = CheckReport.Read(Answer, target => $"{target}/Dockerfile");

        Assert.Equal(["FromAsCasing", "JSONArgsRecommended"], findings["acci"].Select(x => x.Rule));
        Assert.Equal((5, 6), (findings["acci"][1].StartLine, findings["acci"][1].EndLine));
        Assert.StartsWith("acci/Dockerfile:1: 'AS' and", findings["acci"][0].ToString(), StringComparison.Ordinal);
        Assert.Empty(findings["other"]);
        Assert.True(Assert.Single(findings["broken"]).IsError);
    }

    [Fact]
    public void As_SARIF_each_finding_has_its_rule_its_line_and_its_level()
    {
        var findings = CheckReport.Read(Answer, target => $"{target}/Dockerfile");

        var run = Run("acci", findings["acci"]);
        var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules");
        var results = run.GetProperty("results").EnumerateArray().ToList();

        Assert.Equal("buildkit-checks/acci/", run.GetProperty("automationDetails").GetProperty("id").GetString());
        Assert.All(results, result => Assert.Equal(result.GetProperty("ruleId").GetString(), rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString()));
        Assert.Equal([1, 5], results.Select(x => Place(x).GetProperty("region").GetProperty("startLine").GetInt32()));
        Assert.All(results, result => Assert.Equal("acci/Dockerfile", Place(result).GetProperty("artifactLocation").GetProperty("uri").GetString()));
        Assert.Equal("error", Run("broken", findings["broken"]).GetProperty("results")[0].GetProperty("level").GetString());

        static JsonElement Place(JsonElement result) => result.GetProperty("locations")[0].GetProperty("physicalLocation");

        static JsonElement Run(string image, IReadOnlyList<DockerfileFinding> findings)
        {
            var log = JsonElement.Parse(CheckSarif.ToJson(image, findings));
            Assert.Equal("2.1.0", log.GetProperty("version").GetString());
            return Assert.Single(log.GetProperty("runs").EnumerateArray());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"target":{"a":{}}}""")]
    public void Another_answer_is_an_error_that_names_what_it_takes(string answer) =>
        Assert.Contains("buildx", Assert.Throws<DeliveryException>(() => CheckReport.Read(answer, x => x)).Message, StringComparison.Ordinal);
}
