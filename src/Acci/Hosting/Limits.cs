using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Acci.Hosting;

/// <summary>
/// What one client may ask of the app. The times fit into each other: a statement ends before its request, and a request that had
/// begun when the app was told to stop ends before a container engine kills the app (10 seconds).
/// </summary>
internal static class Limits
{
    /// <summary>A request that takes longer is answered with 503.</summary>
    internal static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(6);

    /// <summary>From the signal to stop until the process ends, whatever it is doing.</summary>
    internal static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(9);

    /// <summary>
    /// For every endpoint but one that is asked so often that a timer would tell, and that ends in time by itself, because all it
    /// waits for does.
    /// </summary>
    internal static readonly RequestTimeoutPolicy RequestTimeoutPolicy = new()
    {
        Timeout = RequestTimeout,
        TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        // What was said so far went with the answer that did not come in time; the body is the problem's.
        WriteTimeoutResponse = context =>
        {
            AnswerHeaders.AddTo(context, context.RequestServices.GetRequiredService<Drain>());
            context.Response.Headers.RetryAfter = RetryAfter;
            return Task.CompletedTask;
        },
    };

    /// <summary>When to try again what is unavailable, in seconds.</summary>
    internal const string RetryAfter = "1";

    private const int LargestBody = 64 * 1024;
    private const int MostConnections = 10_000;

    /// <summary>Bytes a second, which the largest body needs to arrive within the time of a request.</summary>
    private static readonly MinDataRate SlowestBody = new(bytesPerSecond: 16 * 1024, gracePeriod: TimeSpan.FromSeconds(2));

    internal static void AddLimits(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.MinRequestBodyDataRate = SlowestBody;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        });
        builder.Services.AddRequestTimeouts();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
    }
}
