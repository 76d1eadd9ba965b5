using Acci.Tests.Servers;

namespace Acci.Tests;

public sealed class MigrationTests(LocalServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replicas_that_start_at_once_apply_each_migration_once()
    {
        var (name, settings) = await CreateDatabaseAsync();

        var runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AppProcess.RunAsync(["migrate"], Cancellation, settings)));

        Assert.All(runs, run => Assert.Equal((0, ""), (run.ExitCode, run.Error)));
        Assert.Single(runs, run => run.Output.Contains("applied 0001_tenants", StringComparison.Ordinal));
        Assert.All(runs, run => Assert.EndsWith("The schema is at 0002_installation.\n", run.Output, StringComparison.Ordinal));
        Assert.Equal(2L, await servers.Postgres.QueryAsync<long>(name, "select count(*) from schema_migrations", Cancellation));
    }

    [Fact]
    public async Task A_replica_waits_for_another_one_that_is_migrating()
    {
        var (name, settings) = await CreateDatabaseAsync();
        await using var other = await servers.Postgres.ConnectAsync(name, Cancellation);
        await using var command = other.CreateCommand();
        command.CommandText = $"begin; select pg_advisory_xact_lock({0x61636369})";
        await command.ExecuteNonQueryAsync(Cancellation);
        await using var app = await AppProcess.ServeAsync(Cancellation, settings);

        // Longer than a request may wait: a migration is no request.
        await Task.Delay(TimeSpan.FromSeconds(4), Cancellation);
        using var health = await app.Http.GetAsync("/health", Cancellation);
        Assert.Contains("not applied yet", await health.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        command.CommandText = "rollback";
        await command.ExecuteNonQueryAsync(Cancellation);

        await app.WaitUntilHealthyAsync(Cancellation);
        Assert.DoesNotContain("Warning", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_was_changed_after_its_release_stops_the_app()
    {
        var (name, settings) = await CreateDatabaseAsync();
        Assert.Equal(0, (await AppProcess.RunAsync(["migrate"], Cancellation, settings)).ExitCode);
        await servers.Postgres.ExecuteAsync(name, "update schema_migrations set checksum = 'another'", Cancellation);

        var migrate = await AppProcess.RunAsync(["migrate"], Cancellation, settings);
        Assert.Equal(1, migrate.ExitCode);
        Assert.StartsWith($"{AppSettings.AppName}: migration 0001_tenants differs from the one of that version", migrate.Error, StringComparison.Ordinal);

        var serve = await AppProcess.RunAsync([], Cancellation, [.. settings, ("APP__SERVER__BACKEND_PORT", $"{ServerProcess.FreePort()}")]);
        Assert.Equal(1, serve.ExitCode);
        Assert.Contains("migration 0001_tenants differs", serve.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schema_that_was_lost_is_made_again()
    {
        var (name, settings) = await CreateDatabaseAsync();
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, [.. settings, .. servers.Redis.Settings()]);
        var slug = await TenantRequests.CreateAsync(app);
        Assert.Equal(System.Net.HttpStatusCode.OK, await TenantRequests.GetAsync(app, slug));

        await servers.Postgres.ExecuteAsync(name, "drop schema public cascade; create schema public", Cancellation);

        await Answers.ProblemAsync(
            await app.Http.GetAsync("/api/tenants", Cancellation), System.Net.HttpStatusCode.ServiceUnavailable, "The database is not ready yet.");
        await app.WaitUntilHealthyAsync(Cancellation);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, await TenantRequests.GetAsync(app, slug));
        await TenantRequests.CreateAsync(app);
    }

    [Fact]
    public async Task Health_tells_that_the_schema_was_lost_before_a_request_does()
    {
        var (name, settings) = await CreateDatabaseAsync();
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, settings);

        await servers.Postgres.ExecuteAsync(name, "drop schema public cascade; create schema public", Cancellation);

        using var health = await app.Http.GetAsync("/health/ready", Cancellation);
        Assert.Contains("\"migrations\":{\"status\":\"unhealthy\"", await health.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        await app.WaitUntilHealthyAsync(Cancellation);
    }

    [Fact]
    public async Task A_database_of_a_newer_build_still_serves_this_one()
    {
        var (name, settings) = await CreateDatabaseAsync();
        Assert.Equal(0, (await AppProcess.RunAsync(["migrate"], Cancellation, settings)).ExitCode);
        await servers.Postgres.ExecuteAsync(name, "insert into schema_migrations values (9999, 'later', 'x', now())", Cancellation);

        await using var app = await AppProcess.ServeReadyAsync(Cancellation, settings);

        using var answer = await app.Http.GetAsync("/api/tenants", Cancellation);
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_user_without_the_right_to_create_tables_serves_what_another_has_migrated()
    {
        var (name, settings) = await CreateDatabaseAsync();
        Assert.Equal(0, (await AppProcess.RunAsync(["migrate"], Cancellation, settings)).ExitCode);
        var user = $"{name}_app";
        await servers.Postgres.ExecuteAsync(
            name,
            $"""
            create role {user} login password '{PostgresServer.Password.Replace("'", "''", StringComparison.Ordinal)}';
            revoke create on schema public from public;
            grant select on schema_migrations, installation to {user};
            grant select, insert, delete on tenants, tenant_deletions to {user};
            """,
            Cancellation);

        await using var app = await AppProcess.ServeReadyAsync(
            Cancellation, [.. settings.Where(setting => setting.Name != "APP__DATABASE__USER"), ("APP__DATABASE__USER", user)]);

        using var answer = await app.Http.GetAsync("/api/tenants", Cancellation);
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Without_a_database_migrate_says_what_to_set()
    {
        var (exitCode, _, error) = await AppProcess.RunAsync(["migrate"], Cancellation);
        Assert.Equal(1, exitCode);
        Assert.Equal($"{AppSettings.AppName}: No database is configured: set APP__DATABASE__HOST.", error.TrimEnd());

        var away = await AppProcess.RunAsync(
            ["migrate"], Cancellation, ("APP__DATABASE__HOST", "127.0.0.1"), ("APP__DATABASE__PORT", $"{ServerProcess.FreePort()}"));
        Assert.Equal(1, away.ExitCode);
        Assert.StartsWith($"{AppSettings.AppName}: the database {new DatabaseSettings().Name} on 127.0.0.1:", away.Error, StringComparison.Ordinal);
    }

    private async Task<(string Name, (string Name, string Value)[] Settings)> CreateDatabaseAsync()
    {
        var settings = await servers.Postgres.CreateDatabaseAsync(Cancellation);
        return (PostgresServer.NameOf(settings), settings);
    }
}
