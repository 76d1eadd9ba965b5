using Acci.Tests.Servers;

namespace Acci.Tests;

/// <summary>An app with a database of its own, for the tests of one class that do not get in each other's way.</summary>
public sealed class SharedApp(LocalServers servers) : IAsyncLifetime
{
    private AppProcess? _app;

    internal int Port => LocalServers.Require(_app, "PostgreSQL").Port;

    internal HttpClient Http => LocalServers.Require(_app, "PostgreSQL").Http;

    public async ValueTask InitializeAsync() => _app = servers.HasPostgres
        ? await AppProcess.ServeReadyAsync(CancellationToken.None, await servers.Postgres.CreateDatabaseAsync(CancellationToken.None))
        : null;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }
}
