using Npgsql;

namespace Acci.PostgreSql;

/// <summary>
/// Migrates the database while the app already answers, and tries again for as long as the database is away; until it is done the app
/// is alive but not ready. A schema that was lost later is made again.
/// </summary>
internal sealed partial class SchemaUpkeep(Database database, IHostApplicationLifetime lifetime, ILogger<SchemaUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!database.IsConfigured)
            return;
        var migrator = new Migrator(database.Upkeep, Migration.All);
        for (var pause = ShortestPause; ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                foreach (var migration in await migrator.ApplyAsync(stoppingToken))
                    LogApplied(migration);
                database.FindSchema(await migrator.InstallationAsync(stoppingToken));
                await database.SchemaMissing.WaitAsync(stoppingToken);
                LogMissing();
                pause = ShortestPause;
                await Task.Delay(LongestPause, stoppingToken);
            }
            catch (MigrationConflictException exception)
            {
                LogConflict(exception.Message);
                Environment.ExitCode = 1;
                lifetime.StopApplication();
                return;
            }
            catch (NpgsqlException exception)
            {
                LogPostponed(exception.Message, pause.TotalSeconds);
                await Task.Delay(pause, stoppingToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied migration {Migration}")]
    private partial void LogApplied(Migration migration);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database has lost its schema; it is migrated again")]
    private partial void LogMissing();

    [LoggerMessage(Level = LogLevel.Critical, Message = "The app stops: {Reason}")]
    private partial void LogConflict(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database cannot be migrated now ({Reason}); next try in {Seconds} s")]
    private partial void LogPostponed(string reason, double seconds);
}
