using Acci.Delivery.Images;

namespace Acci.Delivery.Buildx;

/// <summary>Looks for secrets of this checkout's environments in build contexts: a Dockerfile may copy the whole context into the image.</summary>
internal static class ContextSecrets
{
    private static readonly EnumerationOptions All = new() { AttributesToSkip = 0, IgnoreInaccessible = true };

    /// <summary>Finds the first image whose context contains a secret, and says what to do; null if there is none.</summary>
    /// <exception cref="DeliveryException">An ignore file cannot be read.</exception>
    public static string? FindProblem(DeliveryOptions options) => options.Images.Select(x => Find(x, options)?.Problem).FirstOrDefault(x => x is not null);

    /// <summary>Finds a secret in the context of an image: its path there, and what to do; null if there is none.</summary>
    /// <exception cref="DeliveryException">The ignore file cannot be read.</exception>
    public static (string Path, string Problem)? Find(ImageDefinition image, DeliveryOptions options)
    {
        var folder = Path.Combine(options.Root, options.Layout.Compose);
        // What is sent is the file itself, and not what links lead to it: it may be ignored in one place and not in the other.
        var secrets = FilesIn(Path.Combine(folder, "secrets"), isDeep: true, _ => true, [])
            .Concat(FilesIn(folder, isDeep: false, x => x.StartsWith(".env.", StringComparison.Ordinal) && x != ".env.example", []));
        var (dockerfile, context) = (Path.GetFullPath(image.Dockerfile, options.Root), Path.GetFullPath(image.Context, options.Root));
        var places = secrets.Select(x => BuildContexts.Below(RootedPath.Resolve(context) ?? context, x)).OfType<string>().ToList();
        if (places.Count == 0) return null;
        var ignored = IgnoreFile.Of(dockerfile, context);
        if (places.Find(x => ignored?.LeavesOut(x) is not true) is not { } seen) return null;
        return (seen, $"{seen} is in the build context of the image '{image.Name}', whose Dockerfile could copy this machine's secrets into it: {Remedy()}");

        string Remedy()
        {
            var name = Path.GetRelativePath(context, folder).Replace('\\', '/');
            var isOwn = seen.StartsWith($"{name}/secrets/", StringComparison.Ordinal) || seen.StartsWith($"{name}/.env.", StringComparison.Ordinal);
            var lines = isOwn ? $"the lines '{name}/secrets' and '{name}/.env.*'" : $"the line '{seen}'";
            if (IgnoreFile.LostLinkOf(dockerfile, context) is { } link)
                return $"BuildKit does not follow the link {Path.GetRelativePath(options.Root, link)}, which leads out of its folder. Put a file with {lines} in its place.";
            if (ignored?.Doubt is { } doubt)
                return $"what '{doubt}' in {Path.GetRelativePath(options.Root, IgnoreFile.FileOf(dockerfile, context)!)} leaves out is not certain. Write it in a simpler way, and add {lines} at the end.";
            return $"add {lines} to {Path.GetRelativePath(options.Root, Path.Combine(context, ".dockerignore"))}, or to '{image.Dockerfile}.dockerignore' if there is one.";
        }
    }

    private static IEnumerable<string> FilesIn(string folder, bool isDeep, Func<string, bool> isSecret, HashSet<string> visited)
    {
        // What cannot be followed is looked at as it is.
        var real = RootedPath.Resolve(folder) is { } resolved && Directory.Exists(resolved) ? resolved : folder;
        if (!Directory.Exists(real) || !visited.Add(real)) yield break;
        foreach (var entry in Directory.EnumerateFileSystemEntries(real, "*", All))
        {
            var name = Path.GetFileName(entry);
            var target = RootedPath.Resolve(entry) is { } found && Path.Exists(found) ? found : entry;
            if (!Directory.Exists(target))
            {
                if (File.Exists(target) && name != ".gitignore" && isSecret(name)) yield return target;
                continue;
            }

            foreach (var file in isDeep ? FilesIn(target, isDeep, isSecret, visited) : []) yield return file;
        }
    }
}
