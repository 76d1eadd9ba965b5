using System.Net;
using Acci.Environments.Declarations;
using Acci.Settings;

namespace Acci.Environments.Tests;

public class ServiceSettingsTests
{
    [Fact]
    public void A_setting_named_by_an_expression_becomes_its_variable()
    {
        using var folder = new SettingsFolder(prod: """{ "Server": { "BackendPort": null } }""");
        var environment = folder.Told()
            .Set(s => s.Server.BackendPort, 8080)
            .Set(s => s.Database.Tls, BakeryTls.VerifyFull)
            .Set(s => s.Redis.Tls, true)
            .Set(s => s.Server.TrustedProxies, [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")]);

        Assert.Equal("8080", environment.Environment["APP__SERVER__BACKEND_PORT"].Text);
        Assert.Equal("verify-full", environment.Environment["APP__DATABASE__TLS"].Text);
        Assert.Equal("true", environment.Environment["APP__REDIS__TLS"].Text);
        Assert.Equal("10.0.0.0/8,fd00::/8", environment.Environment["APP__SERVER__TRUSTED_PROXIES"].Text);
    }

    [Fact]
    public void Every_setting_is_there_and_no_secret()
    {
        using var folder = new SettingsFolder();
        var told = folder.Told();

        Assert.Equal(
            BakeryEnvironments.Settings.All.Where(x => !x.Name.IsSecret).Select(x => x.Name.EnvironmentVariable).Order(StringComparer.Ordinal),
            told.Environment.Keys);
        Assert.Contains(
            BakeryEnvironments.Settings.All, x => x.Name == SettingName.Of((BakerySettings s) => s.Database.Password, BakerySettings.Naming));
        Assert.Throws<ArgumentException>(() => told.Set(s => s.Database.Password, "secret"));
        Assert.Throws<ArgumentException>(() => told.Default(s => s.Database.Password, "secret"));
    }

    [Fact]
    public void A_setting_means_what_its_description_says_and_without_one_its_name()
    {
        var settings = BakeryEnvironments.Settings.All.ToDictionary(x => x.Name.Key, x => x.Description);

        Assert.Equal("TCP port of the shop window", settings["Server:BackendPort"]);
        Assert.Equal("Database:Name", settings["Database:Name"]);
    }

    [Fact]
    public void A_default_is_what_stands_where_the_files_say_nothing_and_can_be_changed_like_theirs()
    {
        using var folder = new SettingsFolder(prod: """{ "Server": { "BackendPort": null }, "Database": { "User": "file" } }""");

        var told = folder.Told()
            .Default(s => s.Server.BackendPort, 9000)
            .Default(s => s.Database.User, "default")
            .Default(s => s.Redis.User, "a}$b")
            .Default(s => s.Server.TrustedProxies, [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")])
            .Require(s => s.Server.BackendPort);

        Assert.Equal("${APP__SERVER__BACKEND_PORT:-9000}", told.Get(s => s.Server.BackendPort).Text);
        Assert.Equal("${APP__DATABASE__USER:-file}", told.Get(s => s.Database.User).Text);
        Assert.Equal("a}$$b", told.Get(s => s.Redis.User).Text);
        Assert.Equal("${APP__SERVER__TRUSTED_PROXIES:-10.0.0.0/8,fd00::/8}", told.Get(s => s.Server.TrustedProxies).Text);
        Assert.Equal(9000, told.Read().Server.BackendPort);
        Assert.Equal("9000", told.Variables.Single(x => x.Name == "APP__SERVER__BACKEND_PORT").Default);
        Assert.DoesNotContain(told.Variables, x => x.Name == "APP__REDIS__USER");
    }

    [Fact]
    public void A_default_does_not_stand_in_for_a_setting_that_was_written_empty()
    {
        using var folder = new SettingsFolder(prod: """{ "Database": { "User": "" } }""");
        var told = folder.Told();

        var error = Assert.Throws<DeliveryException>(() => told.Default(s => s.Database.User, "default"));

        Assert.Contains("Database:User (APP__DATABASE__USER) cannot be used: it has no value. Write one into ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_wins_over_a_default()
    {
        using var folder = new SettingsFolder(prod: """{ "Database": { "User": null } }""");
        var settings = folder.Read().With(new Dictionary<string, string> { ["APP__DATABASE__USER"] = "typed" }, new Dictionary<string, string>());

        var told = new EnvironmentContext(BakeryEnvironments.Declaration, settings).Settings(BakeryEnvironments.Settings);

        Assert.Equal("${APP__DATABASE__USER:-typed}", told.Default(s => s.Database.User, "default").Get(s => s.Database.User).Text);
    }

    [Fact]
    public void What_no_expression_can_hold_is_written_as_it_is()
    {
        using var folder = new SettingsFolder(prod: """{ "Database": { "User": "a}$b" } }""");
        var environment = folder.Told();

        Assert.Equal("a}$$b", environment.Get(s => s.Database.User).Text);
        Assert.True(environment.IsFixed(SettingName.Of((BakerySettings s) => s.Database.User, BakerySettings.Naming)));
        Assert.DoesNotContain(environment.Variables, x => x.Name == "APP__DATABASE__USER");
    }
}
