using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Oci.Retries;
using NuGet.Versioning;
using Serilog;

namespace Acci.Delivery.Scanning;

/// <summary>
/// Finds the scanner: on the PATH, else the pinned version by its checksum, else its container image by its digest.
/// A version known to be malicious is refused before it runs.
/// </summary>
/// <param name="Locks">What is pinned.</param>
/// <param name="LockFile">Where that stands, for messages.</param>
/// <param name="Cache">Where fetched tools lie.</param>
/// <param name="FindEngine">The engine that answers, or null.</param>
public sealed record TrivyLocator(ToolLocks Locks, string LockFile, CacheDirectory Cache, Func<Task<DockerEngine?>> FindEngine)
{
    private const string Name = "trivy";
    /// <summary>The folder in the cache that has Trivy's databases.</summary>
    internal const string CacheFolder = "trivy";

    private const string Home = "https://trivy.dev/latest/getting-started/installation";

    /// <summary>How long a download that fails is tried again.</summary>
    public RetryOptions Retry { get; init; } = new() { Notify = retry => Log.Warning("{Retry:l}", retry.ToString()) };

    /// <summary>The program that is there; null where there is none.</summary>
    public string? Installed { get; init; } = Executables.Find(Name);

    /// <summary>The environment of the build.</summary>
    public ProcessEnvironment Process { get; init; } = ProcessEnvironment.Read();

    /// <summary>How long it has to say which version it is.</summary>
    internal TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The folders beside its cache that its container needs: an engine that does not see them cannot run it.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>The network is not to be used: nothing is fetched.</summary>
    public bool Offline { get; init; }

    /// <summary>What <see cref="LocateAsync"/> would take, for people, or why there is none. Nothing is fetched or run, so whether it can be fetched is not known.</summary>
    /// <exception cref="DeliveryException">As it would throw.</exception>
    internal async Task<(string? Scanner, string? Obstacle)> PlanAsync()
    {
        if (Installed is { } path)
        {
            EnsureFileIsSafe(path);
            return (path, null);
        }

        if (Locks.Trivy is not { } pinned) return (null, NonePinned);
        if (ArchiveOf(pinned) is not null && !Offline) return ($"trivy is not on the PATH: version {pinned.Version} will be fetched, if it can be", null);
        if (pinned.PinnedImage is { } image && await FindEngine() is { } engine) return ($"trivy is not on the PATH: {image} will run on {engine}, if it can", null);
        return (null, ObstacleOf(pinned, null));
    }

    /// <summary>The scanner and its version, or why there is none.</summary>
    /// <exception cref="DeliveryException">What is there, or what is pinned, must not run.</exception>
    public async Task<(Trivy? Scanner, string? Obstacle)> LocateAsync(CancellationToken cancellationToken)
    {
        if (Installed is { } path) return (await CheckAsync(new TrivyProgram.Installed(path), cancellationToken), null);
        if (Locks.Trivy is not { } pinned) return (null, NonePinned);
        string? unavailable = null;
        if (ArchiveOf(pinned) is { } archive && !Offline)
        {
            try
            {
                return (await CheckAsync(new TrivyProgram.Installed(await new ToolFetch(Cache, Retry).GetAsync(Name, pinned.Version, archive, cancellationToken)), cancellationToken), null);
            }
            catch (ToolFetch.UnavailableException exception)
            {
                unavailable = exception.Message;
            }
        }

        if (pinned.PinnedImage is { } image && await FindEngine() is { } engine)
        {
            // The digest is what runs; what the tag beside it says has to be safe, too.
            if (image.Tag is { } tag && TrivyVersion.Find(tag) is { } tagged) TrivyVersion.EnsureSafe(tagged, image.ToString());
            try
            {
                if (await FindUnseenAsync(engine, cancellationToken) is not { } unseen)
                    return (await CheckAsync(new TrivyProgram.Container(engine, image) { User = await UserAsync(engine, cancellationToken) }, cancellationToken), null);
                unavailable = unavailable is null ? unseen : $"{unavailable}; {unseen}";
            }
            catch (CommandFailedException exception)
            {
                unavailable = unavailable is null ? exception.Message : $"{unavailable}; {exception.Message}";
            }
        }

        return (null, ObstacleOf(pinned, unavailable));
    }

    private string NonePinned => $"trivy is not on the PATH, and {LockFile} pins none. Install it: {Home}";

    // Null where none is pinned for this machine.
    private ToolLocks.ToolArchive? ArchiveOf(ToolLocks.ToolLock pinned)
    {
        if (NuGetVersion.TryParse(pinned.Version, out var version)) TrivyVersion.EnsureSafe(version, $"pinned in {LockFile}");
        else throw new DeliveryException($"{LockFile}: '{pinned.Version}' is not a version of Trivy: write it as 0.70.0.");
        var archive = pinned.Archives.GetValueOrDefault(ToolFetch.Machine);
        return archive?.Sha256 is { Length: not 64 } ? throw new DeliveryException($"{LockFile}: '{archive.Sha256}' is not the SHA-256 of an archive: it has 64 hexadecimal digits.")
            : archive?.Sha256 is null ? null : archive;
    }

    private string ObstacleOf(ToolLocks.ToolLock pinned, string? unavailable) =>
        unavailable is not null ? $"trivy is not on the PATH, and cannot be fetched: {unavailable}. Install it: {Home}"
        : Offline ? $"trivy is not on the PATH, and is not fetched with --scan-offline. Install it: {Home}"
        : $"trivy is not on the PATH, and {LockFile} pins version {pinned.Version} without the checksum of its archive for {ToolFetch.Machine}, so it is not fetched. "
          + $"Install it ({Home}), or write the archive's SHA-256 into that file{(pinned.Checksums is { } checksums ? $", from {checksums}, when you have verified that list's signature" : "")}.";

    private async Task<Trivy> CheckAsync(TrivyProgram program, CancellationToken cancellationToken)
    {
        if (program is TrivyProgram.Installed { Path: var path }) EnsureFileIsSafe(path);
        var folder = EnsureCache();
        var scanner = new Trivy(program, folder) { Process = Process };
        // The engine may have to pull it first.
        var question = program.Command(["--version"], [], scanner.Environment()) with { AnswerTime = program is TrivyProgram.Container ? AnswerTime * 10 : AnswerTime };
        var result = await CommandRunner.RunAsync(question, cancellationToken: cancellationToken);
        var version = result.StandardOutput.Split('\n').Where(line => line.StartsWith("Version:", StringComparison.Ordinal)).Select(TrivyVersion.Find).FirstOrDefault();
        if (version is not null) TrivyVersion.EnsureSafe(version, program.ToString());
        else Log.Warning("{Program:l} does not tell a released version of Trivy: whether it is one of those known to be malicious cannot be said", program.ToString());
        return scanner with { Version = version };
    }

    private static void EnsureFileIsSafe(string path)
    {
        if (TrivyVersion.FindInFile(path) is { } written) TrivyVersion.EnsureSafe(written, path);
    }

    private string EnsureCache()
    {
        var folder = Cache.Combine(CacheFolder);
        Cache.EnsureOwn();
        OwnFolder.Ensure(folder);
        return folder;
    }

    // What an engine does not have, it would mount as an empty folder.
    private async Task<string?> FindUnseenAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        // What stays there, the next build finds in the cache that this one has.
        using var own = Cache.Path == CacheDirectory.Default.Path ? null : new Session(Cache);
        foreach (var folder in Folders.Append(EnsureCache()))
        {
            if (await new SharedFolder(engine, own ?? Session.Current).FindObstacleAsync(folder, cancellationToken) is { } obstacle)
                return $"{engine}, which could run its image, does not see {folder} ({obstacle.TrimEnd('.')})";
        }

        return null;
    }

    // Root in the container of a rootless engine is the user already.
    private static async Task<string?> UserAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows()) return null;
        var info = await CommandRunner.TryRunAsync(engine.Question("info", "--format", "{{.SecurityOptions}}"), cancellationToken: cancellationToken);
        if (info.StandardOutput.Contains("rootless", StringComparison.Ordinal)) return null;
        return $"{await IdAsync("-u")}:{await IdAsync("-g")}";

        async Task<string> IdAsync(string which) => (await CommandRunner.RunAsync(new Command("id", which), cancellationToken: cancellationToken)).StandardOutput.Trim();
    }
}
