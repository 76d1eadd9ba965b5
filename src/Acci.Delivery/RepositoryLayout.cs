using Acci.Delivery.Images;
using Acci.Delivery.Versioning;
using Acci.Generation.RunConfigurations;

namespace Acci.Delivery;

/// <summary>
/// Where a repository keeps what this product reads and writes. Folders are relative to the repository's root, with forward slashes, as messages name them. The folder of
/// results is <see cref="DeliveryOptions.Artifacts"/>.
/// </summary>
public sealed record RepositoryLayout
{
    /// <summary>The command that runs the build, as people type it in the root, as workflows run it, and as messages name it.</summary>
    public string BuildCommand { get; init; } = "./build.sh";

    /// <summary>The build's own project; its workflows' source and completions for shells are beside it.</summary>
    public string BuildProject { get; init => field = Relative(value); } = DebuggedProgram.Build.Project;

    /// <summary>The folders that have a folder for each project.</summary>
    public IReadOnlyList<string> Projects { get; init => field = [.. value.Select(Relative)]; } = ["src", "tests"];

    /// <summary>Versions, digests and checksums of what others make: base images, actions, tools.</summary>
    public string Locks { get; init => field = Relative(value); } = "deploy/locks";

    /// <summary>Dockerfiles, in a folder for each image; an image may name another place.</summary>
    public string Images { get; init => field = Relative(value); } = "deploy/images";

    /// <summary>Compose files, and this machine's variables and secrets beside them.</summary>
    public string Compose { get; init => field = Relative(value); } = "deploy/compose";

    /// <summary>Settings of the environments.</summary>
    public string Environments { get; init => field = Relative(value); } = "deploy/environments";

    /// <summary>
    /// What the name of a version tag in git begins with, whatever follows being the version: <c>v</c> of <c>v1.2.3</c>, nothing of <c>1.2.3</c>, <c>shop/v</c> of
    /// <c>shop/v1.2.3</c>, as repositories have it that hold several programs.
    /// </summary>
    public string VersionTagPrefix { get; init; } = VersionInfo.TagPrefix;

    /// <summary>The image with its Dockerfile, which is in its own folder where it names none: <c>deploy/images/app/Dockerfile</c>.</summary>
    public ImageDefinition WithDockerfile(ImageDefinition image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Dockerfile.Length > 0 ? image : image with { Dockerfile = $"{Images}/{image.Name}/Dockerfile" };
    }

    /// <summary>The image with a Dockerfile and a context that are relative to the root, however a build writes them: in full, as NUKE's <c>AbsolutePath</c> is, or with backslashes.</summary>
    /// <param name="image">The image.</param>
    /// <param name="root">The repository's root.</param>
    public static ImageDefinition Place(ImageDefinition image, string root)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image with { Dockerfile = Below(image.Dockerfile), Context = Below(image.Context) };

        string Below(string path) => (Path.IsPathFullyQualified(path) ? Path.GetRelativePath(root, path) : path).Replace('\\', '/');
    }

    /// <summary>A file or folder beside the build's project.</summary>
    public string BesideBuild(string name) => BuildProject[..(BuildProject.LastIndexOf('/') + 1)] + name;

    /// <summary>The digests of base images.</summary>
    public string ImageLocks => $"{Locks}/images.json";

    /// <summary>The commits of actions.</summary>
    public string ActionLocks => $"{Locks}/actions.json";

    /// <summary>The versions and checksums of tools.</summary>
    public string ToolLocks => $"{Locks}/tools.json";

    // Folders stand in messages, globs and generated files as they are written here.
    private static string Relative(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var folder = path.Replace('\\', '/');
        return !Path.IsPathRooted(folder) ? folder.TrimEnd('/') is { Length: > 0 } named ? named : "."
            : throw new DeliveryException($"'{path}' is no folder of a {nameof(RepositoryLayout)}: write it relative to the repository's root.");
    }
}
