using Acci.Delivery;
using Acci.Delivery.Images;

namespace Acci.Components;

/// <summary>The images a build produces. A build declares them; everything else follows from them.</summary>
public interface IHazImages : IHazLayout
{
    /// <summary>The images.</summary>
    IEnumerable<ImageDefinition> Images { get; }

    /// <summary>The images, each with its Dockerfile.</summary>
    sealed IEnumerable<ImageDefinition> PlacedImages => ImageDefinition.Distinct(Images.Select(x => RepositoryLayout.Place(Layout.WithDockerfile(x), RootDirectory)));
}
