using Acci.Delivery.Images;

namespace Acci.Delivery.Buildx;

/// <summary>The Dockerfiles that images are built from.</summary>
internal static class Dockerfiles
{
    /// <summary>What is wrong with an image whose Dockerfile is not there; null where it is.</summary>
    /// <param name="image">The image.</param>
    /// <param name="root">The repository's root.</param>
    public static string? ProblemOf(ImageDefinition image, string root) =>
        Path.Combine(root, image.Dockerfile) is var file && File.Exists(file) ? null
            : $"The image '{image.Name}' has no Dockerfile: {file} does not exist. "
                + $"Write it, or name another with the image's {nameof(ImageDefinition.Dockerfile)}.";

    /// <summary>Fails for the first image that has none.</summary>
    /// <param name="images">The images.</param>
    /// <param name="root">The repository's root.</param>
    /// <exception cref="DeliveryException">A Dockerfile is not there.</exception>
    public static void EnsureExist(IEnumerable<ImageDefinition> images, string root)
    {
        if (images.Select(x => ProblemOf(x, root)).FirstOrDefault(x => x is not null) is { } problem) throw new DeliveryException(problem);
    }

    /// <summary>What is wrong with the first <c>.dockerignore</c> that BuildKit cannot read; null where it can read all. Some engines end with such a file, and all that runs there with them.</summary>
    /// <param name="images">The images.</param>
    /// <param name="root">The repository's root.</param>
    public static string? FindBadIgnoreFile(IEnumerable<ImageDefinition> images, string root) => images.Select(x => ProblemOfIgnoreFile(x, root)).FirstOrDefault(x => x is not null);

    private static string? ProblemOfIgnoreFile(ImageDefinition image, string root)
    {
        var (dockerfile, context) = (Path.GetFullPath(image.Dockerfile, root), Path.GetFullPath(image.Context, root));
        try
        {
            return IgnoreFile.Of(dockerfile, context)?.Problem is { } problem ? $"{Path.GetRelativePath(root, IgnoreFile.FileOf(dockerfile, context)!)}, {problem}." : null;
        }
        catch (DeliveryException exception)
        {
            return exception.Message;
        }
    }
}
