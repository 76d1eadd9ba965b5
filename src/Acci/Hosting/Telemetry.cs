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

    /// <exception cref="SettingsException">The endpoint is not an address.</exception>
    internal static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (builder.Configuration[Endpoint] is not { Length: > 0 } endpoint)
            return;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new SettingsException([new SettingError(Endpoint, $"'{endpoint}' is not an address such as http://collector:4317")]);

        // Milliseconds; the specification's 10 seconds would let a collector that is away hold up the app's stop.
        builder.Configuration[Timeout] ??= "2000";
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("acci", serviceVersion: ProductVersion.Current.Version))
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddMeter("System.Runtime", "Npgsql"))
            .WithTracing(traces => traces
                .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !context.Request.Path.StartsWithSegments("/health"))
                .AddSource("Npgsql"))
            .UseOtlpExporter();
    }
}
