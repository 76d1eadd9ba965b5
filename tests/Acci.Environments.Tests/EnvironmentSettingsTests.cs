using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Settings;

namespace Acci.Environments.Tests;

// With a home of its own, which is one of the process: no other test reads a person's settings meanwhile.
[Collection(nameof(AlteredProcess))]
public class EnvironmentSettingsTests
{
    [Fact]
    public void A_settings_file_has_a_limit()
    {
        using var folder = new SettingsFolder(prod: $$"""{ "Redis": { "Password": "{{new string('a', 5 * 1024 * 1024)}}" } }""");

        Assert.Contains("settings.prod.json is larger than 4 MiB", Assert.Throws<DeliveryException>(() => folder.Read("prod")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_environment_is_told_with_those_there_are()
    {
        using var folder = new SettingsFolder();

        var error = Assert.Throws<WrongUseException>(() => folder.Read("produktion"));

        Assert.Contains("produktion", error.Message, StringComparison.Ordinal);
        Assert.Contains("there are prod", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "Server": { "BakendPort": 8080 } }""", "Server:BakendPort", "Server:BackendPort")]
    [InlineData("""{ "Deployment": { "Replica": 3 } }""", "Deployment:Replica", "Deployment:Replicas")]
    [InlineData("""{ "Database": { """, "settings.prod.json", "not valid JSON")]
    [InlineData("""{ "Server": { "BackendPort": "many" } }""", "APP__SERVER__BACKEND_PORT", "'many'")]
    [InlineData("""{ "Database": { "Name": "" } }""", "Database:Name", "no value")]
    [InlineData("""{ "Deployment": { "Replicas": 5 } }""", "BAKERY_PORTS", "8080-8084")]
    [InlineData("""{ "Deployment": { "Ports": "80-" } }""", "Deployment:Ports", "'80-'")]
    [InlineData("""{ "Deployment": { "Kind": "Test" } }""", "Deployment:Kind", "Production")]
    [InlineData("""{ "Deployment": { "Memory": "much" } }""", "BAKERY_MEMORY", "'much'")]
    [InlineData("""{ "Deployment": { "BindAddress": "localhost" } }""", "Deployment:BindAddress", "127.0.0.1")]
    [InlineData("""{ "Database": { "Host": "elsewhere" } }""", "Database:Host", "'postgres'")]
    [InlineData("""{ "Database": { "Password": "in the repository" } }""", "Database:Password", "user-secrets")]
    [InlineData("""{ "Database": { "User": "half of \u0000" } }""", "Database:User", "NUL")]
    [InlineData("""{ "Redis": { "Password": "in the repository" } }""", "Redis:Password", "Database:Password alone")]
    public void What_is_wrong_in_a_settings_file_is_told_by_name(string prod, params string[] words)
    {
        using var folder = new SettingsFolder(prod: prod);

        var error = Assert.Throws<DeliveryException>(() => folder.Files.ModelOf("prod"));

        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("in the repository", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Big Test")]
    [InlineData("example")]
    [InlineData("override")]
    public void A_file_whose_name_no_environment_can_have_is_told(string name)
    {
        using var folder = new SettingsFolder().Write($"settings.{name}.json", "{}");

        Assert.Contains($"'{name}'", Assert.Throws<DeliveryException>(() => folder.Files.GeneratedFiles()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_process_wins_over_the_env_file_and_that_over_the_settings_files()
    {
        using var folder = new SettingsFolder(prod: """{ "Database": { "User": "file", "Name": "file" }, "Redis": { "User": "file" } }""");

        var settings = folder.Read().With(
            new Dictionary<string, string> { ["APP__DATABASE__USER"] = "typed", ["APP__DATABASE__NAME"] = "typed", ["BAKERY_REPLICAS"] = "2" },
            new Dictionary<string, string> { ["APP__DATABASE__USER"] = "process", ["BAKERY_REPLICAS"] = "1" });
        var model = EnvironmentModel.Of(BakeryEnvironments.Declaration, settings);

        Assert.Equal("${APP__DATABASE__USER:-process}", App(model).Get(s => s.Database.User).Text);
        Assert.Equal("${APP__DATABASE__NAME:-typed}", App(model).Get(s => s.Database.Name).Text);
        Assert.Equal("${APP__REDIS__USER:-file}", App(model).Get(s => s.Redis.User).Text);
        Assert.Equal(1, model.Environment.Number(DeploymentSetting.Replicas));
    }

    [Fact]
    public void A_person_s_own_settings_win_over_the_files_and_lose_to_what_is_typed()
    {
        using var folder = new SettingsFolder(prod: """{ "Database": { "User": "file", "Name": "file" }, "Redis": { "User": "file" } }""");
        using var home = new UserSecrets(folder.Read().UserSecretsId, """{ "Database": { "User": "own" }, "Database:Name": "own", "Database:Password": "own", "Deployment": { "Replicas": 2 } }""");

        var settings = folder.Read().With(new Dictionary<string, string> { ["APP__DATABASE__NAME"] = "typed" }, new Dictionary<string, string>());
        var model = EnvironmentModel.Of(BakeryEnvironments.Declaration, settings);

        Assert.Equal("${APP__DATABASE__USER:-own}", App(model).Get(s => s.Database.User).Text);
        Assert.Equal("${APP__DATABASE__NAME:-typed}", App(model).Get(s => s.Database.Name).Text);
        Assert.Equal("${APP__REDIS__USER:-file}", App(model).Get(s => s.Redis.User).Text);
        Assert.Equal("own", settings.Find(SettingName.Of((BakerySettings s) => s.Database.Password, BakerySettings.Naming)));
        Assert.Equal(2, model.Environment.Number(DeploymentSetting.Replicas));
    }

    [Theory]
    [InlineData("""{ "Database": { """, "not valid JSON")]
    [InlineData("""{ "Database": { "Nam": "bakery" } }""", "'Database:Nam'")]
    [InlineData("""{ "Deployment": { "Kind": "Development" } }""", "'Deployment:Kind'")]
    public void What_is_wrong_in_a_person_s_own_settings_is_told_with_their_file(string secrets, string problem)
    {
        using var folder = new SettingsFolder();
        using var home = new UserSecrets(folder.Read().UserSecretsId, secrets);

        var error = Assert.Throws<DeliveryException>(() => folder.Read().With(new Dictionary<string, string>(), new Dictionary<string, string>()));

        Assert.Contains(home.File, error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_nothing_is_told_is_refused_as_a_file_too()
    {
        using var folder = new SettingsFolder();
        Directory.CreateDirectory(Path.Combine(folder.Root, "deploy", "compose"));
        File.WriteAllText(Path.Combine(folder.Root, "deploy", "compose", ".env.prod"), "APP__REDIS__PASSWORD_FILE=./redis\n");

        var error = Assert.Throws<DeliveryException>(() => EnvironmentPlan.Of(folder.Files, "prod", ProcessEnvironment.Read()));

        Assert.Contains("APP__REDIS__PASSWORD_FILE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_that_is_empty_hides_nothing()
    {
        using var folder = new SettingsFolder();
        using var home = new UserSecrets(folder.Read().UserSecretsId, """{ "Database": { "User": "own" } }""");
        Directory.CreateDirectory(Path.Combine(folder.Root, "deploy", "compose"));
        File.WriteAllText(Path.Combine(folder.Root, "deploy", "compose", ".env.prod"), "BAKERY_IMAGE=\nAPP__DATABASE__USER=\nAPP__DATABASE__NAME=typed\n");

        var plan = EnvironmentPlan.Of(folder.Files, "prod", ProcessEnvironment.Read());

        Assert.DoesNotContain("BAKERY_IMAGE", plan.Variables.Keys);
        Assert.Equal("typed", plan.Variables["APP__DATABASE__NAME"]);
        Assert.Contains(KeyValuePair.Create("APP__DATABASE__USER", "own"), plan.UserSettings());
    }

    [Fact]
    public void A_misspelt_variable_of_a_person_s_is_told()
    {
        using var folder = new SettingsFolder();

        var error = Assert.Throws<DeliveryException>(() => App(folder.Model()).Check([], "APP__SERVER__BAKEND_PORT"));

        Assert.Contains("APP__SERVER__BAKEND_PORT", error.Message, StringComparison.Ordinal);
        Assert.Contains("APP__SERVER__BACKEND_PORT", error.Message, StringComparison.Ordinal);
    }

    private static ServiceSettings<BakerySettings> App(EnvironmentModel model) =>
        (ServiceSettings<BakerySettings>)Assert.Single(model.Definition.Services.Single(x => x.Name == "bakery").Settings);
}
