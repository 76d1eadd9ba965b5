using Acci.Delivery.Publishing;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Writes what clusters enforce.</summary>
public interface IWriteAdmissionPolicy : IHazDelivery, IHazImages, IHazExpectedSigner, IHazDestination
{
    /// <summary>Writes policies for Kyverno and Sigstore's policy-controller, which admit the images only where their signer signed them.</summary>
    Target WriteAdmissionPolicy => _ => _
        .Description("Writes policies with which a Kubernetes cluster runs these images only if their signer signed them")
        .TryAfter<IPublishImages>(x => x.Publish)
        .Runs(this, () => Prepared(new WriteAdmissionPolicy(Context)));
}
