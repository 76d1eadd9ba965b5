using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Acci.Delivery.Signing;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Delivery.Tests.Signing;

/// <summary>What lies between a machine and a company's own Sigstore is not told as an answer of that one's.</summary>
public sealed class SigstoreFailureTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    private const string Post = "signing bundle: error signing bundle: Post \"https://sigstore.example.com";
    private const string Fulcio = $"{Post}/api/v2/signingCert\"";
    private const string Rekor = $"{Post}/api/v1/log/entries\": giving up after 2 attempt(s): Post \"https://sigstore.example.com/api/v1/log/entries\"";
    private const string Page = "signing bundle: error signing bundle: &{0 } (*models.Error) is not supported by the TextConsumer, can be resolved by supporting TextUnmarshaler interface";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData($"{Fulcio}: tls: failed to verify certificate: x509: certificate signed by unknown authority", "Fulcio", "at sigstore.example.com (x509: certificate signed by unknown authority)", "Install its certificate authority")]
    [InlineData($"{Rekor}: tls: failed to verify certificate: x509: certificate has expired", "Rekor", "at sigstore.example.com (x509: certificate has expired)", "Install its certificate authority")]
    [InlineData($"{Post}/api/v1/timestamp\": x509: certificate is valid for a, not b", "the timestamp authority", "does not trust, at sigstore.example.com", "Install its certificate authority")]
    [InlineData($"{Fulcio}: Forbidden", "Fulcio", "the proxy does not let this machine through to sigstore.example.com (Forbidden)", "NO_PROXY")]
    [InlineData($"{Rekor}: Proxy Authentication Required", "Rekor", "(Proxy Authentication Required)", "NO_PROXY")]
    [InlineData($"{Fulcio}: authenticationrequired", "Fulcio", "to sigstore.example.com (authenticationrequired)", "NO_PROXY")]
    [InlineData($"{Fulcio}: Blocked by policy #12", "Fulcio", "to sigstore.example.com (Blocked by policy #12)", "NO_PROXY")]
    [InlineData($"{Rekor}: 403 by content filter (see intranet)", "Rekor", "(403 by content filter (see intranet))", "NO_PROXY")]
    [InlineData($"{Fulcio}: stopped after 10 redirects", "Fulcio", "gave an answer that cosign does not understand", "Check that its address")]
    [InlineData($"{Fulcio}: remote error: tls: handshake failure", "Fulcio", "gave an answer that cosign does not understand", "Check that its address")]
    [InlineData("creating signing bundle: tuf refresh failed: failed to download https://tuf.example.com/1.root.json: x509: certificate signed by unknown authority", "the TUF repository", "at tuf.example.com (x509: certificate", "Install its certificate authority")]
    [InlineData($"{Fulcio}: http: server gave HTTP response to HTTPS client", "Fulcio", "speaks plain http, and no TLS, at sigstore.example.com", "begins with https")]
    [InlineData("signing bundle: error signing bundle: Fulcio returned 404: ", "Fulcio", "answered 404", "Check that its address is the right one")]
    [InlineData("signing bundle: error signing bundle: Fulcio returned 403: ", "Fulcio", "answered 403", "of an issuer")]
    [InlineData(Page, "Rekor", "gave a page or a text", "Check that its address is the right one")]
    [InlineData("signing bundle: error signing bundle: invalid character '<' looking for beginning of value", "Fulcio", "gave a page or a text", "Check that its address is the right one")]
    public void What_failed_is_said_with_where_and_what_to_do(string error, string service, string reason, string advice)
    {
        var failure = SigstoreFailure.Find($"Error: {error}\nerror during command execution: {error}\n");

        Assert.Equal((service, null), (failure?.Service, failure?.Passing));
        Assert.Contains(reason, failure!.Reason, StringComparison.Ordinal);
        Assert.Contains(advice, failure.Advice("an issuer"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bad Gateway")]
    [InlineData("Internal Server Error")]
    [InlineData("Request Timeout")]
    public void A_proxy_that_does_not_reach_what_is_behind_it_may_do_so_the_next_time(string answer) =>
        Assert.IsType<TransientException>(SigstoreFailure.Find($"error during command execution: {Fulcio}: {answer}\n")?.Passing);

    [Theory]
    [InlineData("/fulcio", "certificate", "Fulcio has a certificate that this machine does not trust, at ")]
    [InlineData("/rekor", "certificate", "Rekor has a certificate that this machine does not trust, at ")]
    [InlineData("/fulcio", "plain", "Fulcio speaks plain http, and no TLS, at ")]
    [InlineData("/rekor", "proxy", "Rekor was not reached, because the proxy does not let this machine through to sigstore.example.com (Forbidden)")]
    [InlineData("/fulcio", "missing", "Fulcio answered 404. Check that its address")]
    [InlineData("/rekor", "missing", "Rekor gave a page or a text, and no answer of such a service. Check that its address")]
    public async Task The_real_cosign_says_it_in_these_words(string service, string fault, string problem)
    {
        await using var sigstore = new SigstoreFixture();
        await sigstore.InitializeAsync();
        using var certificate = Certificate();
        await using var other = await LoopbackServer.StartAsync(
            context =>
            {
                context.Response.StatusCode = 404;
                context.Response.ContentType = "text/html";
                return context.Response.WriteAsync("<html>Not found</html>", Cancellation);
            },
            fault == "certificate" ? certificate : null);
        var target = fault switch { "proxy" => "https://sigstore.example.com", "missing" => $"http://{other.Domain}", _ => $"https://{other.Domain}" };
        var config = sigstore.FileOf("other.json");
        var text = await File.ReadAllTextAsync(sigstore.FileOf("signing_config.json"), Cancellation);
        await File.WriteAllTextAsync(config, text.Replace($"\"{sigstore.Address}{service}\"", $"\"{target}{service}\"", StringComparison.Ordinal), Cancellation);
        var cosign = await sigstore.CosignAsync(sigstore.Job(), new RetryOptions { Budget = TimeSpan.FromSeconds(4) });
        using var proxy = RefusingProxy();
        if (fault == "proxy")
        {
            var program = await File.ReadAllTextAsync(cosign.Executable, Cancellation);
            var variables = $"export HTTPS_PROXY=http://{proxy.LocalEndpoint} NO_PROXY=127.0.0.1";
            await File.WriteAllTextAsync(cosign.Executable, program.Replace("#!/bin/sh\n", $"#!/bin/sh\n{variables}\n", StringComparison.Ordinal), Cancellation);
        }

        var layout = await LayoutBuilder.WriteSmallAsync(Directory.CreateTempSubdirectory("layout-").FullName);
        var image = server.NewRepository().WithDigest(layout.Root.Digest);
        using var registry = server.Connect();
        await registry.PushAsync(layout, image, cancellationToken: Cancellation);

        var failure = await Assert.ThrowsAsync<SigstoreException>(() => (cosign with { Sigstore = new SigstoreFiles(config, sigstore.TrustedRoot) }).SignAsync(image, Cancellation));

        Assert.Contains($" failed: {problem}", failure.Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }

    private static TcpListener RefusingProxy()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = AnswerAsync();
        return listener;

        async Task AnswerAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync(Cancellation);
                    _ = await client.GetStream().ReadAsync(new byte[4096], Cancellation);
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), Cancellation);
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException or IOException)
            {
                // The test is over.
            }
        }
    }
}
