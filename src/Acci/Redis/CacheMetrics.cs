using System.Diagnostics.Metrics;

namespace Acci.Redis;

/// <summary>What the cache is worth, in figures.</summary>
internal sealed class CacheMetrics : IDisposable
{
    /// <summary>The name under which OpenTelemetry collects them.</summary>
    internal const string MeterName = "Acci";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests;

    public CacheMetrics(RedisLink link)
    {
        _requests = _meter.CreateCounter<long>($"{AppSettings.AppName}.cache.requests", "{request}", "What was looked for in the cache: hit, miss, or away.");
        if (link.IsConfigured)
            _meter.CreateObservableGauge(
                $"{AppSettings.AppName}.cache.in_use", () => link.IsInUse ? 1 : 0, description: "1 while the cache is read, 0 while it is away.");
    }

    internal void Hit() => Count("hit");

    internal void Miss() => Count("miss");

    internal void Away() => Count("away");

    public void Dispose() => _meter.Dispose();

    private void Count(string result) => _requests.Add(1, new KeyValuePair<string, object?>("result", result));
}
