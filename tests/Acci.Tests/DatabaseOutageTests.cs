using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Acci.Tests.Servers;
using Npgsql;

namespace Acci.Tests;

public sealed class DatabaseOutageTests(LocalServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PostgreSQL_killed_is_503_and_recovers_by_itself()
    {
        await using var postgres = LocalServers.Require(await PostgresServer.TryStartAsync(Cancellation), "PostgreSQL");
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, await postgres.CreateDatabaseAsync(Cancellation));
        await CreateAsync(app, "before");

        await postgres.KillAsync(Cancellation);

        for (var i = 0; i < 5; i++)
        {
            var response = await app.Http.GetAsync("/api/tenants/before", Cancellation);
            Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
            await Answers.ProblemAsync(response, HttpStatusCode.ServiceUnavailable, "The database does not answer; try again.");
        }
        await AssertHealthAsync(app, HttpStatusCode.ServiceUnavailable, "/health/ready");
        await AssertHealthAsync(app, HttpStatusCode.OK, "/health/live");
        Assert.Equal(1, (await AppProcess.RunAsync(["healthcheck"], Cancellation, ("APP__SERVER__BACKEND_PORT", $"{app.Port}"))).ExitCode);

        await postgres.StartAsync(Cancellation);

        await app.WaitUntilHealthyAsync(Cancellation);
        await CreateAsync(app, "after");
        foreach (var slug in new[] { "before", "after" })
            Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync($"/api/tenants/{slug}", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task An_app_that_starts_without_PostgreSQL_becomes_ready_when_it_is_there()
    {
        await using var postgres = LocalServers.Require(await PostgresServer.TryStartAsync(Cancellation), "PostgreSQL");
        var settings = await postgres.CreateDatabaseAsync(Cancellation);
        await postgres.KillAsync(Cancellation);
        await using var app = await AppProcess.ServeAsync(Cancellation, settings);
        await AssertHealthAsync(app, HttpStatusCode.ServiceUnavailable, "/health");
        await Answers.ProblemAsync(await app.Http.GetAsync("/api/tenants", Cancellation), HttpStatusCode.ServiceUnavailable);

        await postgres.StartAsync(Cancellation);

        await app.WaitUntilHealthyAsync(Cancellation);
        await CreateAsync(app, "acme");
    }

    [Fact]
    public async Task A_frozen_PostgreSQL_is_503_and_the_health_check_says_so_within_2_seconds()
    {
        await using var postgres = LocalServers.Require(await PostgresServer.TryStartAsync(Cancellation), "PostgreSQL");
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, await postgres.CreateDatabaseAsync(Cancellation));
        await CreateAsync(app, "acme");

        await postgres.FreezeAsync();
        var requests = Enumerable.Range(0, 5).Select(_ => app.Http.GetAsync("/api/tenants/acme", Cancellation)).ToList();
        var started = DateTime.UtcNow;
        var check = await AppProcess.RunAsync(["healthcheck"], Cancellation, ("APP__SERVER__BACKEND_PORT", $"{app.Port}"));
        Assert.InRange(DateTime.UtcNow - started, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal(1, check.ExitCode);
        Assert.Contains("\"postgresql\":{\"status\":\"unhealthy\"", check.Output, StringComparison.Ordinal);
        foreach (var answer in await Task.WhenAll(requests))
            await Answers.ProblemAsync(answer, HttpStatusCode.ServiceUnavailable, "The database does not answer; try again.");
        Assert.InRange(DateTime.UtcNow - started, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(7));

        await postgres.ThawAsync();
        await app.WaitUntilHealthyAsync(Cancellation);
        await CreateAsync(app, "after");
    }

    [Fact]
    public async Task A_slow_statement_is_503_within_the_time_of_a_request()
    {
        var settings = await servers.Postgres.CreateDatabaseAsync(Cancellation);
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, settings);
        await CreateAsync(app, "acme");

        await using (await LockTenantsAsync(settings))
        {
            var started = DateTime.UtcNow;
            await Answers.ProblemAsync(
                await app.Http.GetAsync("/api/tenants/acme", Cancellation),
                HttpStatusCode.ServiceUnavailable,
                "The database does not answer; try again.");
            Assert.InRange(DateTime.UtcNow - started, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6));
        }

        using var again = await app.Http.GetAsync("/api/tenants/acme", Cancellation);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task An_exhausted_pool_is_503_while_health_and_cached_reads_go_on()
    {
        var settings = await servers.Postgres.CreateDatabaseAsync(Cancellation);
        await using var app = await AppProcess.ServeReadyAsync(
            Cancellation, [.. settings, .. servers.Redis.Settings(), ("APP__DATABASE__MAXIMUM_CONNECTIONS", "2")]);
        var slug = $"t{Guid.NewGuid():N}";
        await CreateAsync(app, slug);
        using var cached = await app.Http.GetAsync($"/api/tenants/{slug}", Cancellation);

        await using (await LockTenantsAsync(settings))
        {
            var waiting = Enumerable.Range(0, 50).Select(_ => app.Http.GetAsync("/api/tenants", Cancellation)).ToList();
            await Task.Delay(500, Cancellation);
            await AssertHealthAsync(app, HttpStatusCode.OK, "/health/ready");
            using var read = await app.Http.GetAsync($"/api/tenants/{slug}", Cancellation);
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
            foreach (var answer in await Task.WhenAll(waiting))
                await Answers.ProblemAsync(answer, HttpStatusCode.ServiceUnavailable);
        }

        using var again = await app.Http.GetAsync("/api/tenants", Cancellation);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task The_connection_is_encrypted_where_that_is_asked_for()
    {
        await using var postgres = LocalServers.Require(await PostgresServer.TryStartAsync(Cancellation), "PostgreSQL");
        var settings = await postgres.CreateDatabaseAsync(Cancellation);
        var without = await AppProcess.RunAsync(["migrate"], Cancellation, [.. settings, ("APP__DATABASE__TLS", "require")]);
        Assert.Equal(1, without.ExitCode);

        await postgres.OfferTlsAsync(Cancellation);

        var unverified = await AppProcess.RunAsync(["migrate"], Cancellation, [.. settings, ("APP__DATABASE__TLS", "require")]);
        Assert.Equal((0, ""), (unverified.ExitCode, unverified.Error));
        var verified = await AppProcess.RunAsync(["migrate"], Cancellation, [.. settings, ("APP__DATABASE__TLS", "verify-full")]);
        Assert.Equal(1, verified.ExitCode);
    }

    [Fact]
    public async Task A_wrong_password_is_no_secret_and_no_crash()
    {
        var settings = servers.Postgres.Settings("postgres").Where(setting => setting.Name != "APP__DATABASE__PASSWORD");
        await using var app = await AppProcess.ServeAsync(Cancellation, [.. settings, ("APP__DATABASE__PASSWORD", "hunter2")]);

        await AssertHealthAsync(app, HttpStatusCode.ServiceUnavailable, "/health");
        await app.WaitUntilAsync(() => Task.FromResult(app.Output.Contains("password authentication failed", StringComparison.Ordinal)), Cancellation);
        Assert.DoesNotContain("hunter2", app.Output, StringComparison.Ordinal);
    }

    private static async Task CreateAsync(AppProcess app, string slug)
    {
        using var created = await app.Http.PostAsJsonAsync("/api/tenants", new { slug, name = "Acme" }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    private static async Task AssertHealthAsync(AppProcess app, HttpStatusCode status, string path)
    {
        using var answer = await app.Http.GetAsync(path, Cancellation);
        Assert.Equal(status, answer.StatusCode);
        var health = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.All(health.GetProperty("checks").EnumerateObject(), check => Assert.True(check.Value.GetProperty("milliseconds").GetDouble() >= 0));
    }

    /// <summary>Nobody reads or writes tenants until this is disposed.</summary>
    private async Task<NpgsqlConnection> LockTenantsAsync((string Name, string Value)[] settings)
    {
        var connection = await servers.Postgres.ConnectAsync(PostgresServer.NameOf(settings), Cancellation);
        await using var command = new NpgsqlCommand("begin; lock table tenants in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync(Cancellation);
        return connection;
    }
}
