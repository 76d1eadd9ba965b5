using Acci.PostgreSql;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Acci.Health;

/// <summary>Whether PostgreSQL answers.</summary>
internal sealed class DatabaseCheck(Database database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (!database.IsConfigured)
            return HealthCheckResult.Healthy("not configured");
        try
        {
            // Without waiting for a server that does not answer to confirm that it was no longer asked.
            await AskAsync(cancellationToken).WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("no answer", exception);
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Upkeep.CreateCommand("select 1");
        await command.ExecuteScalarAsync(cancellationToken);
    }
}
