using Acci.Redis;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Acci.Health;

/// <summary>Whether Redis answers; without it the app is slower, not down.</summary>
internal sealed class CacheCheck(RedisLink link) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (!link.IsConfigured)
            return HealthCheckResult.Healthy("not configured");
        return await link.TryAsync(redis => redis.PingAsync()) is null
            ? HealthCheckResult.Degraded("no answer; all reads go to the database")
            : HealthCheckResult.Healthy();
    }
}
