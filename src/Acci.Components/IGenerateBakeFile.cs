using Acci.Delivery.Buildx;
using Acci.Generation;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Writes the bake file for those who build the images by hand.</summary>
public interface IGenerateBakeFile : IHazImages, IHazDryRun
{
    /// <summary>The file.</summary>
    sealed IEnumerable<GeneratedFile> BakeFiles => [PlainBakeFile.Of(PlacedImages)];

    /// <summary>Writes <c>docker-bake.json</c>, with which <c>docker buildx bake</c> builds the images without this build.</summary>
    Target GenerateBakeFile => _ => _
        .Description("Writes docker-bake.json, with which 'docker buildx bake' builds the images by hand")
        .Runs(this, () => GeneratedFiles.VerbOf(this, () => BakeFiles, () => []));
}
