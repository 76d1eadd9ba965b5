using Acci.Delivery.Publishing;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Verifies the images.</summary>
public interface IVerifyImages : IHazDelivery, IHazImages, IHazExpectedSigner, IHazRegistry, IHazRetries, IHazImageMirror
{
    /// <summary>Verifies, from the registry and with the public key alone, every signature and attestation.</summary>
    Target VerifyImages => _ => _
        .Description("Verifies every signature and attestation in the registry, as a consumer would")
        .TryAfter<ISignImages>(x => x.SignImages)
        .Runs(this, () => Prepared(new VerifyImages(Context)));
}
