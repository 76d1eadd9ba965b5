using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Signing;
using Acci.Delivery.Versioning;

namespace Acci.Delivery.Buildx;

/// <summary>
/// Checks the build contexts before anything is built. BuildKit's provenance records the repository and the commit of an image's context, and verification compares them with
/// those in the image's annotations. Source: buildx, build/git.go.
/// </summary>
internal static class BuildContexts
{
    /// <summary>Makes sure that each image that is signed is built from a folder whose commit and repository are those that the image names.</summary>
    /// <exception cref="DeliveryException">One is not; the message says what to do.</exception>
    public static async Task<string> LookAsync(DeliveryContext context)
    {
        foreach (var image in context.Options.Images)
            if (await ProblemOfAsync(image, context) is { } problem) throw new DeliveryException(problem);
        return $"from {string.Join(", ", context.Options.Images.Select(x => x.Context).Distinct())}";
    }

    private static async Task<string?> ProblemOfAsync(ImageDefinition image, DeliveryContext context)
    {
        var (options, cancellationToken) = (context.Options, context.CancellationToken);
        var folder = Path.GetFullPath(image.Context, options.Root);
        // One that is written by a target is looked at when that has run. Outside a repository the provenance names neither.
        if (!Directory.Exists(folder) || (await context.VersionAsync()).Revision is not { } commit) return null;
        if (await new Git(folder).TopFolderAsync(cancellationToken) is not { } top) return null;
        var ownTop = await new Git(options.Root).TopFolderAsync(cancellationToken);
        var isElsewhere = top != ownTop;
        var said = new ProvenanceSource(ProvenanceSource.RepositoryOf(await new Git(folder).OriginAsync(cancellationToken)), await new Git(folder).CommitOfAsync("HEAD", cancellationToken));
        // A workflow's certificate has its repository, whatever the image's definition says.
        var repository = options.Keyless || !image.Gives(OciLabels.SourceKey) ? ProvenanceSource.RepositoryOf((await context.FactsAsync()).Repository.Url) : null;
        var problem = said.ProblemWith(repository, image.Gives(OciLabels.RevisionKey) ? null : commit)
            ?? (isElsewhere && !image.Gives(OciLabels.RevisionKey) ? "was built from another checkout, which nobody has compared with the commit" : null);
        if (problem is null) return null;
        var (place, remedy) = isElsewhere ? await ElsewhereAsync(image, options.Root, ownTop!, folder, top, cancellationToken)
            : ($"'{image.Context}'", $"Let git's remote 'origin' lead to {repository}, or build in a clone of it.");
        return $"The image '{image.Name}' is built from {place}. Its provenance would say that it {problem}, and nobody who verifies the image would accept it. {remedy}";
    }

    // What can be its context, and how: all that is below the repository's top folder, on which a build may lie lower. git says where the folders really are: a build's may be
    // named by a link.
    private static async Task<(string Place, string Remedy)> ElsewhereAsync(
        ImageDefinition image, string root, string top, string folder, string topOfFolder, CancellationToken cancellationToken)
    {
        const string context = nameof(ImageDefinition.Context);
        var prefix = (await new Git(root).PrefixAsync(cancellationToken) ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        // git ends it with a slash.
        var there = Path.TrimEndingDirectorySeparator(Path.Combine(topOfFolder, await new Git(folder).PrefixAsync(cancellationToken) ?? ""));
        if (Below(Path.Combine([top, .. prefix]), there) is { } below) return Within(".", below);
        if (Below(top, there) is { } beside) return Within(string.Join('/', prefix.Select(_ => "..")), beside);
        if (Below(there, top) is not null)
        {
            return ($"{folder}, {(Below(topOfFolder, there) is not null ? "a folder of " : "")}the git repository around this one",
                $"Let the image's {context} be a folder of this repository, or declare the image in a build of that one.");
        }

        return ($"{folder}, which is not of this repository",
            $"Make it part of this repository, as with `git submodule add` in {root}, let the image's {context} be '.', and name its files from there in the Dockerfile.");

        (string, string) Within(string from, string to) => ($"'{(from == "." ? to : image.Context)}', a git repository of its own",
            $"Let the image's {context} be '{from}', and name the files from there in the Dockerfile: COPY {to}/… "
            + "A folder that is no submodule yet has to become one (git submodule add).");
    }

    /// <summary>The path of a file or folder in a folder, with slashes; null if it is not below it.</summary>
    internal static string? Below(string folder, string path) =>
        Path.GetRelativePath(folder, path).Replace('\\', '/') is var below && below is not ("." or "..")
        && !below.StartsWith("../", StringComparison.Ordinal) && !Path.IsPathRooted(below) ? below : null;
}
