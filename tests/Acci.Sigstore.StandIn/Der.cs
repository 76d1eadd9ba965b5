using System.Formats.Asn1;

namespace Acci.Sigstore.StandIn;

/// <summary>Short forms for writing DER.</summary>
internal static class Der
{
    public static byte[] Write(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return writer.Encode();
    }

    public static byte[] Utf8(string text) => Write(x => x.WriteCharacterString(UniversalTagNumber.UTF8String, text));

    public static byte[] OctetString(byte[] content) => Write(x => x.WriteOctetString(content));

    /// <summary>The first element of a SEQUENCE: of a certificate that is what was signed.</summary>
    public static byte[] FirstElement(byte[] sequence) => new AsnReader(sequence, AsnEncodingRules.DER).ReadSequence().ReadEncodedValue().ToArray();
}
