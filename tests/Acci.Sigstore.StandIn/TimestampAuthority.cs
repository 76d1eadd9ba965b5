using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Acci.Sigstore.StandIn;

/// <summary>A timestamp authority. Source: RFC 3161, sections 2.4.1 and 2.4.2; RFC 5816 for the certificate's identifier in the token.</summary>
internal sealed class TimestampAuthority
{
    private const string TimestampInfo = "1.2.840.113549.1.9.16.1.4";
    private const string Policy = "1.3.6.1.4.1.57264.2";
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";

    public TimestampAuthority(KeyStore keys)
    {
        Root = keys.Certificate("tsa-root", key =>
        {
            var request = new CertificateRequest("O=sigstore.standin, CN=stand-in timestamp root", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, pathLengthConstraint: 0, critical: true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
            return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(10));
        });
        Leaf = keys.Certificate("tsa", key =>
        {
            var request = new CertificateRequest("O=sigstore.standin, CN=stand-in timestamp authority", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
            // The only purpose, and critical: RFC 3161, section 2.3.
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.8")], critical: true));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Root, true, includeIssuerAndSerial: false));
            var signing = X509SignatureGenerator.CreateForECDsa(Root.GetECDsaPrivateKey()!);
            var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), Root.NotAfter.AddDays(-1));
            return request.Create(Root.SubjectName, signing, from, to, RandomNumberGenerator.GetBytes(16));
        });
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 Leaf { get; }

    /// <summary>The answer to a query; null where it is none.</summary>
    public byte[]? Answer(byte[] query)
    {
        byte[] imprint;
        ReadOnlyMemory<byte>? nonce = null;
        var certificateWanted = false;
        try
        {
            // Sigstore's authority takes JSON, too: its JavaScript clients, GitHub's actions among them, send that.
            if (query is [(byte)'{', ..])
            {
                var wanted = JsonNode.Parse(query)!;
                return Answer(Imprint(Convert.FromBase64String((string)wanted["artifactHash"]!)), null, (bool?)wanted["certificates"] ?? false);
            }

            var request = new AsnReader(query, AsnEncodingRules.DER).ReadSequence();
            request.ReadInteger();
            imprint = request.ReadEncodedValue().ToArray();
            while (request.HasData)
            {
                var tag = request.PeekTag();
                if (tag.HasSameClassAndValue(Asn1Tag.Integer)) nonce = request.ReadIntegerBytes();
                else if (tag.HasSameClassAndValue(Asn1Tag.Boolean)) certificateWanted = request.ReadBoolean();
                else request.ReadEncodedValue();
            }
        }
        catch (Exception exception) when (exception is AsnContentException or JsonException or FormatException)
        {
            return null;
        }

        return Answer(imprint, nonce, certificateWanted);
    }

    private byte[] Answer(byte[] imprint, ReadOnlyMemory<byte>? nonce, bool certificateWanted)
    {
        var info = Der.Write(writer =>
        {
            using var sequence = writer.PushSequence();
            writer.WriteInteger(1);
            writer.WriteObjectIdentifier(Policy);
            writer.WriteEncodedValue(imprint);
            writer.WriteIntegerUnsigned([1, .. RandomNumberGenerator.GetBytes(15)]);
            writer.WriteGeneralizedTime(DateTimeOffset.UtcNow, omitFractionalSeconds: true);
            using (writer.PushSequence()) writer.WriteInteger(1);
            if (nonce is { } given) writer.WriteInteger(given.Span);
        });
        return Der.Write(writer =>
        {
            using var response = writer.PushSequence();
            // Granted.
            using (writer.PushSequence()) writer.WriteInteger(0);
            writer.WriteEncodedValue(Token(info, certificateWanted));
        });
    }

    private static byte[] Imprint(byte[] hash) => Der.Write(writer =>
    {
        using var imprint = writer.PushSequence();
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Sha256);
            writer.WriteNull();
        }

        writer.WriteOctetString(hash);
    });

    // A signed message: RFC 5652, sections 3, 5.1 and 5.3.
    private byte[] Token(byte[] info, bool certificateWanted)
    {
        byte[] Attributes(Asn1Tag? tag) => Der.Write(writer =>
        {
            using var set = writer.PushSetOf(tag);
            Attribute(writer, "1.2.840.113549.1.9.3", () => writer.WriteObjectIdentifier(TimestampInfo));
            Attribute(writer, "1.2.840.113549.1.9.4", () => writer.WriteOctetString(SHA256.HashData(info)));
            Attribute(writer, SigningCertificateV2, () =>
            {
                using var attribute = writer.PushSequence();
                using var certificates = writer.PushSequence();
                using var certificate = writer.PushSequence();
                writer.WriteOctetString(SHA256.HashData(Leaf.RawData));
            });
        });
        // What is signed has the tag of a set; in the message it has another one.
        var signature = Leaf.GetECDsaPrivateKey()!.SignData(Attributes(null), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Der.Write(writer =>
        {
            var inner = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
            using var content = writer.PushSequence();
            writer.WriteObjectIdentifier("1.2.840.113549.1.7.2");
            using var wrapped = writer.PushSequence(inner);
            using var signed = writer.PushSequence();
            writer.WriteInteger(3);
            using (writer.PushSetOf()) Algorithm(writer, Sha256);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(TimestampInfo);
                using (writer.PushSequence(inner)) writer.WriteOctetString(info);
            }

            if (certificateWanted)
            {
                using (writer.PushSetOf(inner)) writer.WriteEncodedValue(Leaf.RawData);
            }

            using (writer.PushSetOf())
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                using (writer.PushSequence())
                {
                    writer.WriteEncodedValue(Leaf.IssuerName.RawData);
                    writer.WriteInteger(Leaf.SerialNumberBytes.Span);
                }

                Algorithm(writer, Sha256);
                writer.WriteEncodedValue(Attributes(inner));
                Algorithm(writer, "1.2.840.10045.4.3.2");
                writer.WriteOctetString(signature);
            }
        });

        static void Algorithm(AsnWriter writer, string name)
        {
            using (writer.PushSequence()) writer.WriteObjectIdentifier(name);
        }

        static void Attribute(AsnWriter writer, string name, Action value)
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(name);
                using (writer.PushSetOf()) value();
            }
        }
    }
}
