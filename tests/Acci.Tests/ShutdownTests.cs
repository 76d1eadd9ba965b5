using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Acci.Tests.Servers;
using Npgsql;

namespace Acci.Tests;

public sealed class ShutdownTests(LocalServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_request_is_lost_when_the_app_is_told_to_stop_under_load()
    {
        await using var app = await AppProcess.ServeReadyAsync(
            Cancellation, [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. servers.Redis.Settings()]);
        var slug = $"t{Guid.NewGuid():N}";
        using var created = await app.Http.PostAsJsonAsync("/api/tenants", new { slug, name = "Acme" }, Cancellation);
        var request = RawClient.Request($"/api/tenants/{slug}");
        var (answers, late, stopping) = (0, 0, false);
        var lost = new ConcurrentBag<string>();

        var clients = Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            using var client = new RawClient(app.Port);
            while (true)
            {
                try
                {
                    var wasStopping = Volatile.Read(ref stopping);
                    var status = await client.SendAsync(request, Cancellation);
                    if (status == 0)
                        return;
                    if (status != 200)
                        lost.Add($"{status}");
                    Interlocked.Increment(ref answers);
                    if (wasStopping)
                        Interlocked.Increment(ref late);
                }
                catch (IOException exception)
                {
                    lost.Add($"{(Volatile.Read(ref stopping) ? "after" : "before")} SIGTERM: {exception.Message}");
                    client.Dispose();
                }
            }
        })));
        var begun = Stopwatch.StartNew();
        await app.WaitUntilAsync(() => Task.FromResult(Volatile.Read(ref answers) > 1000), Cancellation);
        var aSecond = Volatile.Read(ref answers) / begun.Elapsed.TotalSeconds;
        Volatile.Write(ref stopping, true);
        var exitCode = await app.TerminateAsync(Cancellation);
        await clients;

        TestContext.Current.TestOutputHelper?.WriteLine($"{answers} answers, {late} of them after SIGTERM, {lost.Count} lost");
        Assert.Equal(0, exitCode);
        Assert.True(lost.IsEmpty, string.Join('\n', lost));
        // It does so for two seconds, and clients connect again for each request.
        Assert.True(late > aSecond / 10, $"{late} answers after SIGTERM, {aSecond:0} a second before: the app goes on serving those who have not noticed yet.");
    }

    [Fact]
    public async Task A_request_in_flight_is_finished()
    {
        var settings = await servers.Postgres.CreateDatabaseAsync(Cancellation);
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, settings);
        using var created = await app.Http.PostAsJsonAsync("/api/tenants", new { slug = "acme", name = "Acme" }, Cancellation);
        await using var watch = await servers.Postgres.ConnectAsync(PostgresServer.NameOf(settings), Cancellation);
        await using var waiting = new NpgsqlCommand("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'", watch);
        Task<HttpResponseMessage> slow;
        Task<int> stopped;
        await using (var connection = await servers.Postgres.ConnectAsync(PostgresServer.NameOf(settings), Cancellation))
        {
            await using var command = new NpgsqlCommand("begin; lock table tenants in access exclusive mode", connection);
            await command.ExecuteNonQueryAsync(Cancellation);
            slow = app.Http.GetAsync("/api/tenants/acme", Cancellation);
            await app.WaitUntilAsync(async () => (long)(await waiting.ExecuteScalarAsync(Cancellation))! > 0, Cancellation);
            stopped = app.TerminateAsync(Cancellation);
            await app.WaitUntilAsync(async () =>
            {
                using var health = await app.Http.GetAsync("/health/ready", Cancellation);
                return !health.IsSuccessStatusCode;
            }, Cancellation);
            Assert.False(slow.IsCompleted);
        }

        using var answer = await slow;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, await stopped);
    }

    [Fact]
    public async Task An_idle_app_stops_at_once()
    {
        await using var app = await AppProcess.ServeAsync(Cancellation);
        var started = DateTime.UtcNow;

        Assert.Equal(0, await app.TerminateAsync(Cancellation));

        Duration.Report("the shutdown", started);
    }
}
