using Acci.PostgreSql;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Acci.Health;

/// <summary>Whether the database has the schema that this build needs.</summary>
internal sealed class MigrationCheck(Database database) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) => Task.FromResult(
        !database.IsConfigured ? HealthCheckResult.Healthy("not configured")
        : database.HasSchema ? HealthCheckResult.Healthy(Migration.All[^1].ToString())
        : HealthCheckResult.Unhealthy("not applied yet"));
}
