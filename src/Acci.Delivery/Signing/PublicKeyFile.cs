using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;

namespace Acci.Delivery.Signing;

/// <summary>
/// A file with one public key in PEM, of a kind that cosign verifies with. Whoever names a signer may mistake the private half for it, and a public key
/// goes into policies and releases.
/// Source: RFC 7468, section 13; sigstore, pkg/cryptoutils, <c>UnmarshalPEMToPublicKey</c>; Go, encoding/pem and crypto/x509.
/// </summary>
internal static partial class PublicKeyFile
{
    private const int Largest = 1024 * 1024;
    private const string Begin = "-----BEGIN ";
    private const string Ed25519 = "1.3.101.112";
    private const string EllipticCurve = "1.2.840.10045.2.1";
    private const string Rsa = "1.2.840.113549.1.1.1";

    // P-224, P-256, P-384 and P-521, by name.
    private static readonly string[] Curves = ["1.3.132.0.33", "1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];

    /// <summary>Reads the key.</summary>
    /// <returns>The key in PEM, and nothing of what else the file says.</returns>
    /// <exception cref="DeliveryException">The file cannot be read, or is no public key.</exception>
    public static string Read(string file)
    {
        // cosign reads the file itself, with its byte order mark.
        var whole = Encoding.UTF8.GetString(InputFile.Read(file, Largest));
        var text = whole.TrimStart('\uFEFF');
        if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new DeliveryException(
                $"{file} is a private key: name the file with its public half, which cosign writes: cosign public-key --key {file} > cosign.pub");
        }

        if (text.Split(Begin).Length > 2) throw new DeliveryException($"{file} has several keys or certificates: name a file with one public key.");
        if (!PemEncoding.TryFind(text, out var pem)) throw new DeliveryException($"{file} is no public key: {Expected}.");
        var label = text[pem.Label];
        if (!IsKey(label, Convert.FromBase64String(text[pem.Base64Data])))
        {
            var kind = label.EndsWith("KEY", StringComparison.Ordinal) ? "a damaged or other" : "a";
            throw new DeliveryException($"{file} is no public key that cosign reads, but {kind} {label}: {Expected}.");
        }

        if (!OnLinesOfTheirOwn().IsMatch(whole))
        {
            throw new DeliveryException(
                $"{file} has a public key that cosign does not find: the lines with -----BEGIN and -----END must hold nothing else, not even a byte order mark or blanks before them.");
        }

        return text[pem.Location].ReplaceLineEndings("\n") + "\n";
    }

    /// <summary>The key itself, as a <c>SubjectPublicKeyInfo</c> in DER, whichever way it is written. Source: RFC 5280, section 4.1.2.7.</summary>
    /// <param name="pem">The key in PEM, as <see cref="Read"/> takes it.</param>
    public static byte[] ReadSubject(string pem)
    {
        var fields = PemEncoding.Find(pem);
        var content = Convert.FromBase64String(pem[fields.Base64Data]);
        if (!pem[fields.Label].StartsWith("RSA", StringComparison.Ordinal)) return content;
        using var rsa = RSA.Create();
        rsa.ImportRSAPublicKey(content, out _);
        return rsa.ExportSubjectPublicKeyInfo();
    }

    /// <summary>A key as cosign writes it, whichever way it is written; what is no key, as it is.</summary>
    public static string Normalize(string pem)
    {
        try
        {
            return $"{PemEncoding.WriteString("PUBLIC KEY", ReadSubject(pem))}\n";
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            return pem;
        }
    }

    private static string Expected => $"name a file with {Begin}PUBLIC KEY----- and the key, as cosign writes it into cosign.pub";

    private static bool IsKey(string label, byte[] content)
    {
        try
        {
            return label switch
            {
                "PUBLIC KEY" => IsSubjectPublicKey(content),
                "RSA PUBLIC KEY" => IsWhole(content, RSA.Create(), (RSA rsa, out int read) => rsa.ImportRSAPublicKey(content, out read)),
                _ => false,
            };
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException)
        {
            return false;
        }
    }

    private static bool IsSubjectPublicKey(byte[] content)
    {
        var key = PublicKey.CreateFromSubjectPublicKeyInfo(content, out var length);
        return length == content.Length && key.Oid.Value switch
        {
            EllipticCurve => key.EncodedParameters?.RawData is [0x06, ..] name && Curves.Contains(AsnDecoder.ReadObjectIdentifier(name, AsnEncodingRules.DER, out _))
                && IsWhole(content, ECDsa.Create(), (ECDsa curve, out int read) => curve.ImportSubjectPublicKeyInfo(content, out read)),
            Rsa => IsWhole(content, RSA.Create(), (RSA rsa, out int read) => rsa.ImportSubjectPublicKeyInfo(content, out read)),
            Ed25519 => key.EncodedKeyValue.RawData.Length == 32,
            _ => false,
        };
    }

    private static bool IsWhole<T>(byte[] content, T algorithm, Import<T> import)
        where T : IDisposable
    {
        using (algorithm)
        {
            import(algorithm, out var read);
            return read == content.Length;
        }
    }

    [GeneratedRegex(@"(?:\A|\n)-----BEGIN [^\n]*-----[ \t\r]*\n(?:[^\n]*\n)*?-----END [^\n]*-----[ \t\r]*(?:\n|\z)")]
    private static partial Regex OnLinesOfTheirOwn();

    private delegate void Import<in T>(T algorithm, out int read);
}
