using Acci.Environments.Files;
using Acci.Testing;
using NJsonSchema;

namespace Acci.Environments.Tests;

public class GeneratedFilesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_checked_in_is_what_the_settings_say_byte_for_byte() =>
        Assert.All(new ComposeFiles(SourceTree.Root, AppEnvironments.Declaration).GeneratedFiles(), file => Assert.Equal(file.Content, File.ReadAllText(Path.Combine(SourceTree.Root, file.Path))));

    [Fact]
    public void Writing_again_changes_nothing_and_a_change_by_hand_is_seen()
    {
        using var folder = new SettingsFolder();
        var files = folder.Files.GeneratedFiles();

        Assert.All(files, file => Assert.True(file.Write(folder.Root)));
        Assert.All(folder.Files.GeneratedFiles(), file => Assert.False(file.Write(folder.Root)));

        File.AppendAllText(Path.Combine(folder.Root, files[0].Path), "# by hand\n");
        Assert.False(files[0].IsUpToDate(folder.Root));
    }

    [Fact]
    public async Task Every_compose_file_is_valid_by_the_specification_s_own_schema()
    {
        // NJsonSchema looks for definitions where draft 4 has them.
        var schema = await JsonSchema.FromJsonAsync(Conformance.Text("compose-spec.schema.json").Replace("$defs", "definitions", StringComparison.Ordinal), Cancellation);

        foreach (var file in new ComposeFiles(SourceTree.Root, AppEnvironments.Declaration).GeneratedFiles().Where(x => x.Path.EndsWith(".yml", StringComparison.Ordinal)))
            Assert.Empty(schema.Validate(YamlText.ToJson(file.Content).ToJsonString()));
        Assert.NotEmpty(schema.Validate("""{"services":{"acci":{"image":"acci","imag":"acci"}}}"""));
    }

    [Fact]
    public void Production_keeps_to_what_it_promises()
    {
        var file = YamlText.ToJson(Content("docker-compose.yml"));
        var app = file["services"]!["acci"]!;

        Assert.Null(file["version"]);
        Assert.Equal("${ACCI_REPLICAS:-3}", (string?)app["deploy"]!["replicas"]);
        Assert.Equal("${ACCI_PORTS:-8080-8082}", (string?)app["ports"]![0]!["published"]);
        Assert.Equal("start-first", (string?)app["deploy"]!["update_config"]!["order"]);
        Assert.Equal("on-failure", (string?)app["deploy"]!["restart_policy"]!["condition"]);
        Assert.StartsWith("${ACCI_IMAGE:?", (string?)app["image"], StringComparison.Ordinal);
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
    public void Development_mounts_the_source_and_lets_this_machine_reach_the_stores()
    {
        var services = YamlText.ToJson(Content("docker-compose.dev.yml"))["services"]!;

        Assert.Equal("${RUN_MODE:-dev}", (string?)services["acci"]!["environment"]!["RUN_MODE"]);
        Assert.Equal("${ACCI_PORTS:-3333}", (string?)services["acci"]!["ports"]![0]!["published"]);
        Assert.Contains(services["acci"]!["volumes"]!.AsArray(), x => (string?)x!["target"] == "/src" && (bool?)x["read_only"] == true);
        Assert.Equal("${ACCI_DATABASE_PORT:-5432}", (string?)services["postgres"]!["ports"]![0]!["published"]);
        Assert.Equal("${ACCI_REDIS_PORT:-6379}", (string?)services["redis"]!["ports"]![0]!["published"]);
    }

    [Fact]
    public void What_runs_the_source_sees_no_secret_of_another_environment()
    {
        var app = YamlText.ToJson(Content("docker-compose.dev.yml"))["services"]!["acci"]!;

        Assert.Contains("/src/deploy/compose", app["tmpfs"]!.AsArray().Select(x => (string?)x));
        Assert.Equal("../..", (string?)Assert.Single(app["volumes"]!.AsArray(), x => (string?)x!["target"] == "/src")!["source"]);
    }

    [Theory]
    [InlineData("""{ "Deployment": { "Replicas": 3 } }""", null)]
    [InlineData("""{ "Deployment": { "Replicas": 9, "Ports": "8080-8088" } }""", "max_connections=225")]
    [InlineData("""{ "Database": { "MaximumConnections": 50 } }""", "max_connections=213")]
    public void PostgreSQL_takes_the_connections_of_all_replicas_and_of_one_more_during_an_update(string prod, string? limit)
    {
        using var folder = new SettingsFolder(prod: prod);

        var postgres = folder.Model().File.Services["postgres"];

        Assert.Equal(limit, postgres.Command?[^1].Text);
    }

    [Fact]
    public void The_file_of_an_environment_that_is_gone_is_found_and_one_written_by_hand_is_not()
    {
        using var folder = new SettingsFolder().Write("settings.staging.json", "{}");
        foreach (var file in folder.Files.GeneratedFiles()) file.Write(folder.Root);
        File.WriteAllText(Path.Combine(folder.Root, "deploy", "compose", "docker-compose.override.yml"), "services: {}\n");
        Assert.Empty(folder.Files.ObsoleteFiles());

        File.Delete(Path.Combine(folder.Files.SettingsFolder, "settings.staging.json"));

        Assert.Equal(["deploy/compose/docker-compose.staging.yml"], folder.Files.ObsoleteFiles());
    }

    [Fact]
    public void No_secret_is_in_a_production_file()
    {
        var variables = YamlText.ToJson(Content("docker-compose.yml"))["services"]!.AsObject().SelectMany(x => x.Value!["environment"]?.AsObject() ?? []);

        Assert.DoesNotContain(variables, x => x.Key.Contains("PASSWORD", StringComparison.Ordinal) && !x.Key.EndsWith("_FILE", StringComparison.Ordinal));
    }

    [Fact]
    public void A_further_environment_takes_one_settings_file()
    {
        using var folder = new SettingsFolder().Write("settings.staging.json", """{ "Deployment": { "Replicas": 2, "Ports": "9080-9081" }, "Server": { "TrustedProxies": ["10.0.0.0/8", "fd00::/8"] } }""");

        var file = Assert.Single(folder.Files.GeneratedFiles(), x => x.Path == "deploy/compose/docker-compose.staging.yml");
        var staging = YamlText.ToJson(file.Content);

        Assert.Equal("acci-staging", (string?)staging["name"]);
        Assert.Equal("${ACCI_REPLICAS:-2}", (string?)staging["services"]!["acci"]!["deploy"]!["replicas"]);
        Assert.Equal("${APP__SERVER__TRUSTED_PROXIES:-10.0.0.0/8,fd00::/8}", (string?)staging["services"]!["acci"]!["environment"]!["APP__SERVER__TRUSTED_PROXIES"]);
        Assert.Equal("${APP__DATABASE__PASSWORD_FILE:-./secrets/staging/APP__DATABASE__PASSWORD}", (string?)staging["secrets"]!["database-password"]!["file"]);
    }

    [Fact]
    public void Every_variable_of_every_compose_file_stands_in_the_example()
    {
        var example = EnvironmentFile.Parse(string.Concat(Content(".env.example").Split('\n').Where(x => x.StartsWith('#') && !x.StartsWith("# ", StringComparison.Ordinal)).Select(x => x[1..] + "\n")));

        foreach (var file in (string[])["docker-compose.yml", "docker-compose.dev.yml"])
        {
            Assert.All(
                System.Text.RegularExpressions.Regex.Matches(Content(file), @"\$\{([A-Z_]+)"),
                variable => Assert.Contains(variable.Groups[1].Value, example.Values.Keys));
        }
    }

    private static string Content(string name) => new ComposeFiles(SourceTree.Root, AppEnvironments.Declaration).GeneratedFiles().Single(x => x.Path == $"deploy/compose/{name}").Content;
}
