using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Oci.Tests.Registries;

/// <summary>A registry that sends on to servers that fail: its token service, its storage, the place for uploads. They are named, and not the registry.</summary>
public sealed class ElsewhereTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Descriptor Blob => new() { MediaType = "application/octet-stream", Digest = Digest.Of("a blob"u8), Size = 6 };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_certificate_that_is_not_trusted_where_uploads_go_is_said_before_and_in_a_push()
    {
        await using var uploads = await TlsServerAsync();
        await using var server = await RegistryAsync(uploadsAt: $"https://{uploads.Domain}/upload/1");
        using var registry = Connect(server);
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        var problem = $"{server.Domain}: the server {uploads.Domain} that it sends on to has a certificate that this machine does not trust (";

        foreach (var act in (Func<Task>[])[
            () => registry.EnsurePushAllowedAsync(Image(server), Cancellation),
            () => registry.PushAsync(layout, Image(server), cancellationToken: Cancellation)])
            Assert.StartsWith(problem, (await Assert.ThrowsAsync<DeliveryException>(act)).Message, StringComparison.Ordinal);
    }

    // As a registry behind a proxy that was told https, and has none.
    [Fact]
    public async Task No_TLS_where_uploads_go_is_said()
    {
        await using var server = await RegistryAsync(uploadsAt: "https");
        using var registry = Connect(server);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => registry.EnsurePushAllowedAsync(Image(server), Cancellation));

        Assert.StartsWith($"{server.Domain}: the server {server.Domain} that it sends on to does not speak TLS, and its address says https.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_where_uploads_go_is_said_in_a_push_and_to_give_one_up_there_is_no_harm()
    {
        var nobody = $"127.0.0.1:{RegistryServer.FreePort()}";
        await using var server = await RegistryAsync(uploadsAt: $"http://{nobody}/upload/1");
        using var registry = Connect(server);
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);

        await registry.EnsurePushAllowedAsync(Image(server), Cancellation);
        var error = await Assert.ThrowsAsync<RetriesExhaustedException>(() => registry.PushAsync(layout, Image(server), cancellationToken: Cancellation));

        Assert.StartsWith($"the server {nobody} that it sends on to: connection refused", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_that_is_cut_off_here_is_no_failure_of_where_uploads_go()
    {
        await using var uploads = await LoopbackServer.StartAsync(context => context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted));
        await using var server = await RegistryAsync(uploadsAt: $"http://{uploads.Domain}/upload/1");
        using var registry = Connect(server);

        var error = await Assert.ThrowsAsync<DeliveryException>(() =>
            registry.UploadAsync(Image(server), Blob, new CutSource(), _ => { }, Cancellation));

        Assert.Equal("It is cut off.", error.Message);
    }

    [Fact]
    public async Task A_storage_that_fails_is_named()
    {
        await using var ill = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("Slow down", Cancellation);
        });
        await using var silent = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentLength = Blob.Size;
            await context.Response.StartAsync(Cancellation);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var nobody = $"127.0.0.1:{RegistryServer.FreePort()}";
        foreach (var (storage, problem) in new[] { (nobody, "connection refused"), (silent.Domain, "no answer within 2 s"), (ill.Domain, "Slow down") })
        {
            await using var server = await LoopbackServer.StartAsync(context =>
            {
                context.Response.Redirect($"http://{storage}/blob");
                return Task.CompletedTask;
            });
            // What says nothing is waited for once, by the machine's clock.
            using var registry = storage != silent.Domain ? Connect(server) : new OciRegistry(
                server.Domain, new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.Zero }, StallTimeout = TimeSpan.FromSeconds(2) });

            var error = await Assert.ThrowsAsync<RetriesExhaustedException>(() => registry.ReadBlobAsync(Image(server), Blob, Cancellation));

            Assert.Contains($"the server {storage} that it sends on to: {problem}", error.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_token_service_that_is_not_there_is_named_and_the_registry_answers()
    {
        var nobody = $"127.0.0.1:{RegistryServer.FreePort()}";
        await using var server = await AskingAsync($"http://{nobody}/token");
        using var registry = Connect(server);
        var problem = $"failed: its token service http://{nobody}/token: connection refused";

        var index = """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"""u8.ToArray();
        foreach (var act in (Func<Task>[])[
            () => registry.EnsureReachableAsync(Cancellation),
            () => registry.PutManifestAsync(Image(server), Manifest.Parse(index, null, "a test"), Cancellation)])
        {
            var error = await Assert.ThrowsAsync<RetriesExhaustedException>(act);
            Assert.Contains(problem, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("cannot be reached", error.Message, StringComparison.Ordinal);
            // Without a token nothing was asked for.
            Assert.False(error.IsUndecided);
        }
    }

    [Fact]
    public async Task A_token_service_that_takes_no_connection_is_named()
    {
        // What comes while its queue is full gets no answer at all, as behind a firewall.
        using var service = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        service.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        service.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(service.LocalEndPoint!, Cancellation);
        await using var server = await AskingAsync($"http://{service.LocalEndPoint}/token");
        var options = new RegistryOptions { Credentials = new Credentials("ada", "secret"), Retry = new RetryOptions { Budget = TimeSpan.Zero } };
        using var registry = new OciRegistry(server.Domain, options);

        var error = await Assert.ThrowsAsync<RetriesExhaustedException>(() => registry.ReadBlobAsync(Image(server), Blob, Cancellation));

        Assert.StartsWith($"its token service http://{service.LocalEndPoint}/token: ", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_service_with_a_certificate_that_is_not_trusted_is_named()
    {
        await using var tokens = await TlsServerAsync();
        await using var server = await AskingAsync($"https://{tokens.Domain}/token");
        using var registry = Connect(server);

        foreach (var act in (Func<Task>[])[() => registry.EnsureReachableAsync(Cancellation), () => registry.EnsurePushAllowedAsync(Image(server), Cancellation)])
        {
            var error = await Assert.ThrowsAsync<DeliveryException>(act);
            Assert.StartsWith(
                $"{server.Domain}: its token service https://{tokens.Domain}/token has a certificate that this machine does not trust (", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(503, "503 Service Unavailable: the token service of ")]
    [InlineData(404, "gives no token (404 Not Found)")]
    public async Task What_a_token_service_answers_is_not_the_registrys_answer(int status, string problem)
    {
        await using var tokens = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await using var server = await AskingAsync($"http://{tokens.Domain}/token");
        using var registry = Connect(server);

        foreach (var act in (Func<Task>[])[() => registry.EnsureReachableAsync(Cancellation), () => registry.ReadBlobAsync(Image(server), Blob, Cancellation)])
        {
            var error = await Assert.ThrowsAnyAsync<DeliveryException>(act);
            Assert.Contains(problem, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("cannot be reached", error.Message, StringComparison.Ordinal);
            Assert.IsNotType<ContentException>(error);
        }
    }

    private static ImageReference Image(LoopbackServer server) => ImageReference.Parse($"{server.Domain}/app");

    private static OciRegistry Connect(LoopbackServer server) => new(server.Domain, new RegistryOptions
    {
        Credentials = new Credentials("ada", "secret"),
        Retry = new RetryOptions { Budget = TimeSpan.FromMinutes(1), Time = new TestClock() },
    });

    /// <summary>A registry without any blobs.</summary>
    /// <param name="uploadsAt">Where it has uploads go; the scheme alone stands for an address of its own.</param>
    private static Task<LoopbackServer> RegistryAsync(string uploadsAt) => LoopbackServer.StartAsync(context =>
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Method == "POST")
        {
            response.StatusCode = 202;
            response.Headers.Location = uploadsAt.Contains(':', StringComparison.Ordinal) ? uploadsAt : $"{uploadsAt}://{request.Host}/upload/1";
        }
        else
        {
            response.StatusCode = request.Path == "/v2/" ? 200 : 404;
        }

        return Task.CompletedTask;
    });

    private static Task<LoopbackServer> AskingAsync(string realm) => LoopbackServer.StartAsync(context =>
    {
        context.Response.StatusCode = 401;
        context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{realm}\",service=\"a registry\"";
        return Task.CompletedTask;
    });

    private static async Task<LoopbackServer> TlsServerAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return await LoopbackServer.StartAsync(_ => Task.CompletedTask, certificate);
    }

    private sealed class CutSource : IContentSource
    {
        public Task<Manifest> ReadManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken) =>
            Task.FromResult<Stream>(new MemoryStream("a b"u8.ToArray()));

        public Task VerifyBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) => throw new DeliveryException("It is cut off.");
    }
}
