using Acci.Redis;
using Acci.Settings;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Acci.Hosting;

/// <summary>
/// Metrics and traces over OTLP, configured by OpenTelemetry's own variables; without <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> nothing is
/// collected.
/// </summary>
internal static class Telemetry
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Timeout = "OTEL_EXPORTER_OTLP_TIMEOUT";

    /// <summary>What is wrong with OpenTelemetry's own variables.</summary>
    internal static IEnumerable<SettingError> Errors()
    {
        if (Environment.GetEnvironmentVariable(Endpoint) is { Length: > 0 } endpoint
            && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            yield return new SettingError(Endpoint, $"'{endpoint}' is not an address such as http://collector:4317");
    }

    internal static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (builder.Configuration[Endpoint] is not { Length: > 0 })
            return;

        // Milliseconds; the specification's 10 seconds would let a collector that is away hold up the app's stop.
        builder.Configuration[Timeout] ??= "2000";
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(AppSettings.AppName, serviceVersion: ProductVersion.Current.Version)
                // Once more, so that OTEL_SERVICE_NAME holds against the name before.
                .AddEnvironmentVariableDetector())
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddMeter("System.Runtime", "Npgsql", CacheMetrics.MeterName))
            .WithTracing(traces => traces
                .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !context.Request.Path.StartsWithSegments("/health"))
                .AddSource("Npgsql"))
            .UseOtlpExporter();
    }
}
