using Acci.Delivery.Signing;
using Acci.Oci.Manifests;

namespace Acci.Delivery.Publishing;

/// <summary>An image as its registry has it, verified.</summary>
/// <param name="Root">The manifest that names all others.</param>
/// <param name="Signer">Who signed it, as the certificate spells it.</param>
internal sealed record PublishedImage(Manifest Root, ExpectedSigner Signer)
{
    /// <summary>What a record and a log say of it.</summary>
    public string Result => $"signatures and attestations by {Signer.ReadName()} verified";
}
