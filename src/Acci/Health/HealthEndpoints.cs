using Acci.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Acci.Health;

/// <summary>The health of the app over HTTP: 200 when it serves, if slower than it could, 503 when it does not.</summary>
internal static class HealthEndpoints
{
    private const string All = "/health";
    private const string Live = "/health/live";
    private const string Ready = "/health/ready";
    private const string Started = "/health/started";

    /// <summary>Less than <c>acci healthcheck</c> waits, so that it can say what is wrong.</summary>
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromMilliseconds(800);

    /// <summary>Where <c>acci healthcheck</c> asks, by what it is asked about.</summary>
    internal static string? PathOf(string? question) => question switch
    {
        null => All,
        "live" => Live,
        "ready" => Ready,
        "started" => Started,
        _ => null,
    };

    internal static void AddHealth(this IServiceCollection services) => services.AddSingleton<Startup>().AddHealthChecks()
        .AddCheck<DrainCheck>("server", timeout: CheckTimeout)
        .AddCheck<DatabaseCheck>("postgresql", timeout: CheckTimeout)
        .AddCheck<MigrationCheck>("migrations", timeout: CheckTimeout)
        .AddCheck<CacheCheck>("redis", timeout: CheckTimeout);

    internal static void Map(IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("").WithTags("Health");
        Describe(health.MapMethods(All, Reading.Methods, CheckAllAsync), "Health", "Says whether the app is alive and ready.");
        Describe(health.MapMethods(Ready, Reading.Methods, CheckAllAsync), "Readiness", "Says whether requests should be sent here.");
        Describe(health.MapMethods(Started, Reading.Methods, CheckStartAsync), "Startup", "Says whether the app has been ready once; then as liveness does.");
        Describe(health.MapMethods(Live, Reading.Methods, CheckNothingAsync), "Liveness", "Answers while the process works.");
    }

    private static void Describe(RouteHandlerBuilder endpoint, string name, string summary) => endpoint
        .WithName(name)
        .WithSummary(summary)
        .Produces<HealthDocument>()
        .Produces<HealthDocument>(StatusCodes.Status503ServiceUnavailable);

    private static Task<IResult> CheckAllAsync(HealthCheckService service, CancellationToken cancellationToken) =>
        CheckAsync(service, _ => true, cancellationToken);

    private static Task<IResult> CheckNothingAsync(HealthCheckService service, CancellationToken cancellationToken) =>
        CheckAsync(service, _ => false, cancellationToken);

    private static async Task<IResult> CheckStartAsync(HealthCheckService service, Startup startup, CancellationToken cancellationToken)
    {
        var result = await CheckAsync(service, _ => !startup.IsOver, cancellationToken);
        startup.IsOver |= result is IStatusCodeHttpResult { StatusCode: StatusCodes.Status200OK };
        return result;
    }

    private static async Task<IResult> CheckAsync(
        HealthCheckService service, Func<HealthCheckRegistration, bool> which, CancellationToken cancellationToken)
    {
        var report = await service.CheckHealthAsync(which, cancellationToken);
        return TypedResults.Json(
            HealthDocument.Of(report),
            AcciJson.Default.HealthDocument,
            statusCode: report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }
}
