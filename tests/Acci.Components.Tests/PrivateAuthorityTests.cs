using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Testing;
using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>A registry with a certificate of a company's own authority, which the build and the real cosign read from <c>SSL_CERT_FILE</c>.</summary>
public sealed class PrivateAuthorityTests(RegistryServer server) : IClassFixture<RegistryServer>, IDisposable
{
    // With registries on loopback, plain http is spoken.
    private const string Name = "registry.company.example";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_registry_of_the_company_s_own_authority_is_published_to_verified_and_promoted_in()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere, the system has the list.");
        Assert.SkipUnless(Executables.Find("cosign") is not null || PrivateEngine.CanFetchPackages, "cosign is not here.");
        WriteCertificates();
        await using var company = RegistryServer.With("", $"tls:\n  certificate: {_folder.Combine("server.pem")}\n  key: {_folder.Combine("server.key")}");
        await company.InitializeAsync();
        using var proxy = new CompanyProxy(company.Domain);
        using var checkout = await PublishCheckout.CreateAsync(server, Name, await new PrivateTools(new EngineScripts(CacheDirectory.Default)).CosignAsync(Cancellation));

        checkout.Variables["HTTPS_PROXY"] = proxy.Address;

        var stranger = await checkout.RunAsync("Publish", "--retry-budget", "5");
        Assert.Equal(255, stranger.ExitCode);
        Assert.Matches(
            $@"The registry {Name} has a certificate that this machine does not trust \(.+\)\. Install its certificate authority, or name a file with all trusted ones in SSL_CERT_FILE\.",
            stranger.Output + stranger.Errors);

        checkout.Variables["SSL_CERT_FILE"] = _folder.Combine("authority.pem");
        foreach (var arguments in (string[][])[["Publish"], ["VerifyImages"], ["PromoteImages", "--promote-from", "main", "--promote-to", "stable"]])
        {
            var run = await checkout.RunAsync([.. arguments, "--retry-budget", "30"]);
            Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        }

        var tags = Path.Combine(company.Data, "docker", "registry", "v2", "repositories", checkout.Repository.Path, "_manifests", "tags");
        foreach (var tag in (string[])["main", "stable"])
            Assert.Equal($"{checkout.Built}", await File.ReadAllTextAsync(Path.Combine(tags, tag, "current", "link"), Cancellation));
    }

    [Theory]
    [InlineData("--registry-ca", false)]
    [InlineData("certs.d", false)]
    [InlineData("certs.d", true)]
    public async Task Its_authority_is_the_one_that_is_named_or_docker_s(string by, bool asksForCertificate)
    {
        Assert.SkipUnless(Executables.Find("cosign") is not null || PrivateEngine.CanFetchPackages, "cosign is not here.");
        var authority = new TestAuthority(_folder.Combine("authority"));
        await using var company = await authority.StartRegistryAsync(Name, asksForCertificate);
        using var proxy = new CompanyProxy(company.Domain);
        using var checkout = await PublishCheckout.CreateAsync(server, Name, await new PrivateTools(new EngineScripts(CacheDirectory.Default)).CosignAsync(Cancellation));
        checkout.Variables["HTTPS_PROXY"] = proxy.Address;
        if (by == "certs.d")
        {
            var folder = Directory.CreateDirectory(Path.Combine(checkout.Home, ".docker", "certs.d", Name)).FullName;
            File.Copy(authority.CertificateFile, Path.Combine(folder, "ca.crt"));
            if (asksForCertificate)
            {
                var (certificate, key) = authority.Sign("ada");
                File.Copy(certificate, Path.Combine(folder, "client.cert"));
                File.Copy(key, Path.Combine(folder, "client.key"));
            }
        }

        string[] named = by == "certs.d" ? [] : [by, authority.CertificateFile];
        foreach (var arguments in (string[][])[["Publish"], ["VerifyImages"], ["PromoteImages", "--promote-from", "main", "--promote-to", "stable"]])
        {
            var run = await checkout.RunAsync([.. arguments, .. named, "--retry-budget", "30"]);
            Assert.True(run.ExitCode == 0, run.Output + run.Errors);
            if (arguments[0] != "Publish") continue;
            var verify = run.Output.Split('\n').Single(x => x.StartsWith("Verify ", StringComparison.Ordinal))["Verify ".Length..].Trim();
            var typed = await checkout.TypedAsync(verify);
            Assert.True(typed.Succeeded, $"{verify}\n{typed.StandardError}");
        }

        Assert.Equal(3, Directory.GetDirectories(Path.Combine(company.Data, "docker", "registry", "v2", "repositories", checkout.Repository.Path, "_manifests", "tags")).Count(x => !Path.GetFileName(x).StartsWith("sha256-", StringComparison.Ordinal)));
        // Nothing was scanned by the scanner's own way to the registry.
        var rescan = await checkout.RunAsync(["ScanImages", "--skip", "BuildImages", "--scan-image", $"{checkout.Repository}:main", .. named]);
        Assert.True(rescan.ExitCode == 0, rescan.Output + rescan.Errors);
        Assert.Contains(checkout.Started, x => x.Program == "trivy" && x.Arguments.Contains("--input\n", StringComparison.Ordinal));
        Assert.DoesNotContain(checkout.Started, x => x.Program == "trivy" && x.Arguments.Contains("remote", StringComparison.Ordinal));
    }

    // As ghcr.io beside a registry of the company's own: cosign believes the authorities that it is told of, and no others.
    [Fact]
    public async Task Of_an_authority_that_a_registry_does_not_need_no_program_and_no_reader_is_told()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere, the system has the list.");
        Assert.SkipUnless(Executables.Find("cosign") is not null || PrivateEngine.CanFetchPackages, "cosign is not here.");
        WriteCertificates();
        await using var company = RegistryServer.With("", $"tls:\n  certificate: {_folder.Combine("server.pem")}\n  key: {_folder.Combine("server.key")}");
        await company.InitializeAsync();
        using var proxy = new CompanyProxy(company.Domain);
        using var checkout = await PublishCheckout.CreateAsync(server, Name, await new PrivateTools(new EngineScripts(CacheDirectory.Default)).CosignAsync(Cancellation));
        (checkout.Variables["HTTPS_PROXY"], checkout.Variables["SSL_CERT_FILE"]) = (proxy.Address, _folder.Combine("authority.pem"));
        string[] named = ["--registry-ca", new TestAuthority(_folder.Combine("another")).CertificateFile, "--retry-budget", "30"];

        var run = await checkout.RunAsync(["Publish", .. named]);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var verify = run.Output.Split('\n').Single(x => x.StartsWith("Verify ", StringComparison.Ordinal))["Verify ".Length..].Trim();
        var typed = await checkout.TypedAsync(verify);
        Assert.True(typed.Succeeded, $"{verify}\n{typed.StandardError}");
        Assert.DoesNotContain("registry-ca.crt", await File.ReadAllTextAsync(Path.Combine(checkout.Root, "artifacts", "publish", "summary.md"), Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain("which may lack the authority", run.Output + run.Errors, StringComparison.Ordinal);
        var rescan = await checkout.RunAsync(["ScanImages", "--skip", "BuildImages", "--scan-image", $"{checkout.Repository}:main", .. named]);
        Assert.True(rescan.ExitCode == 0, rescan.Output + rescan.Errors);
        Assert.Contains(checkout.Started, x => x.Program == "trivy" && x.Arguments.Contains("remote", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_registry_that_is_named_for_plain_http_is_published_to_and_verified_in_it()
    {
        Assert.SkipUnless(Executables.Find("cosign") is not null || PrivateEngine.CanFetchPackages, "cosign is not here.");
        var address = Forwarder.OwnAddress;
        Assert.SkipWhen(address is null, "This machine has no address but loopback.");
        using var company = new Forwarder(address!, server.Domain);
        using var checkout = await PublishCheckout.CreateAsync(server, company.Domain, await new PrivateTools(new EngineScripts(CacheDirectory.Default)).CosignAsync(Cancellation));

        var usual = await checkout.RunAsync("Publish", "--retry-budget", "5");
        Assert.Equal(255, usual.ExitCode);
        Assert.Contains($"is spoken only where it is named: --registry http://{company.Domain}", usual.Output + usual.Errors, StringComparison.Ordinal);

        checkout.RegistryArgument = $"http://{checkout.RegistryArgument}";
        foreach (var arguments in (string[][])[["Publish"], ["VerifyImages"], ["PromoteImages", "--promote-from", "main", "--promote-to", "stable"]])
        {
            var run = await checkout.RunAsync([.. arguments, "--retry-budget", "30"]);
            Assert.True(run.ExitCode == 0, run.Output + run.Errors);
            if (arguments[0] != "Publish") continue;
            var verify = run.Output.Split('\n').Single(x => x.StartsWith("Verify ", StringComparison.Ordinal))["Verify ".Length..].Trim();
            Assert.EndsWith(" --allow-http-registry", verify, StringComparison.Ordinal);
            Assert.True((await checkout.TypedAsync(verify)).Succeeded, verify);
            Assert.Contains($"# {checkout.Repository.Domain} speaks plain http", await File.ReadAllTextAsync(Path.Combine(checkout.Root, "artifacts", "publish", "summary.md"), Cancellation), StringComparison.Ordinal);
        }

        // The record names the repository as images are named.
        Assert.Equal(checkout.Repository.ToString(), checkout.Record.Repository);
    }

    private void WriteCertificates()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=the company's authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=registry", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Name);
        server.CertificateExtensions.Add(names.Build());
        using var certificate = server.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(_folder.Combine("authority.pem"), authority.ExportCertificatePem());
        File.WriteAllText(_folder.Combine("server.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(_folder.Combine("server.key"), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>A proxy that leads every connection to the company's registry: no name server knows it.</summary>
    private sealed class CompanyProxy : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public CompanyProxy(string registry)
        {
            _listener.Start();
            _ = AcceptAsync(IPEndPoint.Parse(registry));
        }

        public string Address => $"http://{_listener.LocalEndpoint}";

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync(IPEndPoint registry)
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(Cancellation), registry);
        }

        private static async Task ServeAsync(TcpClient caller, IPEndPoint registry)
        {
            using var _ = caller;
            await using var stream = caller.GetStream();
            // CONNECT, and headers up to an empty line.
            for (var (end, next) = (0, new byte[1]); end < 4 && await stream.ReadAsync(next, Cancellation) > 0;) end = next[0] == "\r\n\r\n"[end] ? end + 1 : 0;
            using var behind = new TcpClient();
            await behind.ConnectAsync(registry, Cancellation);
            await stream.WriteAsync("HTTP/1.1 200 Connected\r\n\r\n"u8.ToArray(), Cancellation);
            await using var target = behind.GetStream();
            await Task.WhenAny(stream.CopyToAsync(target, Cancellation), target.CopyToAsync(stream, Cancellation));
        }
    }
}
