namespace Nuke.Offline.Tests;

/// <summary>A directory that is gone afterwards.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("nuke-offline-").FullName;

    /// <summary>A copy of a repository, without what was built in it.</summary>
    public static TemporaryDirectory CopyOf(string repository)
    {
        var copy = new TemporaryDirectory();
        foreach (var file in Directory.EnumerateFiles(repository, "*", SearchOption.AllDirectories))
        {
            var relative = System.IO.Path.GetRelativePath(repository, file);
            if (relative.Split(System.IO.Path.DirectorySeparatorChar).Any(x => x is "bin" or "obj" or "temp" or "build" or "Directory.Build.props"))
                continue;
            var target = System.IO.Path.Combine(copy.Path, relative);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
