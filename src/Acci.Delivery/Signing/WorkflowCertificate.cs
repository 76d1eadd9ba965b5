using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Acci.Delivery.Signing;

/// <summary>
/// What a certificate of Sigstore's says of the workflow it was issued for. It is read here, and believed only once cosign has verified it.
/// </summary>
/// <param name="Identity">The workflow's identity.</param>
/// <param name="Source">The repository it ran in and the ref it ran for, and who issued its token.</param>
internal sealed record WorkflowCertificate(string Identity, WorkflowSource Source)
{
    // Source: RFC 5280, section 4.2.1.6, and Fulcio, "OID information".
    private const string AlternativeName = "2.5.29.17";
    private const string Repository = "1.3.6.1.4.1.57264.1.5";
    private const string Ref = "1.3.6.1.4.1.57264.1.6";
    private const string Issuer = "1.3.6.1.4.1.57264.1.8";

    // Names in git refs have at most 255 bytes; anyone may put a certificate of any length beside an image.
    private const int LongestValue = 2048;

    private static readonly Asn1Tag Address = new(TagClass.ContextSpecific, 6);

    /// <summary>Whether this is a workflow's certificate.</summary>
    /// <param name="identity">The identity that the workflow's token names.</param>
    /// <param name="source">Where it ran.</param>
    public bool IsOf(string identity, WorkflowSource source) => Decode(Identity) == Decode(identity) && Source == source;

    /// <summary>
    /// An identity as the token has it. In a certificate it is the text of an address, in which what is no letter of ASCII's is percent-encoded, and which Fulcio may
    /// have escaped for HTML. Source: RFC 5280, section 4.2.1.6; Fulcio, pkg/identity/ciprovider, <c>html/template</c>.
    /// </summary>
    public static string Decode(string identity) => WebUtility.HtmlDecode(Uri.UnescapeDataString(identity));

    /// <summary>Reads a certificate; null where it is no workflow's.</summary>
    public static WorkflowCertificate? Read(byte[] content)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(content);
            var extensions = certificate.Extensions.ToDictionary(x => x.Oid!.Value!, x => x.RawData);
            if (!extensions.TryGetValue(AlternativeName, out var name) || !extensions.TryGetValue(Repository, out var repository)
                || !extensions.TryGetValue(Ref, out var reference) || !extensions.TryGetValue(Issuer, out var issuer))
                return null;
            var names = new AsnReader(name, AsnEncodingRules.DER).ReadSequence();
            var identity = names.ReadCharacterString(UniversalTagNumber.IA5String, Address);
            // Numbers up to 6 hold the bare text, all later ones a DER-encoded one.
            var issuedBy = new AsnReader(issuer, AsnEncodingRules.DER).ReadCharacterString(UniversalTagNumber.UTF8String);
            var (ranIn, ranFor) = (Encoding.UTF8.GetString(repository), Encoding.UTF8.GetString(reference));
            return !names.HasData && ((string[])[identity, issuedBy, ranIn, ranFor]).All(IsValue)
                ? new WorkflowCertificate(identity, new WorkflowSource(ranIn, issuedBy) { Ref = ranFor }) : null;
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException or ArgumentException)
        {
            return null;
        }
    }

    // Git's names have neither blanks nor control characters of ASCII's, and a terminal acts on the others. Source: git-check-ref-format(1).
    private static bool IsValue(string text) =>
        text.Length <= LongestValue && ExpectedSigner.IsChecked(text) && !text.Any(x => x is ' ' || char.IsControl(x));
}
