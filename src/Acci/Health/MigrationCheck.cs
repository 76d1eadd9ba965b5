using Acci.PostgreSql;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Acci.Health;

/// <summary>Whether the database has, and still has, the schema that this build needs.</summary>
internal sealed class MigrationCheck(Database database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (!database.IsConfigured)
            return HealthCheckResult.Healthy("not configured");
        try
        {
            if (database.HasSchema)
                await AskAsync(cancellationToken).WaitAsync(cancellationToken);
        }
        catch (NpgsqlException exception) when (Failures.IsMissingSchema(exception))
        {
            database.MissSchema();
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("no answer", exception);
        }
        return database.HasSchema ? HealthCheckResult.Healthy(Migration.All[^1].ToString()) : HealthCheckResult.Unhealthy("not applied yet");
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Upkeep.CreateCommand("select from installation limit 0");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
