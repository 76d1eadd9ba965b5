using System.Globalization;
using System.IO.Enumeration;
using System.Text.Json;
using Acci.Delivery.Checking;
using Acci.Delivery.GitHub;
using Acci.Delivery.Sarif;
using Acci.Delivery.Versioning;
using Acci.Generation;
using Microsoft.CodeAnalysis.Sarif;
using Serilog;

namespace Acci.Delivery.Scanning;

/// <summary>
/// Uploads what the last scan found, and the SARIF files that were named, to GitHub's code scanning: an analysis for each tool and category, for the
/// commit that was scanned. What was uploaded before is not uploaded again. A dry run writes what would be sent into a folder.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
public sealed class UploadSarif(DeliveryContext context) : Verb
{
    private readonly ImageFiles _files = new(context.Options);

    /// <summary>How long it is until each look at an upload that is being processed.</summary>
    internal IReadOnlyList<TimeSpan> ProcessingPauses { get; init; } = CodeScanning.DefaultPauses;

    // A dry run leaves what builds made as it was.
    private string Drafts => Path.Combine(context.Options.Drafts, "upload");

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">There is nothing to upload.</exception>
    public override async Task PrepareAsync(DeliveryScope scope)
    {
        await RepositoryRoot.EnsureAsync(
            context.Options.Root, nameof(UploadSarif), "GitHub would look for the files of the findings in the repository's root.", context.CancellationToken);
        // Files that are named may be another target's, which has not written them yet.
        if (!scope.Scans && context.Options.Scan.SarifFiles.Count == 0) Found();
    }

    /// <inheritdoc/>
    public override async Task PlanAsync()
    {
        // What targets before this one would write is not there: a scan of what was built, and files that the check of Dockerfiles may have been named for.
        var (isScanned, isWritten) = (
            context.WasPlanned<ScanImages>() && context.Options.Scan.Images.Count == 0,
            context.WasPlanned<CheckImages>() && context.Options.Scan.SarifFiles.Count > 0);
        if (isScanned || isWritten)
        {
            // What GitHub makes of the repository is known when there is something to send.
            if (await TargetAsync(isOfCheckout: true, isDry: true, asksRepository: false) is not null) Log.Information("Would upload the findings of the targets before it, as SARIF, for the commit that is checked out");
            return;
        }

        var (records, files) = Found();
        if (await TargetAsync(IsOfCheckout(records, files), isDry: true) is { } target) await WriteAsync(Payloads(records, files, target));
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">There is nothing to upload, a file cannot be used, or GitHub refused one.</exception>
    public override Task RunAsync()
    {
        var (records, files) = Found();
        return UploadAsync(records, files);
    }

    /// <summary>Uploads these.</summary>
    internal async Task UploadAsync(IReadOnlyList<(ScanRecord Record, string Folder)> records, IReadOnlyList<string> files)
    {
        if (await TargetAsync(IsOfCheckout(records, files), isDry: false) is not { } target) return;
        var payloads = Payloads(records, files, target);
        var gitHub = await context.GitHubAsync();
        var log = UploadLog.Read(Path.Combine(_files.Scans, UploadLog.FileName));
        await new CodeScanningUpload(gitHub.Repository, new CodeScanning(gitHub) { Pauses = ProcessingPauses }, log)
            .RunAsync(payloads, AnalysisTarget.IsForkPullRequest(context.Environment.Variables), context.CancellationToken);
    }

    /// <summary>The commit that is checked out, which findings are uploaded for; null, and said why, where nothing can be uploaded.</summary>
    private async Task<AnalysisTarget?> TargetAsync(bool isOfCheckout, bool isDry, bool asksRepository = true)
    {
        var (target, obstacle) = await AnalysisTarget.ReadAsync(context.Options.Root, context.Environment.Variables, context.CancellationToken);
        if (target is not null && !isOfCheckout) obstacle = null;
        if (!isDry && string.IsNullOrWhiteSpace(context.Options.GitHubToken))
            obstacle ??= "there is no token: set GITHUB_TOKEN to one with `security-events: write`";
        if (obstacle is null && isDry && asksRepository && target is not null) obstacle = await RepositoryProblemAsync();
        if (obstacle is null) return target;
        Log.Warning("Nothing was uploaded to code scanning: {Obstacle:l}", obstacle);
        return null;
    }

    // As the run would end, which without a token does not come to that.
    private async Task<string?> RepositoryProblemAsync()
    {
        try
        {
            _ = (await context.GitHubAsync()).Repository;
            return null;
        }
        catch (DeliveryException exception) when (string.IsNullOrWhiteSpace(context.Options.GitHubToken))
        {
            return exception.Message.TrimEnd('.');
        }
    }

    // What was scanned as it is published has a commit and a ref of its own.
    private static bool IsOfCheckout(IReadOnlyList<(ScanRecord Record, string Folder)> records, IReadOnlyList<string> files) => files.Count > 0 || records.Any(x => x.Record.Ref is null);

    private (IReadOnlyList<(ScanRecord Record, string Folder)> Records, IReadOnlyList<string> Files) Found()
    {
        var records = (
            from image in context.Options.Images
            let folder = Path.Combine(_files.Scans, image.Name)
            let record = ScanRecord.Read(folder)
            where record is not null
            select (record.Image == image.Name ? record : throw Foreign(image.Name, folder), folder)).ToList();
        var files = SarifFiles();
        return records.Count > 0 || files.Count > 0
            ? (records, files)
            : throw new DeliveryException(
                $"There is nothing to upload: {_files.Relative(_files.Scans)} has no scan. Run ScanImages, or name files with --sarif-files.");
    }

    private DeliveryException Foreign(string image, string folder) =>
        new($"{_files.Relative(Path.Combine(folder, ScanRecord.FileName))} is of another image than '{image}'. Run ScanImages again.");

    private List<string> SarifFiles()
    {
        var files = new List<string>();
        foreach (var name in context.Options.Scan.SarifFiles)
        {
            var path = Path.Combine(context.Options.Root, name);
            if (Directory.Exists(path))
            {
                var found = SarifFilesIn(path, name);
                files.AddRange(found.Count > 0 ? found
                    : throw new WrongUseException($"--sarif-files: the folder '{name}' has no file *.sarif or *.sarif.json in it."));
            }
            else
            {
                files.Add(File.Exists(path) ? path : throw new WrongUseException($"--sarif-files: there is no file or folder '{name}'."));
            }
        }

        return files;
    }

    private static List<string> SarifFilesIn(string folder, string named)
    {
        try
        {
            return FilesIn(folder).Where(IsSarif).Order(StringComparer.Ordinal).ToList();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WrongUseException($"--sarif-files: the folder '{named}' cannot be read: {exception.Message}", exception);
        }

        static bool IsSarif(string file) =>
            file.EndsWith(".sarif", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".sarif.json", StringComparison.OrdinalIgnoreCase);
    }

    // A link to a folder may lead back to where it is.
    private static FileSystemEnumerable<string> FilesIn(string folder) =>
        new(folder, (ref FileSystemEntry entry) => entry.ToFullPath(), new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = 0 })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        };

    private List<(Analysis Analysis, SarifPayload Payload)> Payloads(
        IReadOnlyList<(ScanRecord Record, string Folder)> records, IReadOnlyList<string> files, AnalysisTarget head)
    {
        void Warn(string text) => Log.Warning("{Warning:l}", SafeText.Terminal(text));
        var reports = new List<(AnalysisTarget Target, DateTimeOffset? StartedAt, SarifLog Log)>();
        foreach (var (record, folder) in records)
        {
            var target = TargetOf(record, head);
            record.EnsureSarifIsUnchanged(folder);
            foreach (var platform in record.Platforms)
            {
                var file = ScanRecord.SarifFile(folder, platform.Platform);
                reports.Add((target, record.ScannedAt, WithoutAccepted(record.CategoryOf(platform.Platform), SarifReader.Read(file, Warn))));
            }
        }

        foreach (var file in files) reports.Add((head, null, TrivySarif.Categorize(SarifReader.Read(file, Warn))));

        var fingerprints = new Fingerprints(context.Options.Root);
        var payloads = new List<(Analysis, SarifPayload)>();
        foreach (var group in reports.GroupBy(x => x.Target))
        {
            foreach (var analysis in Analysis.Merge(group.Select(x => x.Log), Warn))
            {
                // Of another commit than is checked out the lines here say nothing.
                if (group.Key.Commit == head.Commit) fingerprints.AddTo(analysis.Run, text => Warn($"{analysis}: {text}"));
                TrivySarif.AddFingerprints(analysis.Run);
                var compressed = UploadLimits.GitHub.Apply(analysis, Warn);
                var (commit, reference) = (group.Key.Commit, group.Key.Ref);
                payloads.Add((analysis, new SarifPayload(commit, reference, compressed, new Uri(context.Options.Root), group.Min(x => x.StartedAt))));
            }
        }

        return payloads;
    }

    // Code scanning takes no notice of suppressions: what is accepted here would be an open alert there.
    private static SarifLog WithoutAccepted(string category, SarifLog log)
    {
        foreach (var run in log.Runs)
        {
            var open = run.Results.Where(result => !(result.Suppressions ?? []).Any(x => x.Status == SuppressionStatus.Accepted)).ToList();
            if (open.Count < run.Results.Count)
                Log.Information(
                    "{Category:l}: {Count} accepted results stay here; code scanning would show them as open",
                    category, run.Results.Count - open.Count);
            run.Results = open;
        }

        return log;
    }

    private static AnalysisTarget TargetOf(ScanRecord record, AnalysisTarget head) =>
        record.Ref is { } named ? new AnalysisTarget(record.Revision, named)
        : record.Revision.Length == 0 || record.Revision == head.Commit ? head
        : throw new DeliveryException(
            $"'{record.Image}' was scanned as built from the commit {record.Revision}, and {head.Commit} is checked out: "
            + "its findings would be shown for the wrong commit. Run BuildImages and ScanImages again.");

    private async Task WriteAsync(List<(Analysis Analysis, SarifPayload Payload)> payloads)
    {
        if (Directory.Exists(Drafts)) Directory.Delete(Drafts, recursive: true);
        Directory.CreateDirectory(Drafts);
        foreach (var (index, (analysis, payload)) in payloads.Index())
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{index + 1:00}-{FileName($"{analysis.Tool} {analysis.Category}")}");
            SarifWriter.Write(analysis.ToLog(), Path.Combine(Drafts, $"{name}.sarif"));
            AtomicFile.Write(Path.Combine(Drafts, $"{name}.json"), JsonSerializer.Serialize(payload.ToBody()));
            Log.Information(
                "Would upload {Analysis:l}: {Count} results for {Ref:l} at {Commit:l}, {Size} bytes",
                SafeText.Terminal(analysis.ToString()), analysis.Run.Results.Count, payload.Ref, payload.Commit, payload.CompressedReport.Length);
        }

        Log.Information("What would be sent is in {Folder:l}", _files.Relative(Drafts));
    }

    private static string FileName(string text)
    {
        var plain = text.ToLowerInvariant();
        char[] others = [.. plain.Where(x => !char.IsAsciiLetterOrDigit(x)).Distinct()];
        var name = string.Join('-', plain.Split(others, StringSplitOptions.RemoveEmptyEntries));
        return name.Length > 0 ? name[..Math.Min(name.Length, 80)] : "analysis";
    }
}
