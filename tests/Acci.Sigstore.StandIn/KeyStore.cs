using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Acci.Sigstore.StandIn;

/// <summary>
/// The stand-in's keys and certificates: kept in a folder, so that what was signed before a restart can still be verified after it.
/// </summary>
internal sealed class KeyStore(string folder)
{
    public ECDsa EllipticCurve(string name)
    {
        var file = Path.Combine(folder, $"{name}.key.pem");
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(file)) key.ImportFromPem(File.ReadAllText(file));
        else Save(file, key.ExportPkcs8PrivateKeyPem());
        return key;
    }

    public RSA Rsa(string name)
    {
        var file = Path.Combine(folder, $"{name}.key.pem");
        var key = RSA.Create(2048);
        if (File.Exists(file)) key.ImportFromPem(File.ReadAllText(file));
        else Save(file, key.ExportPkcs8PrivateKeyPem());
        return key;
    }

    /// <summary>A certificate with its key; made once by <paramref name="make"/>.</summary>
    public X509Certificate2 Certificate(string name, Func<ECDsa, X509Certificate2> make)
    {
        var key = EllipticCurve(name);
        var file = Path.Combine(folder, $"{name}.pem");
        if (!File.Exists(file)) Save(file, make(key).ExportCertificatePem());
        return X509CertificateLoader.LoadCertificate(X509Certificate2.CreateFromPem(File.ReadAllText(file)).RawData).CopyWithPrivateKey(key);
    }

    private void Save(string file, string text)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(file, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
