using Acci.Delivery.Compose;

namespace Acci.Delivery.Tests.Compose;

public class EnvironmentSettingsTests
{
    [Fact]
    public void An_unknown_environment_is_told_with_those_there_are()
    {
        using var folder = new SettingsFolder();

        var error = Assert.Throws<DeliveryException>(() => folder.Read("produktion"));

        Assert.Contains("produktion", error.Message, StringComparison.Ordinal);
        Assert.Contains("there are prod", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "Server": { "BakendPort": 8080 } }""", "Server:BakendPort", "Server:BackendPort")]
    [InlineData("""{ "Deployment": { "Replica": 3 } }""", "Deployment:Replica", "Deployment:Replicas")]
    [InlineData("""{ "Database": { """, "settings.prod.json", "not valid JSON")]
    [InlineData("""{ "Server": { "BackendPort": "many" } }""", "APP__SERVER__BACKEND_PORT", "'many'")]
    [InlineData("""{ "Database": { "Name": "" } }""", "Database:Name", "no value")]
    [InlineData("""{ "Deployment": { "Replicas": 5 } }""", "ACCI_PORTS", "8080-8084")]
    [InlineData("""{ "Deployment": { "Ports": "80-" } }""", "Deployment:Ports", "'80-'")]
    [InlineData("""{ "Deployment": { "Kind": "Test" } }""", "Deployment:Kind", "Production")]
    [InlineData("""{ "Deployment": { "Memory": "much" } }""", "ACCI_MEMORY", "'much'")]
    [InlineData("""{ "Deployment": { "BindAddress": "localhost" } }""", "Deployment:BindAddress", "127.0.0.1")]
    [InlineData("""{ "Database": { "Host": "elsewhere" } }""", "Database:Host", "'postgres'")]
    [InlineData("""{ "Database": { "Password": "in the repository" } }""", "Database:Password", "user-secrets")]
    [InlineData("""{ "Database": { "User": "half of \u0000" } }""", "Database:User", "NUL")]
    public void What_is_wrong_in_a_settings_file_is_told_by_name(string prod, params string[] words)
    {
        using var folder = new SettingsFolder(prod: prod);

        var error = Assert.Throws<DeliveryException>(() => folder.Files.ModelOf("prod"));

        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("in the repository", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_whose_name_no_environment_can_have_is_told()
    {
        using var folder = new SettingsFolder().Write("settings.Big Test.json", "{}");

        Assert.Contains("Big Test", Assert.Throws<DeliveryException>(() => folder.Files.All()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_process_wins_over_the_env_file_and_that_over_the_settings_files()
    {
        using var folder = new SettingsFolder(prod: """{ "Database": { "User": "file", "Name": "file" }, "Redis": { "User": "file" } }""");

        var settings = folder.Read().With(
            new Dictionary<string, string> { ["APP__DATABASE__USER"] = "typed", ["APP__DATABASE__NAME"] = "typed", ["ACCI_REPLICAS"] = "2" },
            new Dictionary<string, string> { ["APP__DATABASE__USER"] = "process", ["ACCI_REPLICAS"] = "1" });
        var model = EnvironmentModel.Of(settings);

        Assert.Equal("${APP__DATABASE__USER:-process}", model.Environment.Get(s => s.Database.User).Text);
        Assert.Equal("${APP__DATABASE__NAME:-typed}", model.Environment.Get(s => s.Database.Name).Text);
        Assert.Equal("${APP__REDIS__USER:-file}", model.Environment.Get(s => s.Redis.User).Text);
        Assert.Equal(1, model.Environment.Deployment.Replicas);
    }

    [Fact]
    public void A_misspelt_variable_of_a_person_s_is_told()
    {
        using var folder = new SettingsFolder();

        var error = Assert.Throws<DeliveryException>(() => EnvironmentModel.Of(folder.Read()).Environment.ReadApp("APP__SERVER__BAKEND_PORT"));

        Assert.Contains("APP__SERVER__BAKEND_PORT", error.Message, StringComparison.Ordinal);
        Assert.Contains("APP__SERVER__BACKEND_PORT", error.Message, StringComparison.Ordinal);
    }
}
