using System.Collections;
using System.Globalization;
using System.Net;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using Acci.Delivery.GitHub;
using Acci.Delivery.Sarif;
using Acci.Delivery.Scanning;
using Microsoft.CodeAnalysis.Sarif;
using Serilog;

namespace Acci.Delivery;

public sealed partial class ImageDelivery
{
    // A dry run leaves what builds made as it was.
    private string UploadFolder => Path.Combine(context.Options.Drafts, "upload");

    /// <summary>
    /// Uploads what the last scan found, and the SARIF files that were named, to GitHub's code scanning: an analysis for each tool and category, for the commit
    /// that was scanned. What was uploaded before is not uploaded again.
    /// </summary>
    /// <exception cref="DeliveryException">There is nothing to upload, a file cannot be used, or GitHub refused one.</exception>
    public Task UploadAsync()
    {
        var records = (
            from image in context.Options.Images
            let folder = Path.Combine(ScanFolder, image.Name)
            let record = ScanRecord.Read(folder)
            where record is not null
            select (record, folder)).ToList();
        var files = SarifFiles();
        if (records.Count == 0 && files.Count == 0) throw new DeliveryException($"There is nothing to upload: {Path.GetRelativePath(context.Options.Root, ScanFolder)} has no scan. Run ScanImages, or name files with --sarif-files.");
        return UploadAsync(records, files);
    }

    private List<string> SarifFiles()
    {
        var files = new List<string>();
        foreach (var name in context.Options.Scan.SarifFiles)
        {
            var path = Path.Combine(context.Options.Root, name);
            if (Directory.Exists(path))
            {
                var found = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsSarif).Order(StringComparer.Ordinal).ToList();
                files.AddRange(found.Count > 0 ? found : throw new DeliveryException($"--sarif-files: the folder '{name}' has no file *.sarif or *.sarif.json in it."));
            }
            else
            {
                files.Add(File.Exists(path) ? path : throw new DeliveryException($"--sarif-files: there is no file or folder '{name}'."));
            }
        }

        return files;

        static bool IsSarif(string file) => file.EndsWith(".sarif", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".sarif.json", StringComparison.OrdinalIgnoreCase);
    }

    private async Task UploadAsync(IReadOnlyList<(ScanRecord Record, string Folder)> records, IReadOnlyList<string> files)
    {
        var (target, obstacle) = await AnalysisTarget.ReadAsync(context.Options.Root, Variables, Cancellation);
        if (!context.Options.DryRun && string.IsNullOrWhiteSpace(context.Options.GitHubToken)) obstacle ??= "there is no token: set GITHUB_TOKEN to one with `security-events: write`";
        if (obstacle is not null)
        {
            Log.Warning("Nothing was uploaded to code scanning: {Obstacle:l}", obstacle);
            return;
        }

        var payloads = Payloads(records, files, target!);
        if (context.Options.DryRun) await WritePayloadsAsync(payloads);
        else await SendAsync(payloads, AnalysisTarget.IsForkPullRequest(Variables));
    }

    private List<(Analysis Analysis, SarifPayload Payload)> Payloads(IReadOnlyList<(ScanRecord Record, string Folder)> records, IReadOnlyList<string> files, AnalysisTarget head)
    {
        void Warn(string text) => Log.Warning("{Warning:l}", SafeText.Terminal(text));
        var reports = new List<(AnalysisTarget Target, DateTimeOffset? StartedAt, SarifLog Log)>();
        foreach (var (record, folder) in records)
        {
            var target = TargetOf(record, head);
            foreach (var platform in record.Platforms)
                reports.Add((target, record.ScannedAt, WithoutAccepted(record.CategoryOf(platform.Platform), SarifReader.Read(Path.Combine(folder, $"{platform.Platform.Slug}.sarif"), Warn))));
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
                payloads.Add((analysis, new SarifPayload(group.Key.Commit, group.Key.Ref, compressed, new Uri(context.Options.Root), group.Min(x => x.StartedAt))));
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
            if (open.Count < run.Results.Count) Log.Information("{Category:l}: {Count} accepted results stay here; code scanning would show them as open", category, run.Results.Count - open.Count);
            run.Results = open;
        }

        return log;
    }

    private static AnalysisTarget TargetOf(ScanRecord record, AnalysisTarget head) =>
        record.Ref is { } named ? new AnalysisTarget(record.Revision, named)
        : record.Revision.Length == 0 || record.Revision == head.Commit ? head
        : throw new DeliveryException($"'{record.Image}' was scanned as built from the commit {record.Revision}, and {head.Commit} is checked out: its findings would be shown for the wrong commit. Run BuildImages and ScanImages again.");

    private async Task WritePayloadsAsync(List<(Analysis Analysis, SarifPayload Payload)> payloads)
    {
        if (Directory.Exists(UploadFolder)) Directory.Delete(UploadFolder, recursive: true);
        Directory.CreateDirectory(UploadFolder);
        foreach (var (index, (analysis, payload)) in payloads.Index())
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{index + 1:00}-{FileName($"{analysis.Tool} {analysis.Category}")}");
            SarifWriter.Write(analysis.ToLog(), Path.Combine(UploadFolder, $"{name}.sarif"));
            await File.WriteAllTextAsync(Path.Combine(UploadFolder, $"{name}.json"), JsonSerializer.Serialize(payload.ToBody()), Cancellation);
            Log.Information("Would upload {Analysis:l}: {Count} results for {Ref:l} at {Commit:l}, {Size} bytes", SafeText.Terminal(analysis.ToString()), analysis.Run.Results.Count, payload.Ref, payload.Commit, payload.CompressedReport.Length);
        }

        Log.Information("What would be sent is in {Folder:l}", Path.GetRelativePath(context.Options.Root, UploadFolder));
    }

    private static string FileName(string text) => string.Join('-', text.ToLowerInvariant().Split([.. text.ToLowerInvariant().Where(x => !char.IsAsciiLetterOrDigit(x)).Distinct()], StringSplitOptions.RemoveEmptyEntries)) is { Length: > 0 and var length } name
        ? name[..Math.Min(length, 80)]
        : "analysis";

    private async Task SendAsync(List<(Analysis Analysis, SarifPayload Payload)> payloads, bool isFork)
    {
        var connection = await OpenGitHub();
        var scanning = new CodeScanning(connection) { Pauses = ProcessingPauses };
        var log = UploadLog.Read(Path.Combine(ScanFolder, UploadLog.FileName));
        var open = new List<(string Key, string Name, string Id)>();
        DeliveryException? failure = null;
        foreach (var (analysis, payload) in payloads)
        {
            var name = SafeText.Terminal(analysis.ToString());
            var key = UploadLog.KeyOf(connection.Repository, analysis, payload);
            if (log.Find(key) is { } last && last.Hash == payload.Hash)
            {
                Log.Information("{Analysis:l}: was uploaded before for {Ref:l} at {Commit:l}, as {Id:l}", name, payload.Ref, payload.Commit, last.Id);
                if (!last.IsProcessed) open.Add((key, name, last.Id));
                continue;
            }

            try
            {
                var id = await scanning.UploadAsync(payload, Cancellation);
                Log.Information("{Analysis:l}: {Count} results uploaded for {Ref:l} at {Commit:l}", name, analysis.Run.Results.Count, payload.Ref, payload.Commit);
                log.Note(key, new UploadLog.Upload(payload.Hash, id, IsProcessed: false));
                open.Add((key, name, id));
            }
            catch (GitHubException exception) when (isFork && exception.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
            {
                Log.Warning("Nothing was uploaded to code scanning: the token of this pull request from a fork may not. {Answer:l}", exception.Message);
                break;
            }
            catch (GitHubException exception) when (CodeScanning.IsNotEnabled(exception))
            {
                Log.Warning("Nothing was uploaded to code scanning, which is not enabled for {Repository:l}: {Answer:l}", connection.Repository.ToString(), exception.Message);
                break;
            }
            catch (DeliveryException exception)
            {
                // What was sent before it is awaited all the same.
                failure = exception;
                break;
            }
        }

        var problems = await AwaitProcessingAsync(scanning, open, log);
        if (failure is not null && problems.Length == 0) ExceptionDispatchInfo.Throw(failure);
        if (problems.Length > 0) throw new DeliveryException($"{(failure is null ? "" : $"{failure.Message}\n")}Code scanning could not process what was uploaded:{problems}", failure);
    }

    /// <returns>What processing found wrong, a line each.</returns>
    private async Task<string> AwaitProcessingAsync(CodeScanning scanning, List<(string Key, string Name, string Id)> open, UploadLog log)
    {
        var failed = new StringBuilder();
        var results = await Task.WhenAll(open.Select(async x => (x.Key, x.Name, x.Id, Result: await ResultOfAsync(x.Id))));
        foreach (var (key, name, id, (errors, obstacle)) in results)
        {
            switch (errors)
            {
                case null:
                    Log.Warning("{Analysis:l}: code scanning is still processing it, as {Id:l}; how it ends is seen on GitHub, or when this is run again.{Obstacle:l}", name, id, obstacle);
                    break;
                case []:
                    Log.Information("{Analysis:l}: processed", name);
                    log.Note(key, log.Find(key)! with { IsProcessed = true });
                    break;
                default:
                    // What was refused has to be sent again once it is mended, or once code scanning is.
                    log.Forget(key);
                    foreach (var error in errors) failed.Append(CultureInfo.InvariantCulture, $"\n    {name}: {SafeText.Terminal(error)}");
                    break;
            }
        }

        return failed.ToString();

        async Task<(IReadOnlyList<string>? Errors, string Obstacle)> ResultOfAsync(string id)
        {
            try
            {
                return (await scanning.WaitAsync(id, Cancellation), "");
            }
            catch (DeliveryException exception)
            {
                return (null, $" {exception.Message}");
            }
        }
    }

    /// <summary>What a workflow tells of itself.</summary>
    internal IReadOnlyDictionary<string, string> Variables { get; init; } = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(x => (string)x.Key, x => (string?)x.Value ?? "");

    /// <summary>GitHub's API.</summary>
    internal Func<Task<GitHubConnection>> OpenGitHub { get => field ?? context.GitHubAsync; init; }

    /// <summary>How long it is until each look at an upload that is being processed.</summary>
    internal IReadOnlyList<TimeSpan> ProcessingPauses { get; init; } = CodeScanning.DefaultPauses;
}
