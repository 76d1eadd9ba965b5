using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Acci.Tests;

public sealed class CommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Healthcheck_is_0_while_the_app_answers_and_1_after()
    {
        await using var app = await AppProcess.ServeAsync(Cancellation);
        Assert.Equal(0, (await HealthCheckAsync(app.Port)).ExitCode);

        await app.TerminateAsync(Cancellation);

        var (exitCode, _, error) = await HealthCheckAsync(app.Port);
        Assert.Equal(1, exitCode);
        Assert.Equal($"acci: no answer on port {app.Port}: nothing listens there.", error.TrimEnd());
    }

    [Fact]
    public async Task Healthcheck_gives_up_on_a_silent_process_within_2_seconds()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var watch = Stopwatch.StartNew();

        var (exitCode, _, error) = await HealthCheckAsync(((IPEndPoint)silent.LocalEndpoint).Port);

        Assert.Equal(1, exitCode);
        Assert.Contains("no answer", error, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Wrong_settings_are_start_errors_that_name_key_and_variable()
    {
        var (exitCode, output, error) = await AppProcess.RunAsync(
            [], Cancellation, ("APP__SERVER__BACKEND_PORT", "99999"), ("RUN_MODE", "production"));

        Assert.Equal(1, exitCode);
        Assert.Empty(output);
        Assert.Equal(
            """
            acci: 2 settings are wrong:
              RunMode (RUN_MODE): 'production' is not one of prod, dev
              Server:BackendPort (APP__SERVER__BACKEND_PORT): '99999' is not a whole number from 1 to 65535
            """,
            error.TrimEnd());
    }

    [Fact]
    public async Task An_unknown_command_is_refused()
    {
        var (exitCode, _, error) = await AppProcess.RunAsync(["srve"], Cancellation);

        Assert.Equal(2, exitCode);
        Assert.StartsWith("acci: 'srve' is not a command.", error, StringComparison.Ordinal);
    }

    private static Task<(int ExitCode, string Output, string Error)> HealthCheckAsync(int port) =>
        AppProcess.RunAsync(["healthcheck"], Cancellation, ("APP__SERVER__BACKEND_PORT", $"{port}"));
}
