using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Acci.Testing;

/// <summary>A certificate authority that no machine knows, with the files of what it has signed.</summary>
public sealed class TestAuthority
{
    private readonly string _folder;
    private readonly X509Certificate2 _certificate;

    /// <param name="folder">Where its files go.</param>
    /// <param name="name">Its name.</param>
    public TestAuthority(string folder, string name = "the company's authority")
        : this(folder, name, null)
    {
    }

    private TestAuthority(string folder, string name, X509Certificate2? issuer)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        if (issuer is null) _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        else
        {
            using var signed = request.Create(issuer, issuer.NotBefore, issuer.NotAfter, RandomNumberGenerator.GetBytes(8));
            _certificate = signed.CopyWithPrivateKey(key);
        }

        File.WriteAllText(CertificateFile, _certificate.ExportCertificatePem());
    }

    /// <summary>The file of its certificate.</summary>
    public string CertificateFile => Path.Combine(_folder, "ca.crt");

    /// <summary>An authority that this one has signed.</summary>
    public TestAuthority Intermediate(string folder) => new(folder, "an authority below", _certificate);

    /// <summary>Writes a certificate that it signs, and its private key.</summary>
    /// <param name="name">What the files are called, and what is certified: a host, an address, or a user.</param>
    /// <param name="ending">The ending of the certificate's file.</param>
    public (string Certificate, string Key) Sign(string name, string ending = ".cert")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_certificate, _certificate.NotBefore, _certificate.NotAfter, RandomNumberGenerator.GetBytes(8));
        var files = (Certificate: Path.Combine(_folder, $"{name}{ending}"), Key: Path.Combine(_folder, $"{name}.key"));
        File.WriteAllText(files.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem());
        return files;
    }

    /// <summary>A registry with a certificate of this authority.</summary>
    /// <param name="name">What its certificate is for.</param>
    /// <param name="asksForCertificate">Callers have to show a certificate of this authority.</param>
    public async Task<RegistryServer> StartRegistryAsync(string name = "127.0.0.1", bool asksForCertificate = false)
    {
        var (certificate, key) = Sign(name);
        var server = RegistryServer.With("", $"tls:\n  certificate: {certificate}\n  key: {key}{(asksForCertificate ? $"\n  clientcas:\n    - {CertificateFile}" : "")}");
        await server.InitializeAsync();
        return server;
    }
}
