using Microsoft.AspNetCore.Http;

namespace Acci.Sigstore.StandIn;

/// <summary>What goes wrong next.</summary>
internal sealed class Faults
{
    private readonly List<(string Path, int Status)> _next = [];

    /// <summary>Lets the next requests below a path fail.</summary>
    public void Add(string path, int status, int count)
    {
        lock (_next) _next.AddRange(Enumerable.Repeat((path, status), count));
    }

    /// <summary>Answers a request that is to fail, and hands on every other.</summary>
    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (Take(context.Request.Path) is not { } status) await next(context);
        else await Results.Json(new { code = 14, message = "injected fault" }, statusCode: status).ExecuteAsync(context);
    }

    private int? Take(PathString path)
    {
        lock (_next)
        {
            var index = _next.FindIndex(x => path.StartsWithSegments(x.Path, StringComparison.Ordinal));
            if (index < 0) return null;
            var status = _next[index].Status;
            _next.RemoveAt(index);
            return status;
        }
    }
}
