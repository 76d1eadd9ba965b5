using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Acci.Delivery.Signing;

/// <summary>
/// What a certificate of Sigstore's says of the workflow it was issued for. It is read here, and believed only once cosign has verified it.
/// </summary>
/// <param name="Identity">The workflow's identity.</param>
/// <param name="Source">The repository it ran in, and who issued its token.</param>
internal sealed record WorkflowCertificate(string Identity, WorkflowSource Source)
{
    // Source: RFC 5280, section 4.2.1.6, and Fulcio, "OID information".
    private const string AlternativeName = "2.5.29.17";
    private const string Repository = "1.3.6.1.4.1.57264.1.5";
    private const string Issuer = "1.3.6.1.4.1.57264.1.8";

    private static readonly Asn1Tag Address = new(TagClass.ContextSpecific, 6);

    /// <summary>Reads a certificate; null where it is no workflow's.</summary>
    public static WorkflowCertificate? Read(byte[] content)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(content);
            var extensions = certificate.Extensions.ToDictionary(x => x.Oid!.Value!, x => x.RawData);
            if (!extensions.TryGetValue(AlternativeName, out var name) || !extensions.TryGetValue(Repository, out var repository)
                || !extensions.TryGetValue(Issuer, out var issuer))
                return null;
            var identity = new AsnReader(name, AsnEncodingRules.DER).ReadSequence().ReadCharacterString(UniversalTagNumber.IA5String, Address);
            // Numbers up to 6 hold the bare text, all later ones a DER-encoded one.
            var issuedBy = new AsnReader(issuer, AsnEncodingRules.DER).ReadCharacterString(UniversalTagNumber.UTF8String);
            return new WorkflowCertificate(identity, new WorkflowSource(Encoding.UTF8.GetString(repository), issuedBy));
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException or ArgumentException)
        {
            return null;
        }
    }
}
