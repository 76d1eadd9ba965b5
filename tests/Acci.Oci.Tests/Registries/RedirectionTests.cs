using System.Net;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Oci.Tests.Registries;

/// <summary>Where a registry sends requests on to.</summary>
public sealed class RedirectionTests
{
    private static readonly byte[] Content = "content"u8.ToArray();
    private static readonly Descriptor Blob = new() { MediaType = "application/octet-stream", Digest = Digest.Of(Content), Size = Content.Length };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("file:///etc/passwd", "file")]
    [InlineData("gopher://x/y", "gopher")]
    [InlineData("ftp://127.0.0.1/y", "ftp")]
    public async Task Only_web_addresses_are_followed_and_others_are_named_at_once(string address, string scheme)
    {
        var asked = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked++;
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = address;
            return Task.CompletedTask;
        });

        var error = await Assert.ThrowsAsync<DeliveryException>(() => ReadAsync(server));

        Assert.StartsWith($"{server.Domain} names an address that begins with '{scheme}:', and only http and https are followed", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task What_is_no_web_address_is_refused_also_where_a_header_names_it_for_an_upload()
    {
        using var transport = new RegistryTransport(RegistryEndpoint.Of("127.0.0.1:1", null), Options);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => transport.SendAnyAsync(new RegistryRequest(HttpMethod.Put, new Uri("file:///tmp/session"), ""), Cancellation));

        Assert.Contains("begins with 'file:'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_path_of_the_registry_and_another_server_are_followed(int status)
    {
        await using var storage = await LoopbackServer.StartAsync(context => context.Response.Body.WriteAsync(Content, Cancellation).AsTask());
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = context.Request.Path == "/moved" ? $"http://{storage.Domain}/blob" : "/moved";
            return Task.CompletedTask;
        });

        Assert.Equal(Content, await ReadAsync(server));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task The_credentials_go_on_to_the_same_server_and_to_no_other_port(int status)
    {
        var elsewhere = new List<string>();
        await using var storage = await LoopbackServer.StartAsync(context =>
        {
            lock (elsewhere) elsewhere.Add($"{context.Request.Headers.Authorization}");
            return context.Response.Body.WriteAsync(Content, Cancellation).AsTask();
        });
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var (request, response) = (context.Request, context.Response);
            if (request.Headers.Authorization.Count == 0)
            {
                response.StatusCode = StatusCodes.Status401Unauthorized;
                response.Headers.WWWAuthenticate = "Basic";
            }
            else if (!request.Query.ContainsKey("moved"))
            {
                response.StatusCode = status;
                response.Headers.Location = $"http://{request.Host}{request.Path}?moved=1";
            }
            else if (request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal))
            {
                response.ContentType = MediaTypes.ImageIndex;
                if (HttpMethods.IsGet(request.Method)) await response.WriteAsync("""{"schemaVersion":2,"manifests":[]}""", Cancellation);
            }
            else
            {
                response.StatusCode = status;
                response.Headers.Location = $"http://{storage.Domain}/blob";
            }
        });
        using var registry = new OciRegistry(server.Domain, Options with { Credentials = new Credentials("ada", "secret") });
        var image = ImageReference.Parse($"{server.Domain}/app");

        Assert.Equal(Content, await registry.ReadBlobAsync(image, Blob, Cancellation));
        Assert.True((await registry.GetManifestAsync(image.WithTag("1"), Cancellation)).IsIndex);
        Assert.NotNull(await registry.FindAsync(image.WithTag("1"), Cancellation));

        Assert.Equal([""], elsewhere);
    }

    [Theory]
    [InlineData("https://h/a", "https://h:443/b", true)]
    [InlineData("https://h/a", "https://H/b", true)]
    [InlineData("http://h/a", "http://h:80/b", true)]
    [InlineData("https://h/a", "http://h/b", false)]
    [InlineData("https://h/a", "https://h:444/b", false)]
    [InlineData("https://h/a", "https://h.example/b", false)]
    public void A_server_is_its_scheme_host_and_port(string one, string other, bool isSame)
    {
        Assert.Equal(isSame, Redirection.IsSameServer(new Uri(one), new Uri(other)));
        Assert.Equal(isSame, RegistryEndpoint.Of(new Uri(one).Host, new Uri(one).Scheme == Uri.UriSchemeHttp).Owns(new Uri(other)));
    }

    [Theory]
    [InlineData(401, null)]
    [InlineData(403, null)]
    [InlineData(401, "Basic")]
    [InlineData(403, "Basic")]
    [InlineData(401, "Bearer")]
    [InlineData(403, "Bearer")]
    public async Task Another_server_that_refuses_is_named_and_no_credentials_are_blamed(int status, string? challenge)
    {
        await using var storage = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync("<Error><Code>RequestTimeTooSkewed</Code></Error>", Cancellation);
        });
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var (request, response) = (context.Request, context.Response);
            if (request.Path == "/token")
            {
                await response.WriteAsync("""{"token":"abc"}""", Cancellation);
            }
            else if (challenge is not null && request.Headers.Authorization.Count == 0)
            {
                response.StatusCode = 401;
                response.Headers.WWWAuthenticate = challenge == "Basic" ? challenge : $"Bearer realm=\"http://{request.Host}/token\"";
            }
            else
            {
                response.Redirect($"http://{storage.Domain}/blob");
            }
        });
        using var registry = new OciRegistry(server.Domain, Options with { Credentials = new Credentials("ada", "secret") });

        var error = await Assert.ThrowsAsync<RegistryException>(() => registry.ReadBlobAsync(ImageReference.Parse($"{server.Domain}/app"), Blob, Cancellation));

        Assert.StartsWith($"{server.Domain} sends GET /v2/app/blobs/{Blob.Digest} on to {storage.Domain}, which refuses it ({status} ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ada", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task What_another_server_refuses_to_HEAD_is_asked_for_with_GET(int status)
    {
        const string index = """{"schemaVersion":2,"manifests":[]}""";
        await using var storage = await LoopbackServer.StartAsync(context =>
        {
            if (HttpMethods.IsHead(context.Request.Method)) context.Response.StatusCode = status;
            context.Response.ContentType = MediaTypes.ImageIndex;
            return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(index, Cancellation);
        });
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Redirect($"http://{storage.Domain}/content");
            return Task.CompletedTask;
        });
        using var registry = new OciRegistry(server.Domain, Options);
        var image = ImageReference.Parse($"{server.Domain}/app");

        Assert.True(await registry.HasBlobAsync(image, Blob.Digest, Cancellation));
        Assert.Equal(index.Length, (await registry.ResolveAsync(image.WithTag("1"), Cancellation)).Size);
    }

    [Fact]
    public void A_path_that_begins_like_an_address_stays_at_the_registry()
    {
        var endpoint = RegistryEndpoint.Of("registry.example.com:8443", null);
        var upload = new Uri(endpoint.Base, "v2/app/blobs/uploads/");

        Assert.Equal(
            new Uri("https://registry.example.com:8443//v2/app/1?_state=x"),
            endpoint.Resolve(upload, new Uri("http://registry.example.com//v2/app/1?_state=x")));
    }

    [Fact]
    public async Task A_circle_ends()
    {
        var asked = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked++;
            context.Response.Redirect(context.Request.Path);
            return Task.CompletedTask;
        });

        var error = await Assert.ThrowsAsync<DeliveryException>(() => ReadAsync(server));

        Assert.Contains($"redirects more than {Redirection.Longest} times", error.Message, StringComparison.Ordinal);
        Assert.Equal(Redirection.Longest + 1, asked);
    }

    [Fact]
    public void What_begins_with_https_does_not_go_on_in_the_clear_and_a_login_goes_to_no_other_server()
    {
        var endpoint = RegistryEndpoint.Of("registry.example.com", null);
        using var response = new HttpResponseMessage(HttpStatusCode.TemporaryRedirect);
        var get = new RegistryRequest(HttpMethod.Get, new Uri(endpoint.Base, "v2/"), "");

        response.Headers.Location = new Uri("http://storage.example.com/blob");
        Assert.Contains("from https to http (storage.example.com)", Assert.Throws<DeliveryException>(() => Redirection.Next(endpoint, get, response)).Message, StringComparison.Ordinal);
        // A registry behind a proxy that ends TLS does not know that it is reached by https.
        response.Headers.Location = new Uri("http://registry.example.com/blob");
        Assert.Equal(new Uri("https://registry.example.com/blob"), Redirection.Next(endpoint, get, response)?.Address);

        response.Headers.Location = new Uri("https://elsewhere.example.com/token");
        var login = get with { Method = HttpMethod.Post, Body = _ => new StringContent("refresh_token=secret") };
        Assert.Contains("redirects a login to another server", Assert.Throws<DeliveryException>(() => Redirection.Next(endpoint, login, response)).Message, StringComparison.Ordinal);
        response.StatusCode = HttpStatusCode.SeeOther;
        var after = Redirection.Next(endpoint, login, response)!;
        Assert.Equal((HttpMethod.Get, null), (after.Method, after.Body));
    }

    private static RegistryOptions Options => new() { Retry = new RetryOptions { Budget = TimeSpan.FromSeconds(20) } };

    private static async Task<byte[]> ReadAsync(LoopbackServer server)
    {
        using var registry = new OciRegistry(server.Domain, Options);
        return await registry.ReadBlobAsync(ImageReference.Parse($"{server.Domain}/app"), Blob, Cancellation);
    }
}
