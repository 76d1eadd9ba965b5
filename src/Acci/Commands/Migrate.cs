using Acci.Configuration;
using Acci.Hosting;
using Acci.PostgreSql;
using Npgsql;

namespace Acci.Commands;

/// <summary><c>acci migrate</c>: brings the database to the schema of this build, for those who let no replica do it.</summary>
internal static class Migrate
{
    internal static async Task<int> RunAsync()
    {
        var settings = SettingsSources.Read().Database;
        await using var database = new Database(settings);
        try
        {
            var applied = await new Migrator(database.Upkeep, Migration.All).ApplyAsync(CancellationToken.None);
            foreach (var migration in applied)
                Console.WriteLine($"applied {migration}");
            Console.WriteLine($"The schema is at {Migration.All[^1]}.");
            return 0;
        }
        catch (NpgsqlException exception)
        {
            throw new StartException(
                $"the database {settings.Name} on {settings.Host}:{settings.Port} cannot be migrated: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is UnavailableException or MigrationConflictException)
        {
            throw new StartException(exception.Message, exception);
        }
    }
}
