using System.Collections;
using System.Reflection;
using Acci.Environments.Specification;
using Acci.Environments.Swarm;
using Acci.Testing;
using NJsonSchema;

namespace Acci.Environments.Tests;

/// <summary>The nodes that no environment uses hold, too.</summary>
public class WholeModelTests
{
    private static readonly Dictionary<string, string> Set = new() { ["FIRST_IMAGE"] = "first:2", ["COMMAND"] = "faster", ["CHECK"] = "one" };

    [Fact]
    public void Every_property_of_every_node_is_set_in_it()
    {
        var set = new HashSet<PropertyInfo>();
        Collect(WholeModel.File, set);

        var nodes = typeof(ComposeFile).Assembly.GetTypes().Where(x => x.Namespace == typeof(ComposeFile).Namespace && x is { IsPublic: true, IsClass: true });
        Assert.Equal([], nodes.SelectMany(x => x.GetProperties(BindingFlags.Public | BindingFlags.Instance)).Except(set).Select(x => $"{x.DeclaringType!.Name}.{x.Name}"));
    }

    [Fact]
    public void It_is_written_as_the_specification_has_it() => Assert.Equal(File.ReadAllText(Path.Combine(SourceTree.Root, "tests", "Acci.Environments.Tests", "whole-model.yml")), ComposeWriter.ToYaml(WholeModel.File));

    [Fact]
    public async Task It_is_valid_by_the_specification_s_own_schema_as_a_stack_too()
    {
        var schema = await JsonSchema.FromJsonAsync(Conformance.Text("compose-spec.schema.json").Replace("$defs", "definitions", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        Assert.Empty(schema.Validate(YamlText.ToJson(ComposeWriter.ToYaml(WholeModel.File)).ToJsonString()));
        Assert.Empty(schema.Validate(YamlText.ToJson(ComposeWriter.ToYaml(Stack())).ToJsonString()));
    }

    [Fact]
    public void A_stack_loses_nothing_of_it_and_has_every_variable_put_in()
    {
        var yaml = ComposeWriter.ToYaml(Stack());
        var first = YamlText.ToJson(yaml)["services"]!["first"]!;

        Assert.DoesNotContain("${", yaml, StringComparison.Ordinal);
        Assert.Equal(["serve", "faster", "$$HOME"], first["command"]!.AsArray().Select(x => (string?)x));
        Assert.Equal(["/first", "--on"], first["entrypoint"]!.AsArray().Select(x => (string?)x));
        Assert.Equal(["CMD", "check", "one"], first["healthcheck"]!["test"]!.AsArray().Select(x => (string?)x));
        Assert.Equal("10s", (string?)first["healthcheck"]!["interval"]);
        Assert.Equal("/checkout/ops/rules", (string?)YamlText.ToJson(yaml)["configs"]!["rules"]!["file"]);
        Assert.Equal("rules", (string?)first["configs"]![0]!["source"]);
        Assert.Equal(["node.role == worker", "node.id == here"], first["deploy"]!["placement"]!["constraints"]!.AsArray().Select(x => (string?)x));
        Assert.Contains(first["volumes"]!.AsArray(), x => (string?)x!["target"] == "/dev/shm" && (long?)x["tmpfs"]!["size"] == 64 * 1024 * 1024);
    }

    private static ComposeFile Stack() =>
        SwarmStack.Of(WholeModel.File, Set, new Dictionary<string, string> { ["key"] = "whole_key_1", ["swarm"] = "key_1" }, _ => "here", hasIngress: true, "/checkout/ops");

    private static void Collect(object node, HashSet<PropertyInfo> set)
    {
        foreach (var property in node.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(x => x.GetIndexParameters().Length == 0))
        {
            if (property.GetValue(node) is not { } value) continue;
            set.Add(property);
            foreach (var child in value is IDictionary map ? map.Values.Cast<object>() : value is IEnumerable list and not string ? list.Cast<object>() : [value])
            {
                if (child.GetType() is { IsClass: true, Namespace: "Acci.Environments.Specification" }) Collect(child, set);
            }
        }
    }
}
