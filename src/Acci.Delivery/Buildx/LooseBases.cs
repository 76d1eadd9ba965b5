using Acci.Delivery.Images;
using Acci.Oci;

namespace Acci.Delivery.Buildx;

/// <summary>What a Dockerfile takes from images that the build puts nothing in the place of: no pinned digest, no mirror, no stand-in.</summary>
internal static class LooseBases
{
    private const int LargestDockerfile = 8 * 1024 * 1024;

    /// <summary>A line for each of them, which names it and says what helps.</summary>
    /// <param name="image">The image.</param>
    /// <param name="root">The repository's root.</param>
    public static IEnumerable<string> Of(ImageDefinition image, string root)
    {
        var file = Path.Combine(root, image.Dockerfile);
        if (!InputFile.Exists(file)) return [];
        var stages = DockerfileStages.Parse(InputFile.ReadText(file, LargestDockerfile).ReplaceLineEndings("\n").Split('\n'), image.BuildArguments);
        var covered = BakeTargets.Used(image).Select(x => x.Reference.ToContextName()).ToHashSet();
        return
            from platform in image.Platforms
            from found in stages.ImagesOf(platform, image.Target)
            where !IsCovered(found.Image)
            group platform by found into loose
            orderby loose.Key.Line
            select $"{image.Name}: {image.Dockerfile}, line {loose.Key.Line} takes {SafeText.Terminal(loose.Key.Image)} for {string.Join(", ", loose)} "
                + "as its registry has it at that time: "
                + (image.BaseImages.Any(x => x.Reference.ToContextName() == NameOf(loose.Key.Image))
                    ? $"it is among the image's base images for other platforms. Add {(loose.Count() == 1 ? "this one" : "these")} to its Platforms"
                    : "it is not among the image's BaseImages. Add it there to pin it and to take it from --image-mirror");

        // What is pinned where it stands follows no tag; what is no name BuildKit refuses.
        bool IsCovered(string text) => !text.Contains('$', StringComparison.Ordinal)
            && (!ImageReference.TryParse(text, out var reference, out _) || reference.Digest is not null
                || NameOf(text) is not { } name || covered.Contains(name));

        static string? NameOf(string text)
        {
            try
            {
                return ImageReference.TryParse(text, out var reference, out _) ? reference.ToContextName() : null;
            }
            catch (InvalidReferenceException)
            {
                // 64 hexadecimal digits, which are no name.
                return null;
            }
        }
    }
}
