using System.Collections.Concurrent;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Oci.Tests.Registries;

/// <summary>Uploads to registries whose sessions do not last, or that take no chunks of the size that they name.</summary>
public sealed class UploadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<string, (int Chunks, byte[] Content)> _sessions = [];
    private readonly ConcurrentDictionary<string, byte[]> _blobs = [];
    private readonly ConcurrentDictionary<string, (string Type, byte[] Content)> _manifests = [];
    private readonly ConcurrentQueue<string> _notices = [];
    private long _received;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(400)]
    [InlineData(405)]
    [InlineData(413)]
    [InlineData(501)]
    public async Task A_registry_that_refuses_chunks_of_the_least_size_that_it_names_gets_the_blob_whole(int status)
    {
        const int least = 5 * 1024 * 1024;
        var chunks = 0;
        await using var server = await StartAsync(response => response.Headers["OCI-Chunk-Min-Length"] = $"{least}", (_, _) => ++chunks > 0 ? status : 0);

        await PushAsync(server, least + 1_000_000);

        Assert.Equal(2, chunks);
        Assert.DoesNotContain(_notices, x => x.Contains("smaller ones", StringComparison.Ordinal) && x.Contains($"{least}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Sessions_that_last_a_chunk_longer_each_time_do_not_send_the_blob_many_times(int step)
    {
        const int size = 4_000_000;
        var allowed = 0;
        await using var server = await StartAsync(_ => allowed += step, (_, chunks) => chunks > allowed ? 404 : 0);

        await PushAsync(server, size);

        Assert.InRange(_received, size, 5 * size);
    }

    private async Task PushAsync(LoopbackServer server, long size)
    {
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, size);
        using var registry = new OciRegistry(server.Domain, new RegistryOptions
        {
            WholeBlobLimit = 50_000,
            ChunkSize = size > 5_000_000 ? 5_500_000 : 100_000,
            Parallelism = 1,
            Retry = new RetryOptions { Budget = TimeSpan.FromSeconds(20), FirstDelay = TimeSpan.FromMilliseconds(1), Notify = x => _notices.Enqueue($"{x}") },
        });
        await registry.PushAsync(layout, ImageReference.Parse($"{server.Domain}/app"), cancellationToken: Cancellation);

        Assert.Contains(_blobs.Values, x => x.Length == size);
    }

    /// <param name="begun">Sees the answer that begins a session.</param>
    /// <param name="refusal">The status that a chunk of a session gets, by its number; 0 if it is taken. A session whose chunk is not found is over.</param>
    private Task<LoopbackServer> StartAsync(Action<HttpResponse> begun, Func<string, int, int> refusal) => LoopbackServer.StartAsync(async context =>
    {
        var (request, response) = (context.Request, context.Response);
        var name = $"{request.Path}".Split('/')[^1];
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, Cancellation);
        if (!request.Path.Value!.Contains("/blobs/uploads/", StringComparison.Ordinal))
        {
            if (HttpMethods.IsPut(request.Method)) _manifests[Digest.Of(body.ToArray()).ToString()] = (request.ContentType!, body.ToArray());
            response.StatusCode = HttpMethods.IsPut(request.Method) ? 201 : request.Path == "/v2/" || _blobs.ContainsKey(name) || _manifests.ContainsKey(name) ? 200 : 404;
            if (!HttpMethods.IsGet(request.Method) || !_manifests.TryGetValue(name, out var manifest)) return;
            response.ContentType = manifest.Type;
            await response.Body.WriteAsync(manifest.Content, Cancellation);
            return;
        }

        if (HttpMethods.IsPost(request.Method))
        {
            var id = $"{Guid.NewGuid():N}";
            _sessions[id] = (0, []);
            (response.StatusCode, response.Headers.Location) = (202, $"/v2/app/blobs/uploads/{id}");
            if (_blobs.IsEmpty) begun(response);
            return;
        }

        if (!_sessions.TryGetValue(name, out var session))
        {
            response.StatusCode = 404;
            return;
        }

        _received += body.Length;
        response.Headers.Location = request.Path.Value;
        if (HttpMethods.IsPatch(request.Method) && refusal(name, session.Chunks + 1) is > 0 and var status)
        {
            if (status == 404) _sessions.TryRemove(name, out _);
            response.StatusCode = status;
            return;
        }

        session = (session.Chunks + 1, [.. session.Content, .. body.ToArray()]);
        _sessions[name] = session;
        response.Headers.Range = $"0-{Math.Max(0, session.Content.Length - 1)}";
        response.StatusCode = HttpMethods.IsPut(request.Method) ? 201 : HttpMethods.IsPatch(request.Method) ? 202 : 204;
        if (HttpMethods.IsPut(request.Method)) _blobs[Digest.Of(session.Content).ToString()] = session.Content;
    });
}
