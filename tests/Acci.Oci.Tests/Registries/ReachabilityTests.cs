using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Acci.Oci.Registries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Oci.Tests.Registries;

/// <summary>What is said about a registry that does not work, before anything is built or pushed.</summary>
public sealed class ReachabilityTests : IDisposable
{
    private const string Htpasswd = "ada:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW";
    private const string Password = "open sesame";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_listens()
    {
        var domain = $"127.0.0.1:{RegistryServer.FreePort()}";

        Assert.Equal($"The registry {domain} cannot be reached (connection refused). Check that it runs, and the address given by --registry.", await ProblemAsync(domain));
    }

    [Fact]
    public async Task The_name_does_not_resolve()
    {
        Assert.Equal(
            "The registry registry.invalid cannot be reached (the name does not resolve). Check that it runs, and the address given by --registry.",
            await ProblemAsync("registry.invalid"));
    }

    [Fact]
    public async Task It_accepts_connections_and_says_nothing()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var domain = listener.LocalEndpoint.ToString()!;

        Assert.Equal(
            $"The registry {domain} cannot be reached (no answer within 0.3 s). Check that it runs, and the address given by --registry.",
            await ProblemAsync(domain, x => x with { StallTimeout = TimeSpan.FromSeconds(0.3) }));
    }

    [Fact]
    public async Task It_speaks_plain_http_where_TLS_is_due()
    {
        await using var server = new RegistryServer();
        await server.InitializeAsync();

        Assert.Equal(
            $"The registry {server.Domain} does not speak TLS; plain http, which anyone on the way can read, is spoken with registries on loopback only.",
            await ProblemAsync(server.Domain, x => x with { PlainHttp = false }));
    }

    [Fact]
    public async Task It_speaks_TLS_where_plain_http_is_spoken()
    {
        await using var server = await TlsServerAsync();

        Assert.Equal(
            $"The registry {server.Domain} speaks TLS; with registries on loopback plain http is spoken. Start it without TLS.",
            await ProblemAsync(server.Domain));
    }

    [Fact]
    public async Task Its_certificate_is_not_trusted()
    {
        await using var server = await TlsServerAsync();

        var problem = await ProblemAsync(server.Domain, x => x with { PlainHttp = false });

        Assert.StartsWith($"The registry {server.Domain} has a certificate that this machine does not trust (", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_not_a_registry()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            return context.Response.WriteAsync("<html>Not found</html>");
        });

        Assert.Equal(
            $"{server.Domain} answers, but not as a registry: {server.Domain} refused GET /v2/ (404 Not Found). Check the address given by --registry.",
            await ProblemAsync(server.Domain));
    }

    [Theory]
    [InlineData("/v2/")]
    [InlineData("/login")]
    public async Task It_is_a_portal(string page)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            if (page != "/v2/" && context.Request.Path != page)
            {
                context.Response.Redirect(page);
                return Task.CompletedTask;
            }

            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("\n<!DOCTYPE html><html>Sign in</html>", Cancellation);
        });
        var problem = $"{server.Domain} answers, but not as a registry: http://{server.Domain}{page} is a web page. Check the address given by --registry.";
        using var registry = new OciRegistry(server.Domain);
        var image = ImageReference.Parse($"{server.Domain}/app");

        Assert.Equal(problem, await ProblemAsync(server.Domain));
        Assert.Equal(problem, (await Assert.ThrowsAsync<DeliveryException>(() => registry.EnsurePushAllowedAsync(image, Cancellation))).Message);
        foreach (var act in (Func<Task>[])[() => registry.PutTagAsync(image, "latest", Digest.Of("no page"u8), Cancellation), () => registry.FindAsync(image.WithTag("latest"), Cancellation)])
            Assert.Contains("answers, but not as a registry", (await Assert.ThrowsAnyAsync<DeliveryException>(act)).Message, StringComparison.Ordinal);
    }

    // Quay calls its answer a page.
    [Fact]
    public async Task It_is_a_registry_whatever_it_calls_its_answer()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("true", Cancellation);
        });
        using var registry = new OciRegistry(server.Domain);

        await registry.EnsureReachableAsync(Cancellation);
    }

    [Theory]
    [InlineData(200, "127.0.0.1 answers, but not as a registry: the begin of an upload is answered 200, without an address. Check the address given by --registry.")]
    [InlineData(202, "127.0.0.1 began an upload and did not say where (no Location header).")]
    public async Task It_does_not_say_where_uploads_go(int status, string problem)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Method == "POST" ? status : 200;
            return Task.CompletedTask;
        });
        using var registry = new OciRegistry(server.Domain);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => registry.EnsurePushAllowedAsync(ImageReference.Parse($"{server.Domain}/app"), Cancellation));

        Assert.Equal(problem, error.Message.Replace(server.Domain, "127.0.0.1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_has_been_asked_too_often()
    {
        var asked = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = ++asked > 2 ? 200 : 429;
            context.Response.Headers.RetryAfter = asked == 1 ? "1" : "3600";
            return context.Response.WriteAsync("slow down", Cancellation);
        });

        // It was reached, so its first answer is worth waiting for longer than for a wrong address.
        Assert.Equal(
            $"{server.Domain}: first contact failed: 429 Too Many Requests: slow down. It asks to be left alone for 3600 s, which the retry budget of 120 s does not allow. "
            + "Check the network and the service, then run the same command again.",
            await ProblemAsync(server.Domain));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task It_is_ill()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });

        Assert.Equal($"The registry {server.Domain} cannot be reached (503 Service Unavailable). Check that it runs, and the address given by --registry.", await ProblemAsync(server.Domain));
    }

    [Fact]
    public async Task Basic_credentials_are_wrong()
    {
        await using var server = await HtpasswdServerAsync();

        Assert.Equal(
            $"{server.Domain} refused the credentials of 'ada' (401 Unauthorized: UNAUTHORIZED: authentication required): check --registry-user and --registry-token.",
            await ProblemAsync(server.Domain, x => x with { Credentials = new Credentials("ada", "a wrong password") }));
    }

    [Fact]
    public async Task Credentials_are_asked_for_and_there_are_none()
    {
        await using var server = await HtpasswdServerAsync();

        Assert.Equal(
            $"{server.Domain} asks for credentials, and there are none (401 Unauthorized: UNAUTHORIZED: authentication required): give --registry-user and --registry-token, or run `docker login {server.Domain}`.",
            await ProblemAsync(server.Domain));
    }

    // As GitLab's and Quay's token services, which give nobody a token for nothing.
    [Fact]
    public async Task An_anonymous_token_is_asked_for_only_for_something()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var (request, response) = (context.Request, context.Response);
            if (request.Path == "/token")
            {
                response.StatusCode = request.Query.ContainsKey("scope") ? 200 : 403;
                await response.WriteAsync(request.Query.ContainsKey("scope") ? """{"token":"abc"}""" : """{"errors":[{"code":"DENIED","message":"access forbidden"}]}""", Cancellation);
            }
            else if (request.Headers.Authorization != "Bearer abc")
            {
                response.StatusCode = 401;
                response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{request.Host}/token\",service=\"container_registry\"";
            }
            else
            {
                await response.WriteAsync("""{"tags":["1"]}""", Cancellation);
            }
        });
        using var registry = new OciRegistry(server.Domain);

        await registry.EnsureReachableAsync(Cancellation);
        await registry.EnsureReachableAsync(Cancellation);

        Assert.Equal(["1"], await registry.ListTagsAsync(ImageReference.Parse($"{server.Domain}/app"), cancellationToken: Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Basic_credentials_are_right_and_a_push_goes_through()
    {
        await using var server = await HtpasswdServerAsync();
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine("image"));
        var repository = server.NewRepository();
        using var registry = server.Connect(new Credentials("ada", Password));

        await registry.EnsurePushAllowedAsync(repository, Cancellation);
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);

        await registry.ResolveAsync(repository.WithDigest(layout.Root.Digest), Cancellation);
    }

    [Theory]
    [InlineData("https://ghcr.io")]
    [InlineData("ghcr.io/owner")]
    [InlineData("ada@ghcr.io")]
    [InlineData("")]
    public void A_domain_that_is_none_is_refused(string domain) =>
        Assert.StartsWith($"'{domain}' is not a registry's domain", Assert.Throws<DeliveryException>(() => new OciRegistry(domain)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("127.0.0.1:5000", "http://127.0.0.1:5000/")]
    [InlineData("127.1.2.3", "http://127.1.2.3/")]
    [InlineData("localhost:5000", "http://localhost:5000/")]
    [InlineData("[::1]:5000", "http://[::1]:5000/")]
    [InlineData("ghcr.io", "https://ghcr.io/")]
    [InlineData("10.0.0.1:5000", "https://10.0.0.1:5000/")]
    [InlineData("localhost.example", "https://localhost.example/")]
    [InlineData("docker.io", "https://registry-1.docker.io/")]
    public void Plain_http_is_for_loopback_only(string domain, string address) => Assert.Equal(address, RegistryEndpoint.Of(domain, null).Base.AbsoluteUri);

    private static async Task<string> ProblemAsync(string domain, Func<RegistryOptions, RegistryOptions>? change = null)
    {
        var options = new RegistryOptions { Credentials = Credentials.None, FirstContactBudget = TimeSpan.FromSeconds(0.4) };
        using var registry = new OciRegistry(domain, change?.Invoke(options) ?? options);
        return (await Assert.ThrowsAnyAsync<DeliveryException>(() => registry.EnsureReachableAsync(Cancellation))).Message;
    }

    private async Task<RegistryServer> HtpasswdServerAsync()
    {
        await File.WriteAllTextAsync(_folder.Combine("htpasswd"), Htpasswd, Cancellation);
        var server = RegistryServer.With($"htpasswd:\n  realm: registry\n  path: {_folder.Combine("htpasswd")}");
        await server.InitializeAsync();
        return server;
    }

    private async Task<RegistryServer> TlsServerAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(_folder.Combine("server.pem"), certificate.ExportCertificatePem(), Cancellation);
        await File.WriteAllTextAsync(_folder.Combine("server.key"), key.ExportPkcs8PrivateKeyPem(), Cancellation);
        var server = RegistryServer.With("", $"tls:\n  certificate: {_folder.Combine("server.pem")}\n  key: {_folder.Combine("server.key")}");
        await server.InitializeAsync();
        return server;
    }
}
