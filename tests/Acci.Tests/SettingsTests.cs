using System.Net;
using Acci.Settings;

namespace Acci.Tests;

public sealed class SettingsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_not_set_keeps_its_default()
    {
        var settings = Read();

        Assert.Equal(RunMode.Prod, settings.RunMode);
        Assert.Equal(new ServerSettings().BackendPort, settings.Server.BackendPort);
        Assert.False(settings.Database.IsConfigured);
        Assert.False(settings.Redis.IsConfigured);
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var settings = Read(
            ("RUN_MODE", "dev"),
            ("APP__SERVER__BACKEND_PORT", " 3333 "),
            ("APP__SERVER__TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8"),
            ("APP__DATABASE__HOST", "db"),
            ("APP__DATABASE__PORT", "5433"),
            ("APP__DATABASE__NAME", "shop"),
            ("APP__DATABASE__USER", "shop"),
            ("APP__DATABASE__PASSWORD", " spaces matter "),
            ("APP__DATABASE__TLS", "verify-full"),
            ("APP__DATABASE__MAXIMUM_CONNECTIONS", "5"),
            ("APP__REDIS__HOST", "cache"),
            ("APP__REDIS__PORT", "6380"),
            ("APP__REDIS__USER", "shop"),
            ("APP__REDIS__PASSWORD", "secret"),
            ("APP__REDIS__TLS", "true"));

        Assert.Equal(RunMode.Dev, settings.RunMode);
        Assert.Equal(3333, settings.Server.BackendPort);
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")], settings.Server.TrustedProxies);
        Assert.Equal(
            new DatabaseSettings
            {
                Host = "db", Port = 5433, Name = "shop", User = "shop", Password = " spaces matter ", Tls = TlsMode.VerifyFull, MaximumConnections = 5,
            },
            settings.Database);
        Assert.Equal(new RedisSettings { Host = "cache", Port = 6380, User = "shop", Password = "secret", Tls = true }, settings.Redis);
    }

    [Fact]
    public void Every_error_is_told_at_once()
    {
        var exception = Assert.Throws<SettingsException>(() => Read(
            ("RUN_MODE", "test"),
            ("APP__SERVER__BACKEND_PORT", "0"),
            ("APP__SERVER__TRUSTED_PROXIES", "10.0.0.1"),
            ("APP__DATABASE__PASSWORD", "hunter2"),
            ("APP__DATABASE__TLS", "yes"),
            ("APP__REDIS__HOST", "cache"),
            ("APP__REDIS__TLS", "yes"),
            ("APP__REDIS__PASWORD", "hunter2")));

        Assert.Equal(
            """
            7 settings are wrong:
              RunMode (RUN_MODE): 'test' is not one of prod, dev
              Server:BackendPort (APP__SERVER__BACKEND_PORT): '0' is not a whole number from 1 to 65535
              Server:TrustedProxies (APP__SERVER__TRUSTED_PROXIES): '10.0.0.1' is not a network such as 10.0.0.0/8
              Database:Tls (APP__DATABASE__TLS): 'yes' is not one of disable, prefer, require, verify-full
              Database:Host (APP__DATABASE__HOST): is missing, though APP__DATABASE__PASSWORD, APP__DATABASE__TLS is set
              Redis:Tls (APP__REDIS__TLS): 'yes' is not one of true, false
              APP__REDIS__PASWORD: there is no such setting; known are APP__REDIS__HOST, APP__REDIS__PORT, APP__REDIS__USER, APP__REDIS__PASSWORD, APP__REDIS__TLS
            """,
            exception.Message);
        Assert.DoesNotContain("hunter2", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void An_empty_text_counts_as_not_set(string text) => Assert.Equal(
        new ServerSettings().BackendPort, Read(("APP__SERVER__BACKEND_PORT", text)).Server.BackendPort);

    [Fact]
    public async Task A_setting_may_be_in_a_file_that_a_variable_names()
    {
        using var folder = new TemporaryFolder();
        var port = Servers.ServerProcess.FreePort();
        var file = folder.Write("port", $"{port}\n");

        var (_, _, error) = await AppProcess.RunAsync(["healthcheck"], Cancellation, ("APP__SERVER__BACKEND_PORT_FILE", file));

        Answers.NobodyListens($"{port}", error);
    }

    [Fact]
    public async Task A_setting_may_be_in_a_file_of_its_name_and_the_environment_wins()
    {
        using var folder = new TemporaryFolder();
        var port = Servers.ServerProcess.FreePort();
        folder.Write("APP__SERVER__BACKEND_PORT", "1");
        folder.Write("another-secret", "");

        var (_, _, fromFile) = await AppProcess.RunAsync(["healthcheck"], Cancellation, ("SECRETS_DIRECTORY", folder.Path));
        Answers.NobodyListens("1", fromFile);

        var (_, _, fromEnvironment) = await AppProcess.RunAsync(
            ["healthcheck"], Cancellation, ("SECRETS_DIRECTORY", folder.Path), ("APP__SERVER__BACKEND_PORT", $"{port}"));
        Answers.NobodyListens($"{port}", fromEnvironment);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_and_a_setting_given_twice_are_start_errors()
    {
        var (exitCode, _, error) = await AppProcess.RunAsync(
            [],
            Cancellation,
            ("APP__DATABASE__HOST", "db"),
            ("APP__DATABASE__PASSWORD_FILE", "/nowhere/password"),
            ("APP__REDIS__HOST", "cache"),
            ("APP__REDIS__PASSWORD", "hunter2"),
            ("APP__REDIS__PASSWORD_FILE", "/nowhere/password"));

        Assert.Equal(1, exitCode);
        foreach (var expected in new[]
        {
            "Database:Password (APP__DATABASE__PASSWORD): the file APP__DATABASE__PASSWORD_FILE points to cannot be read",
            "Redis:Password (APP__REDIS__PASSWORD): is set, and so is APP__REDIS__PASSWORD_FILE",
        })
            Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_wins_over_files_whichever_way_it_names_the_value()
    {
        using var folder = new TemporaryFolder();
        var port = Servers.ServerProcess.FreePort();
        folder.Write("APP__SERVER__BACKEND_PORT", "1");

        var (_, _, error) = await AppProcess.RunAsync(
            ["healthcheck"], Cancellation, ("SECRETS_DIRECTORY", folder.Path), ("APP__SERVER__BACKEND_PORT_FILE", folder.Write("port", $"{port}")));

        Answers.NobodyListens($"{port}", error);
    }

    [Theory]
    [InlineData("8081")]
    [InlineData("8081\n")]
    [InlineData("8081\r\n\r\n")]
    public async Task What_ends_a_file_s_lines_is_not_part_of_a_value(string text)
    {
        using var folder = new TemporaryFolder();
        folder.Write("APP__SERVER__BACKEND_PORT", text);
        folder.Write("APP__DATABASE__HOST", $"127.0.0.1{text[4..]}");
        folder.Write("RUN_MODE", $"prod{text[4..]}");
        folder.Write("APP__DATABASE__PORT", $"1{text[4..]}");

        var (_, _, error) = await AppProcess.RunAsync(["migrate"], Cancellation, ("SECRETS_DIRECTORY", folder.Path));

        Assert.StartsWith($"{AppSettings.AppName}: the database {new DatabaseSettings().Name} on 127.0.0.1:1 cannot be migrated", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_s_errors_are_told_like_any_other_and_what_is_no_setting_is_not_read()
    {
        using var folder = new TemporaryFolder();
        folder.Write("RUN_MODE", "production\n");
        folder.Write("APP__DATABASE__PASSWORD", "\n");
        folder.Write("APP__DATABASE__HSOT", "db");
        File.CreateSymbolicLink(Path.Combine(folder.Path, "another-secret"), "/nowhere");
        File.CreateSymbolicLink(Path.Combine(folder.Path, "APP__REDIS__PASSWORD"), "/nowhere");

        var (exitCode, _, error) = await AppProcess.RunAsync([], Cancellation, ("SECRETS_DIRECTORY", folder.Path), ("APP", "foo"));

        Assert.Equal(1, exitCode);
        Assert.Contains("4 settings are wrong", error, StringComparison.Ordinal);
        foreach (var expected in new[]
        {
            "RunMode (RUN_MODE): 'production' is not one of prod, dev",
            $"Database:Password (APP__DATABASE__PASSWORD): the file '{folder.Path}/APP__DATABASE__PASSWORD' is empty",
            $"Redis:Password (APP__REDIS__PASSWORD): the file '{folder.Path}/APP__REDIS__PASSWORD' cannot be read",
            "APP__DATABASE__HSOT: there is no such setting",
        })
            Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_file_that_a_variable_names_is_an_error()
    {
        using var folder = new TemporaryFolder();

        var (exitCode, _, error) = await AppProcess.RunAsync(
            [], Cancellation, ("APP__REDIS__HOST", "cache"), ("APP__REDIS__PASSWORD_FILE", folder.Write("password", "")));

        Assert.Equal(1, exitCode);
        Assert.Contains(
            "Redis:Password (APP__REDIS__PASSWORD): the file APP__REDIS__PASSWORD_FILE points to is empty", error, StringComparison.Ordinal);
    }

    private static AppSettings Read(params (string Name, string Value)[] environment) => AppSettings.Read(new FixedSettings(environment));
}
