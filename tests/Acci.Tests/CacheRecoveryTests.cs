using System.Diagnostics;
using System.Net;
using Acci.Tenants;
using Acci.Tests.Servers;
using Npgsql;
using static Acci.Tests.TenantRequests;

namespace Acci.Tests;

/// <summary>A cache must not serve what no longer exists, whatever happened to it or beside it.</summary>
public sealed class CacheRecoveryTests(LocalServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_deleted_while_the_cache_is_being_repaired_is_not_served_from_it()
    {
        await using var redis = LocalServers.Require(await RedisServer.TryStartAsync(Cancellation), "Redis");
        var settings = await servers.Postgres.CreateDatabaseAsync(Cancellation);
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, [.. settings, .. redis.Settings()]);
        var (earlier, slug) = (await CreateAsync(app), await CreateAsync(app));
        await DeleteAsync(app, earlier);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, slug));
        var database = PostgresServer.NameOf(settings);
        Task deleting;
        await using (await LockAsync(database, "tenant_deletions"))
        {
            // The app connects again and asks what it has to repair, which has to wait.
            await redis.CommandAsync(Cancellation, "client", "kill", "type", "normal");
            await WaitForWaitingAsync(app, database, 1);
            // Repairing has to wait, too, so that the deletion comes in between.
            await redis.CommandAsync(Cancellation, "client", "pause", "1500", "write");
            deleting = DeleteAsync(app, slug);
            await WaitForWaitingAsync(app, database, 2);
        }
        await deleting;

        for (var end = DateTime.UtcNow.AddSeconds(4); DateTime.UtcNow < end; await Task.Delay(5, Cancellation))
            Assert.Equal(HttpStatusCode.NotFound, await GetAsync(app, slug));
        await app.WaitUntilHealthyAsync(Cancellation);
    }

    [Fact]
    public async Task What_a_replica_deletes_that_cannot_reach_the_cache_the_others_stop_serving_soon()
    {
        var database = await servers.Postgres.CreateDatabaseAsync(Cancellation);
        await using var connected = await AppProcess.ServeReadyAsync(Cancellation, [.. database, .. servers.Redis.Settings()]);
        await using var cutOff = await AppProcess.ServeAsync(
            Cancellation, [.. database, ("APP__REDIS__HOST", "127.0.0.1"), ("APP__REDIS__PORT", $"{ServerProcess.FreePort()}")]);
        var slug = await CreateAsync(connected);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(connected, slug));
        await cutOff.WaitUntilAsync(async () => await GetAsync(cutOff, slug) == HttpStatusCode.OK, Cancellation);

        await DeleteAsync(cutOff, slug);

        // By itself the copy would be gone after minutes.
        for (var since = Stopwatch.StartNew(); since.Elapsed < TenantCache.Lifetime / 5 && await GetAsync(connected, slug) != HttpStatusCode.NotFound;)
            await Task.Delay(50, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(connected, slug));
    }

    [Fact]
    public async Task Apps_with_different_databases_do_not_read_each_other_s_copies()
    {
        await using var one = await AppProcess.ServeReadyAsync(
            Cancellation, [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. servers.Redis.Settings()]);
        await using var other = await AppProcess.ServeReadyAsync(
            Cancellation, [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. servers.Redis.Settings()]);
        var slug = await CreateAsync(one);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(one, slug));

        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(other, slug));
    }

    [Theory]
    [InlineData("config set maxmemory 1", "config set maxmemory 0")]
    [InlineData("replicaof 127.0.0.1 1", "replicaof no one")]
    public async Task A_Redis_that_takes_no_writes_is_left_alone_until_it_does(string refuse, string accept)
    {
        await using var redis = LocalServers.Require(await RedisServer.TryStartAsync(Cancellation), "Redis");
        await using var app = await AppProcess.ServeReadyAsync(
            Cancellation, [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. redis.Settings()]);
        var slugs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CreateAsync(app)));
        Assert.Equal("OK", await redis.CommandAsync(Cancellation, refuse.Split(' ')));

        // A while longer than it is looked at once, and until that was done.
        for (var end = DateTime.UtcNow.AddSeconds(3); DateTime.UtcNow < end || Count("cannot be used yet") == 0;)
            foreach (var slug in slugs)
                Assert.Equal(HttpStatusCode.OK, await GetAsync(app, slug));

        Assert.Equal("degraded", (await HealthAsync(app)).GetProperty("status").GetString());
        Assert.Equal((1, 1, 1), (Count("is in use"), Count("is away"), Count("cannot be used yet")));
        Assert.Equal("OK", await redis.CommandAsync(Cancellation, accept.Split(' ')));
        await app.WaitUntilHealthyAsync(Cancellation);

        int Count(string text) => app.Output.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"slug\":\"another\",\"id\":\"0194c3a0-0000-7000-8000-000000000000\",\"name\":\"Another\",\"createdAt\":\"2025-01-01T00:00:00Z\"}")]
    public async Task A_damaged_copy_is_none(string copy)
    {
        await using var app = await AppProcess.ServeReadyAsync(
            Cancellation, [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. servers.Redis.Settings()]);
        var slug = await CreateAsync(app);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, slug));
        var key = await servers.Redis.CommandAsync(Cancellation, "keys", $"{AppSettings.AppName}:*:{slug}");
        Assert.Equal("OK", await servers.Redis.CommandAsync(Cancellation, "set", key, copy));

        var answer = await app.Http.GetStringAsync($"/api/tenants/{slug}", Cancellation);

        Assert.Contains($"\"slug\":\"{slug}\"", answer, StringComparison.Ordinal);
        Assert.NotEqual(copy, await servers.Redis.CommandAsync(Cancellation, "get", key));
    }

    [Fact]
    public async Task A_cache_that_speaks_TLS_is_used_if_its_certificate_is_trusted()
    {
        await using var redis = LocalServers.Require(await RedisServer.TryStartAsync(Cancellation, tls: true), "Redis");
        (string Name, string Value)[] settings =
            [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. redis.Settings(), ("APP__REDIS__TLS", "true")];

        await using (var trusting = await AppProcess.ServeReadyAsync(Cancellation, [.. settings, ("SSL_CERT_FILE", redis.Certificate)]))
            Assert.Equal("healthy", (await HealthAsync(trusting)).GetProperty("status").GetString());

        await using var distrusting = await AppProcess.ServeAsync(Cancellation, settings);
        await distrusting.WaitUntilAsync(() => Task.FromResult(distrusting.Output.Contains("cannot be used yet", StringComparison.Ordinal)), Cancellation);
        // The database may be looked at later than the cache.
        await distrusting.WaitUntilAsync(async () => (await HealthAsync(distrusting)).GetProperty("status").GetString() == "degraded", Cancellation);
    }

    /// <summary>Nobody reads or writes a table until this is disposed.</summary>
    private async Task<NpgsqlConnection> LockAsync(string database, string table)
    {
        var connection = await servers.Postgres.ConnectAsync(database, Cancellation);
        await using var command = new NpgsqlCommand($"begin; lock table {table} in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync(Cancellation);
        return connection;
    }

    private Task WaitForWaitingAsync(AppProcess app, string database, long statements) => app.WaitUntilAsync(
        async () => await servers.Postgres.QueryAsync<long>(
            database, "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'", Cancellation) >= statements,
        Cancellation);
}
