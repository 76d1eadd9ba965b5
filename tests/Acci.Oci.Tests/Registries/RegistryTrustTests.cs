using System.Security.Cryptography.X509Certificates;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Oci.Tests.Registries;

/// <summary>A real registry that speaks TLS, with a certificate of an authority that the machine does not know.</summary>
public sealed class RegistryTrustTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_authority_that_is_named_is_trusted()
    {
        var authority = new TestAuthority(_folder.Combine("company"));
        await using var server = await authority.StartRegistryAsync();
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine("image"));
        var repository = server.NewRepository();
        using var registry = Connect(server, Trust(authority.CertificateFile));

        await registry.EnsurePushAllowedAsync(repository, Cancellation);
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);

        Assert.NotNull(await registry.FindManifestAsync(repository.WithDigest(layout.Root.Digest), Cancellation));
        var fetched = await registry.FetchAsync(repository.WithDigest(layout.Root.Digest), _folder.Combine("fetched"), Cancellation);
        await fetched.VerifyAsync(Cancellation);
        Assert.Equal(layout.Root.Digest, fetched.Root.Digest);
    }

    [Fact]
    public async Task Whether_the_machine_s_own_authorities_are_enough_is_known_once_a_registry_was_reached()
    {
        var authority = new TestAuthority(_folder.Combine("company"));
        await using var server = await authority.StartRegistryAsync();
        using var registry = Connect(server, Trust(authority.CertificateFile));
        using var stranger = Connect(server, Trust(new TestAuthority(_folder.Combine("other")).CertificateFile));

        Assert.False(await registry.IsKnownToMachineAsync(Cancellation));
        Assert.Null(await stranger.IsKnownToMachineAsync(Cancellation));
    }

    // As Go's verifier does, and so docker.
    [Theory]
    [InlineData("intermediate")]
    [InlineData("server")]
    public async Task What_is_named_need_not_be_a_root(string named)
    {
        var below = new TestAuthority(_folder.Combine("root")).Intermediate(_folder.Combine("below"));
        await using var server = await below.StartRegistryAsync();
        using var registry = Connect(server, Trust(named == "server" ? _folder.Combine("below", "127.0.0.1.cert") : below.CertificateFile));

        await registry.EnsureReachableAsync(Cancellation);
    }

    [Fact]
    public async Task Another_authority_does_not_help()
    {
        var authority = new TestAuthority(_folder.Combine("company"));
        await using var server = await authority.StartRegistryAsync();
        // By the name alone it could be the right one.
        var other = new TestAuthority(_folder.Combine("other"));

        var problem = await ProblemAsync(server, Trust(other.CertificateFile));

        Assert.StartsWith($"The registry {server.Domain} has a certificate that this machine does not trust (", problem, StringComparison.Ordinal);
        Assert.Contains("the company's authority", problem, StringComparison.Ordinal);
        Assert.EndsWith("Or put the authority's certificate into ~/.docker/certs.d/HOST/ca.crt.", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_refused_and_its_name_said()
    {
        var authority = new TestAuthority(_folder.Combine("company"));
        await using var server = await authority.StartRegistryAsync("registry.company.example");

        var problem = await ProblemAsync(server, Trust(authority.CertificateFile));

        Assert.Contains("does not trust (it is for another host: CN=registry.company.example)", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_asks_for_a_certificate_gets_this_side_s()
    {
        var authority = new TestAuthority(_folder.Combine("company"));
        await using var server = await authority.StartRegistryAsync(asksForCertificate: true);
        var (certificate, key) = authority.Sign("ada");
        var trust = Trust(authority.CertificateFile);

        await Assert.ThrowsAnyAsync<DeliveryException>(async () =>
        {
            using var stranger = Connect(server, trust);
            await stranger.EnsureReachableAsync(Cancellation);
        });
        using var registry = Connect(server, trust with { Own = [X509Certificate2.CreateFromPemFile(certificate, key)] });
        await registry.EnsureReachableAsync(Cancellation);
    }

    [Fact]
    public async Task How_plain_http_is_asked_for_is_said_where_TLS_is_not_spoken()
    {
        await using var server = new RegistryServer();
        await server.InitializeAsync();

        using var registry = new OciRegistry(server.Domain, Options with { PlainHttp = false, PlainHttpName = "--registry http://registry.lan" });
        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => registry.EnsureReachableAsync(Cancellation));

        Assert.Equal(
            $"The registry {server.Domain} does not speak TLS; plain http, which anyone on the way can read, is spoken only where it is named: --registry http://registry.lan",
            error.Message);
    }

    [Fact]
    public void Plain_http_is_spoken_where_it_is_named() => Assert.Equal("http://registry.lan:5000/", RegistryEndpoint.Of("registry.lan:5000", true).Base.AbsoluteUri);

    private static RegistryOptions Options => new()
    {
        Credentials = Credentials.None, FirstContactBudget = TimeSpan.FromSeconds(0.4), AuthorityName = "~/.docker/certs.d/HOST/ca.crt", Retry = new() { Budget = TimeSpan.FromSeconds(5) },
    };

    private static RegistryTrust Trust(string file) => new() { Authorities = [X509CertificateLoader.LoadCertificateFromFile(file)] };

    // With loopback, plain http would be spoken.
    private static OciRegistry Connect(RegistryServer server, RegistryTrust trust) => new(server.Domain, Options with { PlainHttp = false, Trust = trust });

    private static async Task<string> ProblemAsync(RegistryServer server, RegistryTrust trust)
    {
        using var registry = Connect(server, trust);
        return (await Assert.ThrowsAnyAsync<DeliveryException>(() => registry.EnsureReachableAsync(Cancellation))).Message;
    }
}
