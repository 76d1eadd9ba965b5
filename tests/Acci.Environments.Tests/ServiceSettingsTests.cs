using System.Net;
using Acci.Settings;

namespace Acci.Environments.Tests;

public class ServiceSettingsTests
{
    [Fact]
    public void A_setting_named_by_an_expression_becomes_its_variable()
    {
        using var folder = new SettingsFolder(prod: """{ "Server": { "BackendPort": null } }""");
        var environment = folder.Settings()
            .Set(s => s.Server.BackendPort, 8080)
            .Set(s => s.Database.Tls, TlsMode.VerifyFull)
            .Set(s => s.Redis.Tls, true)
            .Set(s => s.Server.TrustedProxies, [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")]);

        Assert.Equal("8080", environment.Environment["APP__SERVER__BACKEND_PORT"].Text);
        Assert.Equal("verify-full", environment.Environment["APP__DATABASE__TLS"].Text);
        Assert.Equal("true", environment.Environment["APP__REDIS__TLS"].Text);
        Assert.Equal("10.0.0.0/8,fd00::/8", environment.Environment["APP__SERVER__TRUSTED_PROXIES"].Text);
    }

    [Fact]
    public void Every_setting_of_the_app_is_there_and_no_secret()
    {
        using var folder = new SettingsFolder();
        var environment = folder.Settings();

        Assert.Equal(AppEnvironments.Settings.All.Where(x => !x.Name.IsSecret).Select(x => x.Name.EnvironmentVariable).Order(StringComparer.Ordinal), environment.Environment.Keys);
        Assert.Contains(AppEnvironments.Settings.All, x => x.Name == SettingName.Of((AppSettings s) => s.Database.Password, AppSettings.Naming));
        Assert.Throws<ArgumentException>(() => environment.Set(s => s.Database.Password, "secret"));
    }

    [Fact]
    public void Every_setting_says_what_it_means() => Assert.All(AppEnvironments.Settings.All, x => Assert.Matches(@"^[A-Z].{10,}[^.]$", x.Description));

    [Fact]
    public void What_no_expression_can_hold_is_written_as_it_is()
    {
        using var folder = new SettingsFolder(prod: """{ "Database": { "User": "a}$b" } }""");
        var environment = folder.Settings();

        Assert.Equal("a}$$b", environment.Get(s => s.Database.User).Text);
        Assert.True(environment.IsFixed(SettingName.Of((AppSettings s) => s.Database.User, AppSettings.Naming)));
        Assert.DoesNotContain(environment.Variables, x => x.Name == "APP__DATABASE__USER");
    }
}
