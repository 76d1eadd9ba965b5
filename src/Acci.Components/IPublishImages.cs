using Nuke.Common;

namespace Acci.Components;

/// <summary>Publishes the images.</summary>
public interface IPublishImages : ISmokeTestImages, ISignImages, IVerifyImages
{
    /// <summary>Everything from source to tags: builds, tries, pushes by digest, signs, verifies, and only then moves the tags.</summary>
    Target Publish => _ => _
        .Description("Builds, tries, pushes, signs and verifies every image; its tags move last")
        .DependsOn(SmokeTestImages, SignImages, VerifyImages)
        .Executes(async () =>
        {
            foreach (var summary in await Delivery.TagAsync())
            {
                Console.WriteLine(summary.ToText());
                await summary.WriteMarkdownAsync(ArtifactsDirectory / "publish");
            }
        });
}
