using System.Net;
using System.Net.Http.Json;
using System.Net.NetworkInformation;
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
    public async Task A_frozen_PostgreSQL_is_503_and_the_health_check_says_so()
    {
        await using var postgres = LocalServers.Require(await PostgresServer.TryStartAsync(Cancellation), "PostgreSQL");
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, await postgres.CreateDatabaseAsync(Cancellation));
        await CreateAsync(app, "acme");

        await postgres.FreezeAsync();
        var requests = Enumerable.Range(0, 5).Select(_ => app.Http.GetAsync("/api/tenants/acme", Cancellation)).ToList();
        var started = DateTime.UtcNow;
        var check = await CheckAsync();
        Duration.Report("the health check", started);
        Assert.Equal(1, check.ExitCode);
        // On a busy machine the command may give up a moment before the app, which waits for the database as long, has its answer.
        for (var again = 0; again < 20 && check.Output.Length == 0; again++) check = await CheckAsync();
        Assert.Contains("\"postgresql\":{\"status\":\"unhealthy\"", check.Output, StringComparison.Ordinal);
        foreach (var answer in await Task.WhenAll(requests))
            await Answers.ProblemAsync(answer, HttpStatusCode.ServiceUnavailable, "The database does not answer; try again.");
        Assert.True(DateTime.UtcNow - started >= TimeSpan.FromSeconds(2), "It did not wait for the database.");
        Duration.Report("the requests", started);

        await postgres.ThawAsync();
        await app.WaitUntilHealthyAsync(Cancellation);
        await CreateAsync(app, "after");

        Task<(int ExitCode, string Output, string Error)> CheckAsync() => AppProcess.RunAsync(["healthcheck"], Cancellation, ("APP__SERVER__BACKEND_PORT", $"{app.Port}"));
    }

    [Fact]
    public async Task A_frozen_PostgreSQL_holds_up_nobody_who_does_not_need_it()
    {
        await using var postgres = LocalServers.Require(await PostgresServer.TryStartAsync(Cancellation), "PostgreSQL");
        var settings = await postgres.CreateDatabaseAsync(Cancellation);
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, [.. settings, .. servers.Redis.Settings()]);
        var slug = await TenantRequests.CreateAsync(app);
        Assert.Equal(HttpStatusCode.OK, await TenantRequests.GetAsync(app, slug));
        Task<HttpResponseMessage[]> SendAsync() => Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.Http.GetAsync("/api/tenants", Cancellation)));
        Task<HttpResponseMessage[]> requests;
        await using (var watch = await postgres.ConnectAsync(PostgresServer.NameOf(settings), Cancellation))
        {
            await using (await LockTenantsAsync(postgres, settings))
            {
                // So many at once open all connections of the pool.
                requests = SendAsync();
                await app.WaitUntilAsync(async () => requests.IsCompleted || await WaitingAsync(watch) == 20, Cancellation);
            }
            Assert.All(await requests, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        }

        await postgres.FreezeAsync();
        var open = Connections();
        requests = SendAsync();
        // Who tells the server to give up does so on a connection of its own. By then all of them do.
        await app.WaitUntilAsync(() => Task.FromResult(requests.IsCompleted || Connections() >= open + 20), Cancellation);

        Assert.False(requests.IsCompleted);
        Assert.Equal(HttpStatusCode.OK, await TenantRequests.GetAsync(app, slug));
        Assert.False(requests.IsCompleted, "The cached read waited for the requests that need the database.");
        using var health = await app.Http.GetAsync("/health/ready", Cancellation);
        Assert.Contains("\"postgresql\":{\"status\":\"unhealthy\"", await health.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        foreach (var answer in await requests)
            await Answers.ProblemAsync(answer, HttpStatusCode.ServiceUnavailable);

        int Connections() => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections().Count(x => x.State == TcpState.Established && x.RemoteEndPoint.Port == postgres.Port);
    }

    [Fact]
    public async Task A_statement_that_an_operator_cancels_is_503()
    {
        var settings = await servers.Postgres.CreateDatabaseAsync(Cancellation);
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, settings);
        await using var connection = await LockTenantsAsync(servers.Postgres, settings);
        var waiting = app.Http.GetAsync("/api/tenants", Cancellation);

        await app.WaitUntilAsync(
            async () => await servers.Postgres.QueryAsync<long>(
                PostgresServer.NameOf(settings),
                "select count(pg_cancel_backend(pid)) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
                Cancellation) > 0,
            Cancellation);

        await Answers.ProblemAsync(await waiting, HttpStatusCode.ServiceUnavailable, "The database does not answer; try again.");
    }

    [Fact]
    public async Task A_PostgreSQL_that_is_restarted_is_503_meanwhile_and_nothing_else()
    {
        await using var postgres = LocalServers.Require(await PostgresServer.TryStartAsync(Cancellation), "PostgreSQL");
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, await postgres.CreateDatabaseAsync(Cancellation));

        await using (var load = Load.Start(app, "/api/tenants", workers: 4))
        {
            await load.AnsweredAsync(100, Cancellation);
            await postgres.ShutDownAsync(Cancellation);
            await postgres.StartAsync(Cancellation);
            await app.WaitUntilHealthyAsync(Cancellation);
            Assert.All(load.Failures, failure => Assert.StartsWith("503 ", failure, StringComparison.Ordinal));
        }

        await CreateAsync(app, "after");
    }

    [Fact]
    public async Task A_read_only_PostgreSQL_is_503_for_those_who_write()
    {
        var settings = await servers.Postgres.CreateDatabaseAsync(Cancellation);
        Assert.Equal(0, (await AppProcess.RunAsync(["migrate"], Cancellation, settings)).ExitCode);
        await servers.Postgres.ExecuteAsync(
            "postgres", $"alter database {PostgresServer.NameOf(settings)} set default_transaction_read_only = on", Cancellation);
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, settings);

        await Answers.ProblemAsync(
            await app.Http.PostAsJsonAsync("/api/tenants", new { slug = "acme", name = "Acme" }, Cancellation),
            HttpStatusCode.ServiceUnavailable,
            "The database does not answer; try again.");
        using var list = await app.Http.GetAsync("/api/tenants", Cancellation);
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
    }

    [Fact]
    public async Task A_connection_is_opened_once()
    {
        await using var postgres = LocalServers.Require(await PostgresServer.TryStartAsync(Cancellation), "PostgreSQL");
        var settings = await postgres.CreateDatabaseAsync(Cancellation);
        await postgres.ExecuteAsync("postgres", "alter system set log_connections = on", Cancellation);
        await postgres.ExecuteAsync("postgres", "select pg_reload_conf()", Cancellation);
        await using var log = await postgres.ConnectAsync("postgres", Cancellation);
        while (await postgres.QueryAsync<string>("postgres", "show log_connections", Cancellation) == "off") await Task.Delay(20, Cancellation);
        await MarkAsync("before the command");

        Assert.Equal(0, (await AppProcess.RunAsync(["migrate"], Cancellation, settings)).ExitCode);
        await MarkAsync("after the command");

        var between = postgres.Output.Split("before the command")[^1].Split("after the command")[0];
        Assert.Equal(1, between.Split("connection received").Length - 1);

        // All that was logged before has arrived when it has.
        async Task MarkAsync(string text)
        {
            await using var command = new NpgsqlCommand($"do $$ begin raise log '{text}'; end $$", log);
            await command.ExecuteNonQueryAsync(Cancellation);
            while (!postgres.Output.Contains(text, StringComparison.Ordinal)) await Task.Delay(20, Cancellation);
        }
    }

    [Fact]
    public async Task A_slow_statement_is_503_within_the_time_of_a_request()
    {
        var settings = await servers.Postgres.CreateDatabaseAsync(Cancellation);
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, settings);
        await CreateAsync(app, "acme");

        await using (await LockTenantsAsync(servers.Postgres, settings))
        {
            var started = DateTime.UtcNow;
            await Answers.ProblemAsync(
                await app.Http.GetAsync("/api/tenants/acme", Cancellation),
                HttpStatusCode.ServiceUnavailable,
                "The database does not answer; try again.");
            Assert.True(DateTime.UtcNow - started >= TimeSpan.FromSeconds(1.5), "It did not wait for the database.");
            Duration.Report("the request", started);
            await Answers.ProblemAsync(await app.Http.DeleteAsync("/api/tenants/acme", Cancellation), HttpStatusCode.ServiceUnavailable);
            await Answers.ProblemAsync(
                await app.Http.PostAsJsonAsync("/api/tenants", new { slug = "another", name = "Another" }, Cancellation), HttpStatusCode.ServiceUnavailable);
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

        await using var watch = await servers.Postgres.ConnectAsync(PostgresServer.NameOf(settings), Cancellation);
        await using (await LockTenantsAsync(servers.Postgres, settings))
        {
            var waiting = Enumerable.Range(0, 50).Select(_ => app.Http.GetAsync("/api/tenants", Cancellation)).ToList();
            await app.WaitUntilAsync(async () => waiting.TrueForAll(x => x.IsCompleted) || await WaitingAsync(watch) == 2, Cancellation);
            // On a busy machine a check may take longer than it has; they wait for two seconds.
            JsonElement said = default;
            await app.WaitUntilAsync(async () =>
            {
                using var health = await app.Http.GetAsync("/health/ready", Cancellation);
                said = await health.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
                return health.IsSuccessStatusCode || waiting.TrueForAll(x => x.IsCompleted);
            }, Cancellation);
            Assert.False(waiting.TrueForAll(x => x.IsCompleted), "The health check waited for the requests that use up the pool.");
            AssertTimes(said);
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
        Assert.Equal("", unverified.Error);
        Assert.Equal(0, unverified.ExitCode);
        var distrusted = await AppProcess.RunAsync(["migrate"], Cancellation, [.. settings, ("APP__DATABASE__TLS", "verify-full")]);
        Assert.Equal(1, distrusted.ExitCode);
        var trusted = await AppProcess.RunAsync(
            ["migrate"], Cancellation, [.. settings, ("APP__DATABASE__TLS", "verify-full"), ("SSL_CERT_FILE", postgres.Certificate)]);
        Assert.Equal("", trusted.Error);
        Assert.Equal(0, trusted.ExitCode);
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
        AssertTimes(await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation));
    }

    private static void AssertTimes(JsonElement health) =>
        Assert.All(health.GetProperty("checks").EnumerateObject(), check => Assert.True(check.Value.GetProperty("milliseconds").GetDouble() >= 0));

    /// <summary>How many statements wait for a lock.</summary>
    private static async Task<long> WaitingAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'", connection);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    /// <summary>Nobody reads or writes tenants until this is disposed.</summary>
    private static async Task<NpgsqlConnection> LockTenantsAsync(PostgresServer postgres, (string Name, string Value)[] settings)
    {
        var connection = await postgres.ConnectAsync(PostgresServer.NameOf(settings), Cancellation);
        await using var command = new NpgsqlCommand("begin; lock table tenants in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync(Cancellation);
        return connection;
    }
}
