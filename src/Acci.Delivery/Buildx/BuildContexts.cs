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
        var isElsewhere = top != await new Git(options.Root).TopFolderAsync(cancellationToken);
        var said = new ProvenanceSource(ProvenanceSource.RepositoryOf(await new Git(folder).OriginAsync(cancellationToken)), await new Git(folder).CommitOfAsync("HEAD", cancellationToken));
        // A workflow's certificate has its repository, whatever the image's definition says.
        var repository = options.Keyless || !image.Gives(OciLabels.SourceKey) ? ProvenanceSource.RepositoryOf((await context.FactsAsync()).Repository.Url) : null;
        var problem = said.ProblemWith(repository, image.Gives(OciLabels.RevisionKey) ? null : commit)
            ?? (isElsewhere && !image.Gives(OciLabels.RevisionKey) ? "was built from another checkout, which nobody has compared with the commit" : null);
        if (problem is null) return null;
        var below = Path.GetRelativePath(options.Root, folder).Replace('\\', '/');
        var (place, remedy) = !isElsewhere
            ? ($"'{image.Context}'", $"Let git's remote 'origin' lead to {repository}, or build in a clone of it.")
            : below.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(below)
                ? ($"{folder}, which is not of this repository", $"Make it part of this repository, as with `git submodule add`, let the image's {nameof(ImageDefinition.Context)} be '.', and name its files from there in the Dockerfile.")
                : ($"'{below}', a git repository of its own", $"Let the image's {nameof(ImageDefinition.Context)} be '.', and name the files from there in the Dockerfile: COPY {below}/… "
                    + "A folder that is no submodule yet has to become one (git submodule add).");
        return $"The image '{image.Name}' is built from {place}. Its provenance would say that it {problem}, and nobody who verifies the image would accept it. {remedy}";
    }
}
