using System.Text.RegularExpressions;
using Acci.Environments.Files;
using Acci.Testing;
using NJsonSchema;

namespace Acci.Environments.Tests;

public sealed class GeneratedFilesTests : IDisposable
{
    private readonly SettingsFolder _folder = new SettingsFolder().Write(
        "settings.dev.json",
        """{ "Server": { "BackendPort": 3333 }, "Deployment": { "Kind": "Development", "Ports": "3333", "DatabasePort": 5432, "Replicas": 1 } }""");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Writing_again_changes_nothing_and_a_change_by_hand_is_seen()
    {
        var files = _folder.Files.GeneratedFiles();

        Assert.All(files, file => Assert.True(file.Write(_folder.Root)));
        Assert.All(_folder.Files.GeneratedFiles(), file => Assert.False(file.Write(_folder.Root)));

        File.AppendAllText(Path.Combine(_folder.Root, files[0].Path), "# by hand\n");
        Assert.False(files[0].IsUpToDate(_folder.Root));
    }

    [Fact]
    public async Task Every_compose_file_is_valid_by_the_specification_s_own_schema()
    {
        // NJsonSchema looks for definitions where draft 4 has them.
        var schema = await JsonSchema.FromJsonAsync(
            Conformance.Text("compose-spec.schema.json").Replace("$defs", "definitions", StringComparison.Ordinal), Cancellation);
        var files = _folder.Files.GeneratedFiles().Where(x => x.Path.EndsWith(".yml", StringComparison.Ordinal)).ToList();

        Assert.Equal(2, files.Count);
        Assert.All(files, file => Assert.Empty(schema.Validate(YamlText.ToJson(file.Content).ToJsonString())));
        Assert.NotEmpty(schema.Validate("""{"services":{"bakery":{"image":"bakery","imag":"bakery"}}}"""));
    }

    [Fact]
    public void What_can_be_set_from_outside_is_a_variable_with_what_the_settings_say()
    {
        var file = YamlText.ToJson(Content("docker-compose.yml"));
        var app = file["services"]!["bakery"]!;

        Assert.Null(file["version"]);
        Assert.Equal("${BAKERY_REPLICAS:-3}", (string?)app["deploy"]!["replicas"]);
        Assert.Equal("${BAKERY_PORTS:-8080-8082}", (string?)app["ports"]![0]!["published"]);
        Assert.Equal("${APP__SERVER__BACKEND_PORT:-8080}", (string?)app["ports"]![0]!["target"]);
        Assert.StartsWith("${BAKERY_IMAGE:?", (string?)app["image"], StringComparison.Ordinal);
        var development = YamlText.ToJson(Content("docker-compose.dev.yml"))["services"]!;
        Assert.Equal("${BAKERY_PORTS:-3333}", (string?)development["bakery"]!["ports"]![0]!["published"]);
        Assert.Equal("${BAKERY_DATABASE_PORT:-5432}", (string?)development["postgres"]!["ports"]![0]!["published"]);
    }

    [Fact]
    public void The_ready_made_stores_have_no_rights_but_those_they_need()
    {
        var services = YamlText.ToJson(Content("docker-compose.yml"))["services"]!;

        foreach (var store in (string[])["postgres", "redis"])
        {
            Assert.True((bool?)services[store]!["read_only"]);
            Assert.Equal(["ALL"], services[store]!["cap_drop"]!.AsArray().Select(x => (string?)x));
            Assert.NotNull(services[store]!["deploy"]!["resources"]!["limits"]!["memory"]);
            Assert.Null(services[store]!["ports"]);
            Assert.Equal(["backend"], services[store]!["networks"]!.AsArray().Select(x => (string?)x));
        }
    }

    [Theory]
    [InlineData("""{ "Deployment": { "Replicas": 3 } }""", null)]
    [InlineData("""{ "Deployment": { "Replicas": 9, "Ports": "8080-8088" } }""", "max_connections=205")]
    [InlineData("""{ "Database": { "MaximumConnections": 50 } }""", "max_connections=205")]
    public void PostgreSQL_takes_the_connections_of_all_replicas_and_of_one_more_during_an_update(string prod, string? limit)
    {
        using var folder = new SettingsFolder(prod: prod);

        var postgres = folder.Model().File.Services["postgres"];

        Assert.Equal(limit, postgres.Command?[^1].Text);
    }

    [Fact]
    public void The_file_of_an_environment_that_is_gone_is_found_and_one_written_by_hand_is_not()
    {
        _folder.Write("settings.staging.json", "{}");
        foreach (var file in _folder.Files.GeneratedFiles()) file.Write(_folder.Root);
        File.WriteAllText(Path.Combine(_folder.Root, "deploy", "compose", "docker-compose.override.yml"), "services: {}\n");
        Assert.Empty(_folder.Files.ObsoleteFiles());

        File.Delete(Path.Combine(_folder.Files.SettingsFolder, "settings.staging.json"));

        Assert.Equal(["deploy/compose/docker-compose.staging.yml"], _folder.Files.ObsoleteFiles());
    }

    [Fact]
    public void No_secret_is_in_a_production_file()
    {
        var variables = YamlText.ToJson(Content("docker-compose.yml"))["services"]!.AsObject()
            .SelectMany(x => x.Value!["environment"]?.AsObject() ?? []);

        Assert.DoesNotContain(
            variables, x => x.Key.Contains("PASSWORD", StringComparison.Ordinal) && !x.Key.EndsWith("_FILE", StringComparison.Ordinal));
    }

    [Fact]
    public void A_further_environment_takes_one_settings_file()
    {
        _folder.Write(
            "settings.staging.json",
            """{ "Deployment": { "Replicas": 2, "Ports": "9080-9081" }, "Server": { "TrustedProxies": ["10.0.0.0/8", "fd00::/8"] } }""");

        var staging = YamlText.ToJson(Content("docker-compose.staging.yml"));
        var app = staging["services"]!["bakery"]!;

        Assert.Equal("bakery-staging", (string?)staging["name"]);
        Assert.Equal("${BAKERY_REPLICAS:-2}", (string?)app["deploy"]!["replicas"]);
        Assert.Equal(
            "${APP__SERVER__TRUSTED_PROXIES:-10.0.0.0/8,fd00::/8}", (string?)app["environment"]!["APP__SERVER__TRUSTED_PROXIES"]);
        Assert.Equal(
            "${APP__DATABASE__PASSWORD_FILE:-./secrets/staging/APP__DATABASE__PASSWORD}",
            (string?)staging["secrets"]!["database-password"]!["file"]);
    }

    [Fact]
    public void Every_variable_of_every_compose_file_stands_in_the_example()
    {
        var lines = Content(".env.example").Split('\n').Where(x => x.StartsWith('#') && !x.StartsWith("# ", StringComparison.Ordinal));
        var example = EnvironmentFile.Parse(string.Concat(lines.Select(x => x[1..] + "\n")));

        foreach (var file in (string[])["docker-compose.yml", "docker-compose.dev.yml"])
        {
            var variables = Regex.Matches(Content(file), @"\$\{([A-Z_]+)");
            Assert.NotEmpty(variables);
            Assert.All(variables, variable => Assert.Contains(variable.Groups[1].Value, example.Values.Keys));
        }
    }

    private string Content(string name) => _folder.Files.GeneratedFiles().Single(x => x.Path == $"deploy/compose/{name}").Content;
}
