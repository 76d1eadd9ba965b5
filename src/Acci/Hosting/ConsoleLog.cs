using System.Text.Encodings.Web;
using System.Text.Json;

namespace Acci.Hosting;

/// <summary>The log on standard output: JSON for machines in production, one readable line an event in development.</summary>
internal static class ConsoleLog
{
    internal static void AddConsoleLog(this WebApplicationBuilder builder, RunMode mode)
    {
        builder.Logging.ClearProviders();
        if (mode == RunMode.Dev)
        {
            builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss.fff ";
            });
        }
        else
        {
            builder.Logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
                // The trace id is in the scopes.
                console.IncludeScopes = true;
                console.JsonWriterOptions = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
            });
        }
        // What stops the app at its start is told once, by the command line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        // One line per request is what metrics and traces are for; what is wrong with a dependency is told once, by whoever needs it.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
    }
}
