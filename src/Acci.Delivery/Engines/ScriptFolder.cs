using Acci.Delivery.Caching;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;

namespace Acci.Delivery.Engines;

/// <summary>
/// The folder the private engine's scripts run from: <c>scripts/&lt;hash&gt;</c> in the cache, for their owner alone. It is made whole or not at all, and compared with what
/// this assembly carries before each use, because root runs what is in it.
/// </summary>
/// <param name="cache">The cache.</param>
internal sealed class ScriptFolder(CacheDirectory cache)
{
    private const int Attempts = 3;
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Executable = Readable | UnixFileMode.UserExecute;

    private readonly string _parent = cache.Combine("scripts");

    /// <summary>Where this assembly's scripts belong.</summary>
    public string Path { get; } = cache.Combine("scripts", EmbeddedScript.HashOf(EmbeddedScript.All));

    /// <summary>Unpacks the scripts where they are not there as they should be.</summary>
    /// <returns>The folder.</returns>
    /// <exception cref="DeliveryException">They cannot be written.</exception>
    public string Ensure()
    {
        for (var attempt = 1; !IsIntact(); attempt++)
        {
            if (attempt > Attempts) throw new DeliveryException($"{Path} does not stay as it was written. Delete it, and find out what changes it.");
            Replace();
        }

        return Path;
    }

    private void Replace()
    {
        var made = System.IO.Path.Combine(_parent, $"new.{Guid.NewGuid():N}");
        using var noted = Session.Current.TryNote(made);
        using var notedOld = Session.Current.TryNote($"{made}.old");
        try
        {
            CacheDirectory.CreatePrivate(_parent);
            // One at a time: what one run has put there, and may already use, no other moves away.
            using var alone = CheckoutLock.TakeAsync($"{_parent}.lock", CancellationToken.None, "Another build unpacks the private engine's scripts").GetAwaiter().GetResult();
            if (IsIntact()) return;
            // Each by itself, because others may enter the parents that are made along with a folder.
            foreach (var folder in Folders()) CacheDirectory.CreatePrivate(System.IO.Path.Combine(made, folder));
            foreach (var script in EmbeddedScript.All) Write(System.IO.Path.Combine(made, script.Path), script);
            // Deleted after it was renamed: a run that only looks never finds half of it.
            if (Directory.Exists(Path) || File.Exists(Path)) Directory.Move(Path, $"{made}.old");
            Directory.Move(made, Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeliveryException($"Cannot unpack the private engine's scripts into {Path}: {exception.Message}", exception);
        }
        finally
        {
            foreach (var rest in new[] { made, $"{made}.old" }) Delete(rest);
        }
    }

    private static void Write(string file, EmbeddedScript script)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = ModeOf(script);
        using var stream = new FileStream(file, options);
        stream.Write(script.Content);
    }

    private bool IsIntact()
    {
        try
        {
            return EmbeddedScript.All.All(IsIntact) && Folders().All(IsIntact);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private bool IsIntact(EmbeddedScript script)
    {
        var file = new FileInfo(System.IO.Path.Combine(Path, script.Path));
        return file is { Exists: true, LinkTarget: null } && HasMode(file, ModeOf(script)) && File.ReadAllBytes(file.FullName).AsSpan().SequenceEqual(script.Content);
    }

    // The scripts read some of their folders whole, so nothing else may be there.
    private bool IsIntact(string folder)
    {
        var directory = new DirectoryInfo(System.IO.Path.Combine(Path, folder));
        return directory is { Exists: true, LinkTarget: null } && HasMode(directory, Executable)
            && directory.EnumerateFileSystemInfos().Select(x => x.Name).Order(StringComparer.Ordinal).SequenceEqual(NamesIn(folder));
    }

    private static IEnumerable<string> NamesIn(string folder) =>
        EmbeddedScript.All.Select(x => x.Path).Where(path => folder.Length == 0 || path.StartsWith($"{folder}/", StringComparison.Ordinal))
            .Select(path => path[(folder.Length == 0 ? 0 : folder.Length + 1)..].Split('/')[0]).Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<string> Folders() =>
        EmbeddedScript.All.SelectMany(script => script.Path.Split('/')[..^1].Select((_, count) => string.Join('/', script.Path.Split('/')[..(count + 1)]))).Append("").Distinct().OrderBy(x => x.Length);

    private static UnixFileMode ModeOf(EmbeddedScript script) => script.IsProgram ? Executable : Readable;

    // A folder hands its own group on to those in it.
    private static bool HasMode(FileSystemInfo info, UnixFileMode mode) => OperatingSystem.IsWindows() || (info.UnixFileMode & ~UnixFileMode.SetGroup) == mode;

    private static void Delete(string path)
    {
        try
        {
            if (File.Exists(path)) File.Delete(path);
            else if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is in nobody's way.
        }
    }
}
