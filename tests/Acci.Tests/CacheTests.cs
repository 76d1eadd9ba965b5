using System.Net;
using Acci.Tests.Servers;
using static Acci.Tests.TenantRequests;

namespace Acci.Tests;

public sealed class CacheTests(LocalServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_read_once_is_served_without_the_database()
    {
        await using var postgres = LocalServers.Require(await PostgresServer.TryStartAsync(Cancellation), "PostgreSQL");
        await using var app = await AppProcess.ServeReadyAsync(
            Cancellation, [.. await postgres.CreateDatabaseAsync(Cancellation), .. servers.Redis.Settings()]);
        var slug = await CreateAsync(app);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, slug));

        await postgres.KillAsync(Cancellation);

        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, slug));
        await Answers.ProblemAsync(await app.Http.GetAsync("/api/tenants/another", Cancellation), HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task What_one_replica_deletes_no_replica_serves()
    {
        (string Name, string Value)[] settings = [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. servers.Redis.Settings()];
        await using var first = await AppProcess.ServeReadyAsync(Cancellation, settings);
        await using var second = await AppProcess.ServeReadyAsync(Cancellation, settings);
        var slug = await CreateAsync(first);

        // Readers fill the cache all the while.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await GetAsync(second, slug);
        }));
        var reading = Task.WhenAll(readers);
        for (var turn = 0; turn < 20; turn++)
        {
            if (turn > 0)
                await CreateAsync(first, slug);
            Assert.Equal(HttpStatusCode.OK, await GetAsync(second, slug));
            await DeleteAsync(first, slug);
            Assert.Equal(HttpStatusCode.NotFound, await GetAsync(first, slug));
            Assert.Equal(HttpStatusCode.NotFound, await GetAsync(second, slug));
        }
        await stop.CancelAsync();
        await reading;
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(second, slug));
    }

    [Fact]
    public async Task Redis_killed_costs_no_request_and_is_used_again_when_it_is_back()
    {
        await using var redis = LocalServers.Require(await RedisServer.TryStartAsync(Cancellation), "Redis");
        await using var app = await AppProcess.ServeReadyAsync(
            Cancellation, [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. redis.Settings()]);
        var slug = await CreateAsync(app);

        await using (var load = Load.Start(app, $"/api/tenants/{slug}", workers: 4))
        {
            await load.AnsweredAsync(200, Cancellation);
            await redis.KillAsync(Cancellation);
            await load.AnsweredAsync(200, Cancellation);
            Assert.Equal("degraded", (await HealthAsync(app)).GetProperty("status").GetString());
            await redis.StartAsync(Cancellation);
            await app.WaitUntilHealthyAsync(Cancellation);
            await load.AnsweredAsync(200, Cancellation);
            Assert.Empty(load.Failures);
        }
        Assert.NotEqual("0", await redis.CommandAsync(Cancellation, "dbsize"));
    }

    [Fact]
    public async Task A_frozen_Redis_slows_a_few_requests_down_and_fails_none()
    {
        await using var redis = LocalServers.Require(await RedisServer.TryStartAsync(Cancellation), "Redis");
        await using var app = await AppProcess.ServeReadyAsync(
            Cancellation, [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. redis.Settings()]);
        var slug = await CreateAsync(app);

        await redis.FreezeAsync();
        await using var load = Load.Start(app, $"/api/tenants/{slug}", workers: 4);
        await load.AnsweredAsync(500, Cancellation);

        Assert.Empty(load.Failures);
        Assert.True(load.Longest >= TimeSpan.FromMilliseconds(200), $"Nobody waited for Redis: {load.Longest}");
        TestContext.Current.TestOutputHelper?.WriteLine($"the longest request took {load.Longest.TotalMilliseconds:0} ms");
    }

    [Fact]
    public async Task What_was_deleted_while_Redis_was_away_does_not_come_back_with_it()
    {
        await using var redis = LocalServers.Require(await RedisServer.TryStartAsync(Cancellation), "Redis");
        await using var app = await AppProcess.ServeReadyAsync(
            Cancellation, [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. redis.Settings()]);
        var slug = await CreateAsync(app);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, slug));
        Assert.Equal("OK", await redis.CommandAsync(Cancellation, "save"));

        await redis.KillAsync(Cancellation);
        await DeleteAsync(app, slug);
        await redis.StartAsync(Cancellation);
        await app.WaitUntilHealthyAsync(Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(app, slug));
        // The server did come back with what it had saved.
        Assert.EndsWith(slug, await redis.CommandAsync(Cancellation, "keys", $"{AppSettings.AppName}:*:tenant:1:{slug}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_restarted_Redis_has_forgotten_about_a_deletion_is_told_to_it_again()
    {
        await using var redis = LocalServers.Require(await RedisServer.TryStartAsync(Cancellation), "Redis");
        await using var app = await AppProcess.ServeReadyAsync(
            Cancellation, [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. redis.Settings()]);
        var slug = await CreateAsync(app);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, slug));
        Assert.Equal("OK", await redis.CommandAsync(Cancellation, "save"));

        await DeleteAsync(app, slug);
        await redis.KillAsync(Cancellation);
        await redis.StartAsync(Cancellation);
        await app.WaitUntilHealthyAsync(Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(app, slug));
    }

    [Fact]
    public async Task An_app_that_starts_without_Redis_uses_it_once_it_is_there()
    {
        await using var redis = LocalServers.Require(await RedisServer.TryStartAsync(Cancellation), "Redis");
        await redis.KillAsync(Cancellation);
        await using var app = await AppProcess.ServeAsync(
            Cancellation, [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. redis.Settings()]);
        await app.WaitUntilAsync(async () => (await HealthAsync(app)).GetProperty("status").GetString() == "degraded", Cancellation);
        var slug = await CreateAsync(app);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, slug));

        await redis.StartAsync(Cancellation);

        await app.WaitUntilHealthyAsync(Cancellation);
    }

    [Fact]
    public async Task A_password_is_used_and_a_wrong_one_only_costs_the_cache()
    {
        await using var redis = LocalServers.Require(await RedisServer.TryStartAsync(Cancellation), "Redis");
        Assert.Equal("OK", await redis.CommandAsync(Cancellation, "config", "set", "requirepass", "correct horse"));
        (string Name, string Value)[] settings = [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. redis.Settings()];

        await using (var right = await AppProcess.ServeReadyAsync(Cancellation, [.. settings, ("APP__REDIS__PASSWORD", "correct horse")]))
            Assert.Equal("healthy", (await HealthAsync(right)).GetProperty("status").GetString());

        await using var wrong = await AppProcess.ServeAsync(Cancellation, [.. settings, ("APP__REDIS__PASSWORD", "hunter2")]);
        await wrong.WaitUntilAsync(async () => (await HealthAsync(wrong)).GetProperty("status").GetString() == "degraded", Cancellation);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(wrong, await CreateAsync(wrong)));
        Assert.DoesNotContain("hunter2", wrong.Output, StringComparison.Ordinal);
    }
}
