namespace Acci.Delivery.Buildx;

/// <summary>Follows links as a system does whose root is one folder: none leads out of it. With the file system's root, that is where a path really leads.</summary>
internal static class RootedPath
{
    // As Linux, and Go's filepath.EvalSymlinks.
    private const int MostLinks = 255;

    /// <summary>Where a path leads; nothing has to be there. Null where links lead in a circle.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="path">The path in it.</param>
    public static string? Resolve(string root, string path) => Resolve(root, path, isWhole: false);

    /// <summary>Where a full path really leads; null where links lead in a circle.</summary>
    public static string? Resolve(string path) => Resolve(Path.GetPathRoot(path)!, path, isWhole: true);

    private static string? Resolve(string root, string path, bool isWhole)
    {
        var (done, open) = (new List<string>(), new Stack<string>(PartsOf(path).Reverse()));
        for (var links = 0; open.TryPop(out var part);)
        {
            if (part == "..")
            {
                if (done.Count > 0) done.RemoveAt(done.Count - 1);
            }
            else if (new FileInfo(Path.Combine([root, .. done, part])).LinkTarget is { } target)
            {
                if (++links > MostLinks) return null;
                if (Path.IsPathRooted(target)) done.Clear();
                // A junction may lead to another drive.
                if (isWhole && Path.IsPathFullyQualified(target)) root = Path.GetPathRoot(target)!;
                foreach (var next in PartsOf(target).Reverse()) open.Push(next);
            }
            else
            {
                done.Add(part);
            }
        }

        return Path.Combine([root, .. done]);
    }

    private static string[] PartsOf(string path) =>
        [.. path[Path.GetPathRoot(path)!.Length..].Split(['/', Path.DirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Where(x => x != ".")];
}
