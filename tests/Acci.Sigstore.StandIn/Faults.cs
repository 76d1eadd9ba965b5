using Microsoft.AspNetCore.Http;

namespace Acci.Sigstore.StandIn;

/// <summary>What goes wrong next.</summary>
internal sealed class Faults
{
    private readonly List<(string Path, ServiceFault Fault, int Left)> _next = [];

    /// <summary>Lets the next requests below a path fail.</summary>
    public void Add(string path, ServiceFault fault, int count)
    {
        lock (_next) _next.Add((path, fault, count));
    }

    /// <summary>Lets nothing fail any more.</summary>
    public void Clear()
    {
        lock (_next) _next.Clear();
    }

    /// <summary>Answers a request that is to fail, and hands on every other.</summary>
    public Task HandleAsync(HttpContext context, RequestDelegate next) => Take(context.Request.Path)?.ApplyAsync(context) ?? next(context);

    private ServiceFault? Take(PathString path)
    {
        lock (_next)
        {
            var index = _next.FindIndex(x => path.StartsWithSegments(x.Path, StringComparison.Ordinal));
            if (index < 0) return null;
            var (_, fault, left) = _next[index];
            if (left > 1) _next[index] = _next[index] with { Left = left - 1 };
            else _next.RemoveAt(index);
            return fault;
        }
    }
}
