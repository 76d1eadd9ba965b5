using System.Text.Json.Nodes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Tests;
using Acci.Testing;
using NJsonSchema;

namespace Acci.Instance.Tests;

/// <summary>The environments of this repository, as its build declares them and as they are checked in.</summary>
public class EnvironmentsTests
{
    private static readonly EnvironmentDeclaration Declaration = AppEnvironments.Declaration;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_checked_in_is_what_the_settings_say_byte_for_byte() => Assert.All(
        new ComposeFiles(SourceTree.Root, Declaration).GeneratedFiles(),
        file => Assert.Equal(file.Content, File.ReadAllText(Path.Combine(SourceTree.Root, file.Path))));

    [Fact]
    public async Task Every_compose_file_is_valid_by_the_specification_s_own_schema()
    {
        // NJsonSchema looks for definitions where draft 4 has them.
        var schema = await JsonSchema.FromJsonAsync(
            Conformance.Text("compose-spec.schema.json").Replace("$defs", "definitions", StringComparison.Ordinal), Cancellation);

        Assert.All((string[])["prod", "dev"], environment => Assert.Empty(schema.Validate(FileOf(environment).ToJsonString())));
    }

    [Fact]
    public void Production_keeps_to_what_it_promises()
    {
        var file = FileOf("prod");
        var app = AppOf(file);

        Assert.StartsWith($"${{{Declaration.VariablePrefix}_IMAGE:?", (string?)app["image"], StringComparison.Ordinal);
        Assert.Equal($"${{APP__SERVER__BACKEND_PORT:-{new ServerSettings().BackendPort}}}", (string?)app["ports"]![0]!["target"]);
        Assert.Equal("start-first", (string?)app["deploy"]!["update_config"]!["order"]);
        Assert.Equal("on-failure", (string?)app["deploy"]!["restart_policy"]!["condition"]);
        Assert.True((bool?)file["networks"]!["backend"]!["internal"]);
        foreach (var (_, service) in file["services"]!.AsObject())
        {
            Assert.True((bool?)service!["read_only"]);
            Assert.Equal(["ALL"], service["cap_drop"]!.AsArray().Select(x => (string?)x));
            Assert.NotNull(service["deploy"]!["resources"]!["limits"]!["memory"]);
        }

        foreach (var store in (string[])["postgres", "redis"])
        {
            Assert.Null(file["services"]![store]!["ports"]);
            Assert.Equal(["backend"], file["services"]![store]!["networks"]!.AsArray().Select(x => (string?)x));
        }
    }

    [Fact]
    public void The_user_of_the_compose_file_is_the_image_s()
    {
        var dockerfile = File.ReadAllLines(Path.Combine(SourceTree.Root, Declaration.Layout.Images, Declaration.Name, "Dockerfile"));

        Assert.Equal($"USER {(string?)AppOf(FileOf("prod"))["user"]}", dockerfile.Last(x => x.StartsWith("USER ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Development_mounts_the_source_and_lets_this_machine_reach_the_stores()
    {
        var file = FileOf("dev");

        Assert.Equal("${RUN_MODE:-dev}", (string?)AppOf(file)["environment"]!["RUN_MODE"]);
        Assert.Contains(AppOf(file)["volumes"]!.AsArray(), x => (string?)x!["target"] == "/src" && (bool?)x["read_only"] == true);
        foreach (var (store, variable) in (ReadOnlySpan<(string, string)>)[("postgres", "DATABASE_PORT"), ("redis", "REDIS_PORT")])
        {
            var published = (string?)file["services"]![store]!["ports"]![0]!["published"];
            Assert.StartsWith($"${{{Declaration.VariablePrefix}_{variable}:-", published, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_runs_the_source_sees_no_secret_of_another_environment()
    {
        var app = AppOf(FileOf("dev"));

        Assert.Contains($"/src/{Declaration.Folder}", app["tmpfs"]!.AsArray().Select(x => (string?)x));
        Assert.Equal("../..", (string?)Assert.Single(app["volumes"]!.AsArray(), x => (string?)x!["target"] == "/src")!["source"]);
    }

    [Fact]
    public void Every_setting_says_what_it_means() =>
        Assert.All(AppEnvironments.Settings.All, x => Assert.Matches(@"^[A-Z].{10,}[^.]$", x.Description));

    [Fact]
    public void The_settings_files_leave_the_app_s_port_and_database_to_the_app()
    {
        var settings = JsonNode.Parse(File.ReadAllText(Path.Combine(SourceTree.Root, Declaration.SettingsFolder, "settings.json")))!;

        Assert.Null(settings["Server"]?["BackendPort"]);
        Assert.Null(settings["Database"]?["Name"]);
        Assert.Null(settings["Database"]?["User"]);
    }

    private static JsonNode FileOf(string environment) => YamlText.ToJson(
        new ComposeFiles(SourceTree.Root, Declaration).GeneratedFiles().Single(x => x.Path == Declaration.FileOf(environment)).Content);

    private static JsonNode AppOf(JsonNode file) => file["services"]![Declaration.Name]!;
}
