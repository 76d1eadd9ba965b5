using Acci.Delivery.Buildx;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Builds the images.</summary>
public interface IBuildImages : IHazDelivery
{
    /// <summary>Builds every image for all its platforms in one graph, each into an OCI layout under <c>artifacts/images</c>.</summary>
    Target BuildImages => _ => _
        .Description("Builds every image for all its platforms, into artifacts/images")
        .Produces(ArtifactsDirectory / "docker-bake.json")
        .Runs(this, () => Prepared(new BuildImages(Context)));
}
