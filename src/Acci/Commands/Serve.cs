using System.Net.Sockets;
using Acci.Configuration;
using Acci.Hosting;
using Acci.PostgreSql;
using Acci.Settings;
using Microsoft.AspNetCore.Connections;

namespace Acci.Commands;

/// <summary>The app itself: serves HTTP until it is told to stop.</summary>
internal static class Serve
{
    internal static async Task<int> RunAsync()
    {
        var settings = SettingsSources.Read();
        ReserveThreads(settings.Database);
        try
        {
            do
            {
                await using var app = App.Build(settings);
                HotReload.WouldStop(app.Lifetime.StopApplication);
                // Said here, it holds against what a base image's ASPNETCORE_HTTP_PORTS would have.
                await app.RunAsync($"http://*:{settings.Server.BackendPort}");
            }
            while (HotReload.TakeChange());
            return Environment.ExitCode;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw Unusable(settings, "another process listens there; stop it, or choose another port", exception);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AccessDenied)
        {
            throw Unusable(settings, "this user may not listen there; choose a port from 1024 up", exception);
        }
    }

    /// <summary>
    /// Npgsql tells a server that does not answer to give up by a call that blocks: a thread for each connection, while others go on serving.
    /// </summary>
    private static void ReserveThreads(DatabaseSettings database)
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(workers + database.MaximumConnections + Database.UpkeepConnections, completions);
    }

    private static StartException Unusable(AppSettings settings, string reason, Exception exception)
    {
        var name = SettingName.Of(AppSettings.Naming, nameof(AppSettings.Server), nameof(ServerSettings.BackendPort));
        return new StartException(
            $"port {settings.Server.BackendPort} ({name.Key}, {name.EnvironmentVariable}) cannot be used: {reason}.", exception);
    }
}
