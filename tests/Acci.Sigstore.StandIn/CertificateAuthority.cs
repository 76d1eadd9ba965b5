using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Acci.Sigstore.StandIn;

/// <summary>
/// Fulcio: a certificate for the workflow that a token names. Source: Fulcio, docs/certificate-specification.md, docs/oid-info.md,
/// docs/oidc.md ("GitHub"); the embedded timestamp of the certificate's log: RFC 6962, sections 3.1 to 3.3.
/// </summary>
internal sealed class CertificateAuthority
{
    private const string Arc = "1.3.6.1.4.1.57264.1";
    private readonly X509Certificate2 _root;
    private readonly ECDsa _log;

    public CertificateAuthority(KeyStore keys)
    {
        _root = keys.Certificate("fulcio", key =>
        {
            var request = new CertificateRequest("O=sigstore.standin, CN=stand-in certificate authority", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, pathLengthConstraint: 0, critical: true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.3")], critical: false));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
            return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(10));
        });
        _log = keys.EllipticCurve("ctlog");
    }

    public X509Certificate2 Root => _root;

    public byte[] LogKey => _log.ExportSubjectPublicKeyInfo();

    /// <summary>Issues a certificate.</summary>
    /// <param name="claims">The token's claims, verified.</param>
    /// <param name="publicKey">The key that the certificate is for: PEM.</param>
    /// <param name="lifetime">For how long it is valid.</param>
    /// <param name="logged">Whether it carries the timestamp of the certificates' log.</param>
    public X509Certificate2 Issue(JsonObject claims, string publicKey, TimeSpan lifetime, bool logged)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(publicKey);
        // Fulcio's certificates have an empty subject; who it is stands in the alternative name, which is critical for that reason: RFC 5280,
        // section 4.2.1.6.
        var request = new CertificateRequest(new X500DistinguishedName([0x30, 0x00]), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.3")], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_root, true, includeIssuerAndSerial: false));
        var server = Text(claims, "server_url") is { Length: > 0 } named ? named : "https://github.com";
        var name = new SubjectAlternativeNameBuilder();
        name.AddUri(AddressOf($"{server}/{Text(claims, "job_workflow_ref")}"));
        request.CertificateExtensions.Add(name.Build(critical: true));
        foreach (var (number, value) in Facts(claims, server))
        {
            // Numbers 1 to 6 hold the bare text, all later ones a DER-encoded UTF8String.
            var content = number < 7 ? Encoding.UTF8.GetBytes(value) : Der.Utf8(value);
            if (value.Length > 0) request.CertificateExtensions.Add(new X509Extension($"{Arc}.{number}", content, critical: false));
        }

        var serial = RandomNumberGenerator.GetBytes(20);
        serial[0] = (byte)(serial[0] & 0x7f | 1);
        var (from, to) = (DateTimeOffset.UtcNow.AddSeconds(-1), DateTimeOffset.UtcNow.Add(lifetime));
        var signing = X509SignatureGenerator.CreateForECDsa(_root.GetECDsaPrivateKey()!);
        if (logged)
        {
            // What the log signs is the certificate without the log's own extension, which is therefore the last one.
            var unlogged = request.Create(_root.SubjectName, signing, from, to, serial);
            var list = Der.OctetString(TimestampList(Der.FirstElement(unlogged.RawData)));
            request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.11129.2.4.2", list, critical: false));
        }

        return request.Create(_root.SubjectName, signing, from, to, serial);
    }

    // As Fulcio's Go writes an address that it has parsed: what stands there encoded stays as it is, and only what an address cannot have is encoded.
    private static Uri AddressOf(string text) => new(
        string.Concat(text.EnumerateRunes().Select(x => x.IsAscii && !"\"<>\\^`{|} ".Contains((char)x.Value, StringComparison.Ordinal) ? x.ToString() : Uri.EscapeDataString(x.ToString()))),
        new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private static IEnumerable<(int Number, string Value)> Facts(JsonObject claims, string server)
    {
        var repository = $"{server}/{Text(claims, "repository")}";
        yield return (1, Text(claims, "iss"));
        yield return (2, Text(claims, "event_name"));
        yield return (3, Text(claims, "sha"));
        yield return (4, Text(claims, "workflow"));
        yield return (5, Text(claims, "repository"));
        yield return (6, Text(claims, "ref"));
        yield return (8, Text(claims, "iss"));
        yield return (9, $"{server}/{Text(claims, "job_workflow_ref")}");
        yield return (10, Text(claims, "job_workflow_sha"));
        yield return (11, Text(claims, "runner_environment"));
        yield return (12, repository);
        yield return (13, Text(claims, "sha"));
        yield return (14, Text(claims, "ref"));
        yield return (15, Text(claims, "repository_id"));
        yield return (16, $"{server}/{Text(claims, "repository_owner")}");
        yield return (17, Text(claims, "repository_owner_id"));
        yield return (18, $"{server}/{Text(claims, "workflow_ref")}");
        yield return (19, Text(claims, "workflow_sha"));
        yield return (20, Text(claims, "event_name"));
        yield return (21, $"{repository}/actions/runs/{Text(claims, "run_id")}/attempts/{Text(claims, "run_attempt")}");
        yield return (22, Text(claims, "repository_visibility"));
    }

    private byte[] TimestampList(byte[] certificate)
    {
        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        byte[] length = [(byte)(certificate.Length >> 16), (byte)(certificate.Length >> 8), (byte)certificate.Length];
        // Version 1, certificate timestamp; entry type 1: a precertificate; no extensions.
        byte[] signed = [0, 0, .. time, 0, 1, .. SHA256.HashData(_root.PublicKey.ExportSubjectPublicKeyInfo()), .. length, .. certificate, 0, 0];
        var signature = _log.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        byte[] timestamp = [0, .. SHA256.HashData(LogKey), .. time, 0, 0, 4, 3, .. Length(signature), .. signature];
        byte[] item = [.. Length(timestamp), .. timestamp];
        return [.. Length(item), .. item];

        static byte[] Length(byte[] content) => [(byte)(content.Length >> 8), (byte)content.Length];
    }

    private static string Text(JsonObject claims, string name) => (string?)claims[name] ?? "";
}
