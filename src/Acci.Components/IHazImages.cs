using Acci.Delivery.Images;
using Nuke.Common;

namespace Acci.Components;

/// <summary>The images a build produces. A build declares them; everything else follows from them.</summary>
public interface IHazImages : INukeBuild
{
    /// <summary>The images.</summary>
    IEnumerable<ImageDefinition> Images { get; }
}
