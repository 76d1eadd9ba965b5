using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Acci.Delivery.Registries;

/// <summary>Certificates in PEM form.</summary>
internal static class CertificateFile
{
    // buildx reads no more of one. Source: buildx, util/confutil.
    private const int MaximumSize = 1024 * 1024;

    /// <summary>The certificates of a file.</summary>
    /// <exception cref="DeliveryException">It cannot be read, or holds none; the message names it.</exception>
    public static IReadOnlyList<X509Certificate2> Read(string file)
    {
        var text = InputFile.ReadText(file, MaximumSize);
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException exception)
        {
            throw new DeliveryException($"{file} holds a damaged certificate: {exception.Message.TrimEnd('.')}.", exception);
        }

        return certificates.Count > 0 ? [.. certificates] : throw new DeliveryException(
            $"{file} holds no certificate: it has to be in PEM form, and begins with -----BEGIN CERTIFICATE-----. `openssl x509 -inform der -in FILE -out ca.crt` converts one in DER form.");
    }

    /// <summary>A certificate with its private key.</summary>
    /// <exception cref="DeliveryException">One of the two cannot be used; the message names it.</exception>
    public static X509Certificate2 ReadOwn(string certificate, string key)
    {
        var (text, secret) = (InputFile.ReadText(certificate, MaximumSize), InputFile.ReadText(key, MaximumSize));
        try
        {
            var own = X509Certificate2.CreateFromPem(text, secret);
            // Windows shows no certificate whose key is in memory only.
            return OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null) : own;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new DeliveryException($"{certificate} and {key} are no certificate with its private key, both in PEM form and not encrypted: {exception.Message.TrimEnd('.')}.", exception);
        }
    }
}
