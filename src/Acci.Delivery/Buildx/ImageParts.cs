using Acci.Delivery.Images;
using Acci.Delivery.Registries;
using Acci.Delivery.Versioning;

namespace Acci.Delivery.Buildx;

/// <summary>
/// The platforms of images that other machines have built: a folder with one folder for each machine, which holds what its build left in
/// <c>artifacts/images</c> and <c>artifacts/publish</c>. Each platform is built where it is native, and the images are merged from their layouts.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="options">The options of this build.</param>
internal sealed class ImageParts(string folder, DeliveryOptions options)
{
    /// <summary>The parameter that names it.</summary>
    public const string Parameter = "--image-parts";

    private const string Contents = "each machine's folder holds its artifacts/images and artifacts/publish";

    /// <summary>Those that a build was given; null where it builds all by itself.</summary>
    /// <exception cref="WrongUseException">There is no such folder, or it holds what this build writes itself.</exception>
    public static ImageParts? Of(DeliveryOptions options)
    {
        if (options.ImageParts is not { } named) return null;
        var folder = options.PathOf(named);
        if (!InputFile.IsFolder(folder))
            throw new WrongUseException(
                $"{Parameter}: there is no folder '{named}'. Copy there what the machines that build the platforms left: {Contents}.");
        if (FoldersIn(folder).Append(folder).Any(x => IsSame(x, options.Artifacts)))
        {
            throw new WrongUseException(
                $"{Parameter}: '{named}' holds this build's own artifacts, not those of other machines. Name a folder that holds nothing else, "
                + "such as artifacts/parts.");
        }

        return new ImageParts(folder, options);
    }

    /// <summary>Finds the parts of an image, in the order of its platforms. Their manifests are checked, and their blobs are not.</summary>
    /// <param name="image">The image.</param>
    /// <param name="version">What is checked out here.</param>
    /// <param name="destinations">Where the image goes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DeliveryException">A part is damaged or of another commit; a platform is missing, there twice, or not published.</exception>
    public async Task<IReadOnlyList<ImagePart>> FindAsync(
        ImageDefinition image, VersionInfo version, IReadOnlyList<Destination> destinations, CancellationToken cancellationToken)
    {
        if (version.Revision is null)
        {
            throw new DeliveryException(
                $"{Parameter}: there is no commit here, so nothing tells whether the parts are of the same sources. "
                + "Merge them in a clone of the repository.");
        }

        var parts = new List<ImagePart>();
        foreach (var machine in FoldersIn(folder))
        {
            if (await ImagePart.FindAsync(options with { Artifacts = machine }, image, cancellationToken) is not { } part) continue;
            part.EnsureIsOf(image, version, destinations);
            parts.Add(part);
        }

        EnsureComplete(image, parts);
        return [.. parts.OrderBy(x => x.Platforms.Min(platform => image.Platforms.ToList().IndexOf(platform.Platform)))];
    }

    private void EnsureComplete(ImageDefinition image, List<ImagePart> parts)
    {
        var built = parts.SelectMany(x => x.Platforms.Select(y => (y.Platform, x.Layout.Folder))).ToList();
        if (built.GroupBy(x => x.Platform).FirstOrDefault(x => x.Count() > 1) is { } twice)
            throw new DeliveryException(
                $"'{image.Name}' was built for {twice.Key} twice: {string.Join(" and ", twice.Select(x => x.Folder))}. Leave one out.");
        if (image.Platforms.Except(built.Select(x => x.Platform)).ToList() is not { Count: > 0 } missing) return;
        throw new DeliveryException(
            $"No folder in {folder} has '{image.Name}' for {string.Join(", ", missing)}: {Contents}, "
            + $"as in {Path.Combine(folder, "arm64", "images", image.Name)}.");
    }

    private static bool IsSame(string one, string other) => Full(one) == Full(other);

    private static string Full(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    private static IReadOnlyList<string> FoldersIn(string folder)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeliveryException(
                $"{Parameter}: {folder} cannot be read: {exception.Message.TrimEnd('.')}. Give this user access to it.", exception);
        }
    }
}
