using System.Text.Json;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Delivery.Sessions;
using Acci.Generation;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using NuGet.Versioning;
using Serilog;

namespace Acci.Delivery.Scanning;

/// <summary>
/// What is asked of Trivy: a full report of one platform of an image. Severities, ignored findings and VEX are not its business here, so that one scan serves gate,
/// report and upload alike. Source: Trivy's documentation, "trivy image".
/// </summary>
/// <param name="Program">How it is started.</param>
/// <param name="CacheFolder">Where its databases lie.</param>
public sealed record Trivy(TrivyProgram Program, string CacheFolder)
{
    /// <summary>Its version; null for a build of somebody's own, which has none.</summary>
    public NuGetVersion? Version { get; init; }

    /// <summary>Where the vulnerability database is, in the order in which the addresses are tried.</summary>
    public IReadOnlyList<string> Databases { get; init; } = ScanOptions.DefaultDatabases;

    /// <summary>The network is not to be used: the cache has the databases.</summary>
    public bool Offline { get; init; }

    /// <summary>Credentials for the registry that a published image is read from, and for no other that Trivy asks; where it has none, Trivy takes docker's own.</summary>
    public ICredentialSource Login { get; init; } = Credentials.None;

    /// <summary>The environment of the build.</summary>
    public ProcessEnvironment Process { get; init; } = ProcessEnvironment.Read();

    /// <summary>How often a database that cannot be had now is asked for again.</summary>
    public RetryOptions Retry { get; init; } = new() { FirstDelay = TimeSpan.FromSeconds(5), Notify = retry => Log.Warning("{Retry:l}", retry.ToString()) };

    /// <summary>Scans the one platform that a layout folder holds.</summary>
    /// <param name="layout">The folder, as <c>OciLayout.WriteViewAsync</c> writes it.</param>
    /// <param name="report">The file to write the report to.</param>
    /// <param name="cancellationToken">Interrupts the scan.</param>
    /// <exception cref="DeliveryException">It failed, or its databases cannot be had.</exception>
    public Task<TrivyReport> ScanLayoutAsync(string layout, string report, CancellationToken cancellationToken) =>
        ScanAsync(OfLayout(layout), [layout], Environment(), layout, report, cancellationToken);

    /// <summary>Scans an image in a registry.</summary>
    /// <param name="image">One platform's image, by its digest.</param>
    /// <param name="report">The file to write the report to.</param>
    /// <param name="cancellationToken">Interrupts the scan.</param>
    /// <exception cref="DeliveryException">It failed, or its databases cannot be had.</exception>
    public async Task<TrivyReport> ScanPublishedAsync(ImageReference image, string report, CancellationToken cancellationToken)
    {
        var environment = Environment();
        var domain = image.Normalize().Domain!;
        // Not as TRIVY_USERNAME and TRIVY_PASSWORD, which Trivy sends to every registry, those of its databases too.
        using var login = await Login.FindAsync(domain, cancellationToken) is { } credentials ? new TemporaryLogin(domain, credentials) : null;
        if (login is not null) environment["DOCKER_CONFIG"] = login.Folder;
        return await ScanAsync(OfPublished(image.ToString()), [], environment, image.ToString(), report, cancellationToken);
    }

    /// <summary>The command of a scan as one would type it.</summary>
    internal string ToTyped(IReadOnlyList<string> what, string report) =>
        new Command("trivy", Arguments(what, report, Offline)) { Environment = ToolVariables.Trivy.With() }.ToString();

    /// <summary>The arguments that name a layout.</summary>
    internal static IReadOnlyList<string> OfLayout(string layout) => ["--input", layout];

    /// <summary>The arguments that name an image in a registry.</summary>
    internal static IReadOnlyList<string> OfPublished(string image) => ["--image-src", "remote", image];

    /// <summary>What Trivy is told beside its arguments: nothing of somebody's own configuration, and to talk to nobody but registries.</summary>
    internal Dictionary<string, string?> Environment()
    {
        var environment = Process.Variables.Where(x => x.Key.StartsWith("TRIVY_", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(x => x.Key, x => ToolVariables.Trivy.Kept.Contains(x.Key) ? x.Value : null, StringComparer.Ordinal);
        (environment["TRIVY_SKIP_VERSION_CHECK"], environment["TRIVY_DISABLE_TELEMETRY"]) = ("true", "true");
        return environment;
    }

    private async Task<TrivyReport> ScanAsync(
        IReadOnlyList<string> what, IReadOnlyList<string> folders, IReadOnlyDictionary<string, string?> environment, string name, string report, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(CacheFolder);
        Directory.CreateDirectory(Path.GetDirectoryName(report)!);
        var draft = AtomicFile.DraftOf(report);
        using var noted = Session.Current.Note(draft);
        try
        {
            await new RetryPolicy(Retry).RunAsync($"scan of {name}", attempt => RunAsync(what, folders, environment, draft, Offline, attempt.CancellationToken), cancellationToken);
        }
        catch (RetriesExhaustedException exception) when (DatabaseDate is { } date)
        {
            Log.Warning("The vulnerability database cannot be had ({Reason:l}): scanning with the one of {Date:yyyy-MM-dd HH:mm} UTC in {Folder:l}", exception.Reason, date, CacheFolder);
            await RunAsync(what, folders, environment, draft, withoutUpdate: true, cancellationToken);
        }
        catch (RetriesExhaustedException exception)
        {
            throw new DeliveryException(
                $"The vulnerability database cannot be had from {string.Join(" or ", Databases)}: {exception.Reason}. Name a mirror with --scan-databases, or fill {CacheFolder} where there is a network and use --scan-offline.",
                exception);
        }

        var read = TrivyReport.Read(draft);
        AtomicFile.Put(draft, report);
        return read;
    }

    private IReadOnlyList<string> Arguments(IReadOnlyList<string> what, string output, bool withoutUpdate)
    {
        string[] databases = withoutUpdate
            ? ["--skip-db-update", "--skip-java-db-update"]
            : [.. Databases.SelectMany(x => (string[])["--db-repository", x]), .. Databases.Select(JavaDatabaseBeside).Distinct().SelectMany(x => (string[])["--java-db-repository", x])];
        string[] offline = Offline ? ["--offline-scan"] : [];
        return
        [
            "image", "--format", "json", "--list-all-pkgs", "--scanners", "vuln,secret", "--severity", "UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL", "--exit-code", "0", "--no-progress", "--timeout", "30m",
            .. databases, .. offline, "--cache-dir", CacheFolder, "--output", output, .. what,
        ];
    }

    // Java archives are known by a database of their own, which every mirror keeps beside the other.
    private static string JavaDatabaseBeside(string database) => $"{database[..(database.LastIndexOf('/') + 1)]}trivy-java-db:1";

    private async Task RunAsync(
        IReadOnlyList<string> what, IReadOnlyList<string> folders, IReadOnlyDictionary<string, string?> environment, string output, bool withoutUpdate, CancellationToken cancellationToken)
    {
        File.Delete(output);
        var folder = Path.GetDirectoryName(output)!;
        // Not in the repository, where Trivy would find a .trivyignore or trivy.yaml by itself.
        var command = Program.Command(Arguments(what, output, withoutUpdate), [CacheFolder, folder, .. folders], environment) with { WorkingDirectory = folder };
        var result = await CommandRunner.TryRunAsync(command, Log.Debug, cancellationToken);
        if (result.Succeeded && File.Exists(output)) return;
        if (result.Succeeded) throw new DeliveryException($"`{command}` said that it succeeded, and wrote no report.");
        if (!withoutUpdate && DatabaseProblem(result) is { } problem) throw new TransientException(problem);
        if (withoutUpdate && result.LastLines(50).FirstOrDefault(line => line.Contains("first run", StringComparison.OrdinalIgnoreCase)) is { } first)
            throw new DeliveryException(NoDatabase(first.Contains("java", StringComparison.OrdinalIgnoreCase) ? "database of Java archives" : "vulnerability database", CacheFolder));
        throw new CommandFailedException(command, result);
    }

    private static string NoDatabase(string name, string folder) =>
        $"There is no {name} in {folder}, and without a network it cannot be had. Run a scan once with a network, or copy the folder from where there is one.";

    // Trivy has one exit code for everything; what it says tells a database that cannot be had now from an image that cannot be read.
    private static string? DatabaseProblem(CommandResult result)
    {
        var lines = result.LastLines(50);
        return lines.LastOrDefault(line => line.Contains("TOOMANYREQUESTS", StringComparison.OrdinalIgnoreCase)) is not null ? "too many requests (TOOMANYREQUESTS)"
            : lines.LastOrDefault(line => line.Contains("DB error", StringComparison.OrdinalIgnoreCase) || line.Contains("failed to download vulnerability DB", StringComparison.OrdinalIgnoreCase) || line.Contains("failed to download Java DB", StringComparison.OrdinalIgnoreCase)) is { } line
                ? Redaction.Beginning(SafeText.Terminal(line), 300)
                : null;
    }

    /// <summary>When the vulnerability database in the cache was made; null when there is none, or it does not say so.</summary>
    public DateTimeOffset? DatabaseDate => DateOfDatabase(CacheFolder);

    /// <summary>The same of the cache in a folder.</summary>
    internal static DateTimeOffset? DateOfDatabase(string cacheFolder)
    {
        var file = MetadataIn(cacheFolder);
        if (!File.Exists(file)) return null;
        try
        {
            using var metadata = JsonDocument.Parse(InputFile.Read(file, 1024 * 1024));
            return metadata.RootElement.TryGetProperty("UpdatedAt", out var updated) && updated.TryGetDateTimeOffset(out var date) ? date.ToUniversalTime() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or DeliveryException)
        {
            return null;
        }
    }

    /// <summary>Why Trivy cannot scan without a network: the cache in a folder has no vulnerability database. Null where it has one. Source: Trivy, pkg/db/db.go, NeedsUpdate.</summary>
    internal static string? FindNoDatabase(string cacheFolder) => File.Exists(MetadataIn(cacheFolder)) ? null : NoDatabase("vulnerability database", cacheFolder);

    private static string MetadataIn(string cacheFolder) => Path.Combine(cacheFolder, "db", "metadata.json");
}
