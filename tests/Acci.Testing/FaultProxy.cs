using System.Collections.Concurrent;
using System.Net;
using Acci.Oci;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Acci.Testing;

/// <summary>Stands between client and registry, or another server, and does to some requests what networks do.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly HttpMessageInvoker _upstream = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) });
    private readonly string _behind;
    private LoopbackServer? _server;

    private FaultProxy(string behind) => _behind = behind;

    public string Domain => _server!.Domain;

    /// <summary>Decides about each request; null passes it on.</summary>
    public Func<Request, NetworkFault?> Decide { get; set; } = _ => null;

    /// <summary>Every request so far, in the order in which they came.</summary>
    public ConcurrentQueue<Request> Requests { get; } = [];

    public static Task<FaultProxy> StartAsync(RegistryServer registry) => StartAsync(registry.Domain);

    /// <summary>Stands before the server of this host and port.</summary>
    public static async Task<FaultProxy> StartAsync(string domain)
    {
        var proxy = new FaultProxy(domain);
        proxy._server = await LoopbackServer.StartAsync(proxy.HandleAsync);
        return proxy;
    }

    public ImageReference NewRepository() => ImageReference.Parse($"{Domain}/app-{Guid.NewGuid():n}");

    /// <summary>The first requests of this kind meet the fault, and later ones do not.</summary>
    public void Fail(Func<Request, bool> which, NetworkFault fault, int times = 1)
    {
        var left = times;
        Decide = request => which(request) && Interlocked.Decrement(ref left) >= 0 ? fault : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _upstream.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = new Request(context.Request.Method, context.Request.Path + context.Request.QueryString.Value, context.Request.ContentLength ?? 0);
        Requests.Enqueue(request);
        var fault = Decide(request);
        try
        {
            switch (fault)
            {
                case NetworkFault.Drop:
                    context.Abort();
                    return;
                case NetworkFault.Answer answer:
                    context.Response.StatusCode = answer.Status;
                    if (answer.RetryAfter is not null) context.Response.Headers.RetryAfter = answer.RetryAfter;
                    foreach (var (name, value) in answer.Headers) context.Response.Headers[name] = value;
                    if (answer.Body is not null) await context.Response.WriteAsync(answer.Body);
                    return;
                case NetworkFault.Delay delay:
                    await Task.Delay(delay.Time, context.RequestAborted);
                    break;
                case NetworkFault.Linger linger:
                    await LingerAsync(context, request, linger);
                    return;
            }

            using var message = Forwarded(context.Request, request, fault);
            using var response = await _upstream.SendAsync(message, context.RequestAborted);
            if (fault is NetworkFault.LoseAnswer) context.Abort();
            else await AnswerAsync(context.Response, response, fault);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // Whatever broke on one side breaks on the other.
            context.Abort();
        }
    }

    private async Task LingerAsync(HttpContext context, Request request, NetworkFault.Linger fault)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        context.Request.Body = new MemoryStream(body.ToArray());
        using var message = Forwarded(context.Request, request, fault);
        await Task.Delay(fault.Time);
        using var response = await _upstream.SendAsync(message, CancellationToken.None);
        if (context.RequestAborted.IsCancellationRequested) return;
        await AnswerAsync(context.Response, response, fault);
    }

    private HttpRequestMessage Forwarded(HttpRequest original, Request request, NetworkFault? fault)
    {
        var message = new HttpRequestMessage(new HttpMethod(original.Method), $"http://{_behind}{original.Path}{original.QueryString}");
        if (request.Length > 0 || original.Method is "PUT" or "PATCH" or "POST") message.Content = new Body(original.Body, request, fault);
        foreach (var (name, values) in original.Headers)
        {
            if (name is "Connection" or "Expect" or "Content-Length") continue;
            if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) message.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        return message;
    }

    private static async Task AnswerAsync(HttpResponse answer, HttpResponseMessage response, NetworkFault? fault)
    {
        answer.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (name is not ("Transfer-Encoding" or "Connection")) answer.Headers[name] = new StringValues([.. values]);
        }

        await using var body = await response.Content.ReadAsStreamAsync();
        await CopyAsync(body, answer.Body, fault is NetworkFault.TruncateAnswer truncate ? truncate.AfterBytes : long.MaxValue, fault, fault is NetworkFault.DamageAnswer, _ => { });
        if (fault is NetworkFault.TruncateAnswer)
        {
            await answer.Body.FlushAsync();
            answer.HttpContext.Abort();
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, long limit, NetworkFault? fault, bool damage, Action<int> copied)
    {
        var slow = fault as NetworkFault.Trickle;
        var buffer = new byte[slow is null ? 64 * 1024 : Math.Max(1, slow.BytesPerSecond / 10)];
        for (int count; limit > 0 && (count = await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, limit)))) > 0; limit -= count)
        {
            if (damage) buffer[0] ^= 1;
            damage = false;
            await to.WriteAsync(buffer.AsMemory(0, count));
            copied(count);
            if (slow is null) continue;
            await to.FlushAsync();
            await Task.Delay(100);
        }
    }

    /// <summary>A request that came through.</summary>
    public sealed record Request(string Method, string Path, long Length)
    {
        private long _forwarded;

        /// <summary>How much of its body reached the registry.</summary>
        public long Forwarded => _forwarded;

        /// <summary>Sends a part of a blob.</summary>
        public bool SendsBlob => Path.Contains("/blobs/uploads/", StringComparison.Ordinal) && Length > 0;

        /// <summary>Ends an upload.</summary>
        public bool FinishesBlob => Method == "PUT" && Path.Contains("/blobs/uploads/", StringComparison.Ordinal);

        /// <summary>Fetches a blob.</summary>
        public bool FetchesBlob => Method == "GET" && Path.Contains("/blobs/sha256:", StringComparison.Ordinal);

        public void Forward(int bytes) => Interlocked.Add(ref _forwarded, bytes);
    }

    private sealed class Body(Stream stream, Request request, NetworkFault? fault) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream target, TransportContext? context)
        {
            await CopyAsync(stream, target, fault is NetworkFault.BreakOff breakOff ? breakOff.AfterBytes : long.MaxValue, fault, fault is NetworkFault.DamageRequest, request.Forward);
            if (fault is not NetworkFault.BreakOff) return;
            await target.FlushAsync();
            throw new IOException("broken off");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = request.Length;
            return true;
        }
    }
}
