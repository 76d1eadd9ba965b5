using System.Diagnostics.CodeAnalysis;
using Acci.Tests.Servers;

[assembly: AssemblyFixture(typeof(LocalServers))]

namespace Acci.Tests.Servers;

/// <summary>The servers that tests share, each with a database and keys of its own; those that a test kills are its own.</summary>
public sealed class LocalServers : IAsyncLifetime
{
    private PostgresServer? _postgres;
    private RedisServer? _redis;

    internal bool HasPostgres => _postgres is not null;

    internal PostgresServer Postgres => Require(_postgres, "PostgreSQL");

    internal RedisServer Redis => Require(_redis, "Redis");

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresServer.TryStartAsync(CancellationToken.None);
        _redis = await RedisServer.TryStartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
            await _redis.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }

    internal static T Require<T>([NotNull] T? server, string name)
        where T : class
    {
        Assert.SkipWhen(server is null, $"{name} is not installed, and only root on a distribution with apt can install it here.");
        return server!;
    }
}
