using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Acci.EndToEnd.Tests;

/// <summary>A certificate authority that is trusted by nobody, and what it issues.</summary>
public sealed class Certificates
{
    private readonly CertificateRequest _request = new("CN=an authority", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);

    public Certificates()
    {
        _request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        Authority = _request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(3));
    }

    public X509Certificate2 Authority { get; }

    /// <summary>Issues one for a server, or a client, that is called so, on this machine's loopback, too.</summary>
    public X509Certificate2 Issue(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.Create(Authority, Authority.NotBefore, Authority.NotAfter, RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
    }

    /// <summary>Writes the files that docker looks for: <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>.</summary>
    public void Write(string folder, X509Certificate2 issued)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "ca.pem"), Authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "cert.pem"), issued.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), issued.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }
}
