using System.Net;
using System.Net.Sockets;
using Acci.Tests.Servers;

namespace Acci.Tests;

public sealed class CommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Healthcheck_is_0_while_the_app_answers_and_1_after()
    {
        await using var app = await AppProcess.ServeAsync(Cancellation);
        // It waits for less than a second, which a busy machine may take.
        await app.WaitUntilAsync(async () => (await HealthCheckAsync(app.Port)).ExitCode == 0, Cancellation);

        await app.TerminateAsync(Cancellation);

        var (exitCode, _, error) = await HealthCheckAsync(app.Port);
        Assert.Equal(1, exitCode);
        Answers.NobodyListens($"{app.Port}", error);
    }

    [Fact]
    public async Task Healthcheck_tells_an_app_that_works_from_one_that_is_ready_and_one_that_was_once()
    {
        await using var postgres = LocalServers.Require(await PostgresServer.TryStartAsync(Cancellation), "PostgreSQL");
        var settings = await postgres.CreateDatabaseAsync(Cancellation);
        await postgres.KillAsync(Cancellation);
        await using var app = await AppProcess.ServeAsync(Cancellation, settings);
        await app.WaitUntilAsync(async () => await AskAsync() == (0, 1, 1), Cancellation);

        await postgres.StartAsync(Cancellation);
        await app.WaitUntilHealthyAsync(Cancellation);
        await app.WaitUntilAsync(async () => await AskAsync() == (0, 0, 0), Cancellation);

        await postgres.KillAsync(Cancellation);
        await app.WaitUntilAsync(async () => await AskAsync() == (0, 1, 0), Cancellation);

        async Task<(int Live, int Ready, int Started)> AskAsync() => (
            (await HealthCheckAsync(app.Port, "live")).ExitCode,
            (await HealthCheckAsync(app.Port, "ready")).ExitCode,
            (await HealthCheckAsync(app.Port, "started")).ExitCode);
    }

    [Fact]
    public async Task Healthcheck_gives_up_on_a_silent_process()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        var (exitCode, _, error) = await HealthCheckAsync(((IPEndPoint)silent.LocalEndpoint).Port);

        Assert.Equal(1, exitCode);
        Assert.Contains("no answer", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_settings_are_start_errors_that_name_key_and_variable()
    {
        var (exitCode, output, error) = await AppProcess.RunAsync(
            [],
            Cancellation,
            ("APP__SERVER__BACKEND_PORT", "99999"),
            ("RUN_MODE", "production"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"),
            ("SECRETS_DIRECTORY", "/run/secret"));

        Assert.Equal(1, exitCode);
        Assert.Empty(output);
        Assert.Equal(
            $$"""
            {{AppSettings.AppName}}: 4 settings are wrong:
              RunMode (RUN_MODE): 'production' is not one of prod, dev
              Server:BackendPort (APP__SERVER__BACKEND_PORT): '99999' is not a whole number from 1 to 65535
              OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' is not an address such as http://collector:4317
              SECRETS_DIRECTORY: the folder '/run/secret' cannot be read: Could not find a part of the path '/run/secret'.
            """,
            error.TrimEnd());
    }

    [Fact]
    public async Task An_unknown_command_is_refused()
    {
        foreach (var command in new[] { "srve", "healthcheck dead" })
        {
            var (exitCode, _, error) = await AppProcess.RunAsync(command.Split(' '), Cancellation);

            Assert.Equal(2, exitCode);
            Assert.StartsWith($"{AppSettings.AppName}: '{command}' is not a command.", error, StringComparison.Ordinal);
        }
    }

    private static Task<(int ExitCode, string Output, string Error)> HealthCheckAsync(int port, params string[] question) =>
        AppProcess.RunAsync(["healthcheck", .. question], Cancellation, ("APP__SERVER__BACKEND_PORT", $"{port}"));
}
