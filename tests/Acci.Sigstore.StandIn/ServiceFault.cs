using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Acci.Sigstore.StandIn;

/// <summary>What a service does instead of answering.</summary>
public abstract record ServiceFault
{
    private ServiceFault()
    {
    }

    /// <summary>Answers with an error.</summary>
    /// <param name="Code">The HTTP status.</param>
    public sealed record Status(int Code) : ServiceFault
    {
        internal override Task ApplyAsync(HttpContext context) =>
            Results.Json(new { code = 14, message = "injected fault" }, statusCode: Code).ExecuteAsync(context);
    }

    /// <summary>Closes the connection.</summary>
    public sealed record Drop : ServiceFault
    {
        internal override Task ApplyAsync(HttpContext context)
        {
            context.Abort();
            return Task.CompletedTask;
        }
    }

    /// <summary>Takes the request and says nothing, until the client goes.</summary>
    public sealed record Silence : ServiceFault
    {
        internal override async Task ApplyAsync(HttpContext context)
        {
            var gone = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        }
    }

    /// <summary>Answers as if all were well, with something that means nothing.</summary>
    public sealed record Garbage : ServiceFault
    {
        internal override Task ApplyAsync(HttpContext context) => Results.Text("<html>Please log in.</html>", "text/html").ExecuteAsync(context);
    }

    internal abstract Task ApplyAsync(HttpContext context);

    /// <summary>Reads a status, or <c>drop</c>, <c>silence</c>, <c>garbage</c>.</summary>
    internal static ServiceFault Parse(string text) => text switch
    {
        "drop" => new Drop(),
        "silence" => new Silence(),
        "garbage" => new Garbage(),
        _ => new Status(int.Parse(text, CultureInfo.InvariantCulture)),
    };
}
