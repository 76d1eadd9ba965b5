using Acci.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Acci.Health;

/// <summary>Whether the app takes new work: from the signal to stop on, a load balancer should look elsewhere.</summary>
internal sealed class DrainCheck(Drain drain) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(drain.HasBegun ? HealthCheckResult.Unhealthy("stopping") : HealthCheckResult.Healthy());
}
