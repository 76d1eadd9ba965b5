using System.Text.Json;
using Acci.Delivery.Caching;
using Acci.Delivery.Processes;
using Acci.Generation;
using Serilog;

namespace Acci.Delivery.Sessions;

/// <summary>
/// What this process makes for its own use and removes again: logins, containers of tests, temporary folders. Each is written to a journal before it is
/// made, and the journal is locked as long as the process lives: what a killed process has left is thereby known, and belongs to nobody else.
/// </summary>
public sealed partial class Session : IDisposable
{
    private const string Folder = "sessions";
    private const string Prefix = "delivery-";

    private static readonly Lazy<Session> OfProcess = new(() => new Session(CacheDirectory.Default));

    private readonly Lock _gate = new();
    private readonly CacheDirectory _cache;
    private readonly HashSet<int> _open = [];
    private FileStream? _journal;
    private int _last;

    /// <summary>A session whose journal lies in this cache.</summary>
    internal Session(CacheDirectory cache)
    {
        _cache = cache;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
    }

    /// <summary>This process's.</summary>
    public static Session Current => OfProcess.Value;

    /// <summary>What no other session is called.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("n")[..16];

    /// <summary>Where its temporary folders are made.</summary>
    internal string Temporary { get; init; } = Path.GetTempPath();

    /// <summary>The label that its containers have.</summary>
    internal string Label => $"org.acci.session={Id}";

    private string NewPath(string prefix) => Path.Combine(Temporary, $"{prefix}{Id}-{Guid.NewGuid().ToString("n")[..8]}");

    private string JournalFile => _cache.Combine(Folder, $"{Id}.journal");

    /// <summary>Notes a file or folder that is about to be made. Disposing deletes it.</summary>
    /// <param name="path">Its full path.</param>
    public IDisposable Note(string path) => Note(new Leftover { Path = path });

    /// <summary>The same where what is made does not wait for a journal: null where nothing can be noted.</summary>
    /// <param name="path">Its full path.</param>
    public IDisposable? TryNote(string path)
    {
        try
        {
            return Note(path);
        }
        catch (DeliveryException)
        {
            return null;
        }
    }

    /// <summary>Notes containers and images that are about to be made at an engine. Disposing says that they are gone.</summary>
    internal IDisposable Note(Leftover leftover)
    {
        lock (_gate)
        {
            var number = ++_last;
            Write(new Entry(number, leftover with { Path = InCache(leftover.Path) }));
            _open.Add(number);
            return new Noted(() => Forget(number, leftover));
        }
    }

    /// <summary>A folder of this session's own, which its owner alone can enter.</summary>
    /// <returns>Its path, and what deletes it.</returns>
    /// <exception cref="DeliveryException">It cannot be made, or cannot be noted.</exception>
    public (string Path, IDisposable Deletion) TemporaryFolder()
    {
        var path = NewPath(Prefix);
        var noted = Note(path);
        InTemporaryFolder(() => CacheDirectory.CreatePrivate(path), noted);
        return (path, noted);
    }

    /// <summary>Removes what sessions have left whose process was killed. What cannot be removed now is left to the next run.</summary>
    /// <param name="cache">The cache that their journals lie in.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="mayRun">Says whether a docker command is one that may run; every one may when nothing is said.</param>
    /// <returns>What was removed, for people.</returns>
    /// <exception cref="DeliveryException">Others can write there.</exception>
    public static async Task<IReadOnlyList<string>> RemoveAbandonedAsync(
        CacheDirectory cache, CancellationToken cancellationToken, Func<string, CancellationToken, Task<bool>>? mayRun = null)
    {
        List<string> removed = [.. RemoveLooks(Path.GetTempPath()), .. RemoveDrafts(cache)];
        var folder = cache.Combine(Folder);
        if (!Directory.Exists(folder)) return removed;
        // What stands there is deleted and run.
        cache.EnsureOwn(Folder);
        var away = new HashSet<string>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.journal"))
        {
            // Locked by its process as long as that lives.
            if (TryOpen(file) is not { } journal) continue;
            await using (journal)
            {
                var isAllGone = true;
                foreach (var leftover in Read(journal).Select(x => x with { Path = x.Path is null ? null : cache.Combine(x.Path) }))
                {
                    // An engine that does not answer is asked once, and not for each.
                    var isGone = away.Contains(leftover.Engine) ? null : await leftover.TryRemoveAsync(mayRun, cancellationToken);
                    // The private engine does so when it is started again. Where there is no docker command, nobody can do anything.
                    if (isGone is null && leftover.Engine.Length > 0 && away.Add(leftover.Engine) && leftover.Program is not null && leftover.Docker?.StartsWith(cache.Path, StringComparison.Ordinal) is false)
                    {
                        Log.Warning(
                            "A killed build has left {Leftover:l}, which cannot be removed now. If that engine is gone for good, delete {File:l}", leftover.ToString(), file);
                    }

                    if (isGone is true) removed.Add(leftover.ToString());
                    isAllGone &= isGone is not null;
                }

                if (isAllGone) File.Delete(file);
            }
        }

        return removed;
    }

    /// <summary>Ends the session: its journal goes unless something of it is still there.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_journal is not { } journal) return;
            _journal = null;
            if (_open.Count == 0) File.Delete(JournalFile);
            journal.Dispose();
        }
    }

    // A cache that containers share may lie elsewhere where the journal is read.
    private string? InCache(string? path) =>
        string.IsNullOrEmpty(path) || Path.GetRelativePath(_cache.Path, path) is not { } relative || relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;

    private void InTemporaryFolder(Action make, IDisposable noted)
    {
        try
        {
            make();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            noted.Dispose();
            throw new DeliveryException(
                $"Nothing can be made in the folder for temporary files, {Temporary}: {exception.Message.TrimEnd('.')}. Free some space there, or set {(OperatingSystem.IsWindows() ? "TMP" : "TMPDIR")} to a folder that you can write.", exception);
        }
    }

    private void Forget(int number, Leftover leftover)
    {
        // What cannot be deleted now stays noted, and the next build tries again.
        if (leftover.DeletePath() is null) return;
        lock (_gate)
        {
            if (!_open.Remove(number) || _journal is null) return;
            try
            {
                Write(new Entry(number, null));
            }
            catch (DeliveryException)
            {
                // On a full disk the note stays, and the next build finds nothing to remove.
            }
        }
    }

    private void Write(Entry entry)
    {
        var folder = _cache.Combine(Folder);
        try
        {
            if (_journal is null) CacheDirectory.CreatePrivate(folder);
            _journal ??= CreateLocked(JournalFile);
            // A write that failed leaves no half line between others: a FileStream writes the next one where that began.
            _journal.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry), (byte)'\n']);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeliveryException($"{folder} cannot be written: {exception.Message.TrimEnd('.')}. Set ACCI_CACHE to a folder that can.", exception);
        }
    }

    private static FileStream CreateLocked(string path)
    {
        if (OperatingSystem.IsWindows()) return new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        // Elsewhere a file is made first and locked afterwards: under its name, another build could take it for abandoned in between.
        var draft = AtomicFile.DraftOf(path);
        var file = new FileStream(draft, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        AtomicFile.Put(draft, path);
        return file;
    }

    private static FileStream? TryOpen(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (CheckoutLock.IsLocked(exception) || exception is FileNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Warning(
                "{File:l} cannot be opened, so what a killed build has left may stay: {Problem:l}. Give this user the file, or delete it", file, exception.Message.TrimEnd('.'));
            return null;
        }
    }

    private static Leftover[] Read(FileStream journal)
    {
        var open = new SortedDictionary<int, Leftover>();
        using var reader = new StreamReader(journal, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            // The process may have been killed in the middle of the last line; then nothing of it was made.
            if (TryParse(line) is not { } entry) continue;
            if (entry.Leftover is null) open.Remove(entry.Number);
            else open[entry.Number] = entry.Leftover;
        }

        return [.. open.Values];
    }

    private static Entry? TryParse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A line of the journal: what is about to be made, or that it is gone.</summary>
    private sealed record Entry(int Number, Leftover? Leftover);

    private sealed class Noted(Action forget) : IDisposable
    {
        public void Dispose() => forget();
    }
}
