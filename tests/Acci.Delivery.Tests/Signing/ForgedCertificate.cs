using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Acci.Delivery.Tests.Signing;

/// <summary>A certificate that nobody trusts, as anyone may put it beside an image.</summary>
/// <param name="Identity">Whom it names.</param>
/// <param name="Repository">Where that one ran.</param>
/// <param name="Ref">For what.</param>
/// <param name="Issuer">Who issued the token.</param>
internal sealed record ForgedCertificate(string Identity, string Repository, string Ref, string Issuer)
{
    private const string Arc = "1.3.6.1.4.1.57264.1";

    /// <summary>Another ref, said in the extension that newer programs read.</summary>
    public string? OtherRef { get; init; }

    /// <summary>Names somebody else, too.</summary>
    public bool HasTwoNames { get; init; }

    /// <summary>Says a second time for what it ran.</summary>
    public bool RepeatsRef { get; init; }

    /// <summary>The certificate, in DER.</summary>
    public byte[] ToBytes()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=forged", key, HashAlgorithmName.SHA256);
        var name = new SubjectAlternativeNameBuilder();
        name.AddUri(new Uri(Identity, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (HasTwoNames) name.AddUri(new Uri("https://github.com/stranger/app"));
        request.CertificateExtensions.Add(name.Build(critical: true));
        Add(5, Encoding.UTF8.GetBytes(Repository));
        Add(6, Encoding.UTF8.GetBytes(Ref));
        // One number more, which becomes the same below: two of one number cannot be asked for.
        if (RepeatsRef) Add(7, Encoding.UTF8.GetBytes(Ref));
        Add(8, Der(Issuer));
        if (OtherRef is not null) Add(14, Der(OtherRef));
        var content = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1)).RawData;
        byte[] number = [0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x07];
        if (RepeatsRef) content[content.AsSpan().IndexOf(number) + number.Length - 1] = 6;
        return content;

        void Add(int number, byte[] value) => request.CertificateExtensions.Add(new X509Extension($"{Arc}.{number}", value, critical: false));
    }

    private static byte[] Der(string text)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteCharacterString(UniversalTagNumber.UTF8String, text);
        return writer.Encode();
    }
}
