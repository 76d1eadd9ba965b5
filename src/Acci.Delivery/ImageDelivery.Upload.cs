using System.Collections;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Acci.Delivery.GitHub;
using Acci.Delivery.Sarif;
using Acci.Delivery.Scanning;
using Microsoft.CodeAnalysis.Sarif;
using Serilog;

namespace Acci.Delivery;

public sealed partial class ImageDelivery
{
    private string UploadFolder => Path.Combine(ScanFolder, "upload");

    /// <summary>
    /// Uploads what the last scan found, and the SARIF files that were named, to GitHub's code scanning: an analysis for each tool and category, for the commit
    /// that was scanned. What was uploaded before is not uploaded again.
    /// </summary>
    /// <exception cref="DeliveryException">There is nothing to upload, a file cannot be used, or GitHub refused one.</exception>
    public Task UploadAsync()
    {
        var records = context.Options.Images.Select(image => ScanRecord.Read(Path.Combine(ScanFolder, image.Name))).OfType<ScanRecord>().ToList();
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
                var found = Directory.EnumerateFiles(path, "*.sarif", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
                files.AddRange(found.Count > 0 ? found : throw new DeliveryException($"--sarif-files: the folder '{name}' has no file *.sarif in it."));
            }
            else
            {
                files.Add(File.Exists(path) ? path : throw new DeliveryException($"--sarif-files: there is no file or folder '{name}'."));
            }
        }

        return files;
    }

    private async Task UploadAsync(IReadOnlyList<ScanRecord> records, IReadOnlyList<string> files)
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

    private List<(Analysis Analysis, SarifPayload Payload)> Payloads(IReadOnlyList<ScanRecord> records, IReadOnlyList<string> files, AnalysisTarget head)
    {
        void Warn(string text) => Log.Warning("{Warning:l}", SafeText.Terminal(text));
        var reports = new List<(AnalysisTarget Target, DateTimeOffset? StartedAt, SarifLog Log)>();
        foreach (var record in records)
        {
            var target = TargetOf(record, head);
            foreach (var platform in record.Platforms)
                reports.Add((target, record.ScannedAt, SarifReader.Read(Path.Combine(ScanFolder, record.Image, $"{platform.Platform.Slug}.sarif"), Warn)));
        }

        foreach (var file in files) reports.Add((head, null, TrivySarif.Complete(SarifReader.Read(file, Warn))));

        var fingerprints = new Fingerprints(context.Options.Root);
        var payloads = new List<(Analysis, SarifPayload)>();
        foreach (var group in reports.GroupBy(x => x.Target))
        {
            foreach (var analysis in Analysis.Merge(group.Select(x => x.Log)))
            {
                // Of another commit than is checked out the lines here say nothing.
                if (group.Key.Commit == head.Commit) fingerprints.AddTo(analysis.Run, text => Warn($"{analysis}: {text}"));
                var compressed = UploadLimits.GitHub.Apply(analysis, Warn);
                payloads.Add((analysis, new SarifPayload(group.Key.Commit, group.Key.Ref, compressed, new Uri(context.Options.Root), group.Min(x => x.StartedAt))));
            }
        }

        return payloads;
    }

    private static AnalysisTarget TargetOf(ScanRecord record, AnalysisTarget head)
    {
        if (record.Ref is { Length: > 0 } named && record.Revision.Length > 0) return new AnalysisTarget(record.Revision, named);
        if (record.Ref is not null)
            throw new DeliveryException($"'{record.Image}' ({record.Digest}) does not say from which commit it was built, or the default branch is not known: its findings cannot be uploaded. Build it with this version of ACCI, and set GITHUB_REPOSITORY.");
        return record.Revision.Length == 0 || record.Revision == head.Commit
            ? head
            : throw new DeliveryException($"'{record.Image}' was scanned as built from the commit {record.Revision}, and {head.Commit} is checked out: its findings would be shown for the wrong commit. Run BuildImages and ScanImages again.");
    }

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
        var log = UploadLog.Read(Path.Combine(ScanFolder, UploadLog.FileName), connection.Repository.ToString());
        var sent = new List<(Analysis Analysis, string Id)>();
        foreach (var (analysis, payload) in payloads)
        {
            var name = SafeText.Terminal(analysis.ToString());
            if (log.Find(payload) is { } known)
            {
                Log.Information("{Analysis:l}: was uploaded before for {Ref:l} at {Commit:l}, as {Id:l}", name, payload.Ref, payload.Commit, known);
                continue;
            }

            try
            {
                var id = await scanning.UploadAsync(payload, Cancellation);
                Log.Information("{Analysis:l}: {Count} results uploaded for {Ref:l} at {Commit:l}", name, analysis.Run.Results.Count, payload.Ref, payload.Commit);
                log = log.With(payload, id);
                sent.Add((analysis, id));
            }
            catch (GitHubException exception) when (isFork && exception.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
            {
                Log.Warning("Nothing was uploaded to code scanning: the token of this pull request from a fork may not. {Answer:l}", exception.Message);
                return;
            }
        }

        await AwaitProcessingAsync(scanning, sent, log);
    }

    private async Task AwaitProcessingAsync(CodeScanning scanning, List<(Analysis Analysis, string Id)> sent, UploadLog log)
    {
        var failed = new List<string>();
        var results = await Task.WhenAll(sent.Select(async x => (x.Analysis, x.Id, Errors: await scanning.WaitAsync(x.Id, Cancellation))));
        foreach (var (analysis, id, errors) in results)
        {
            var name = SafeText.Terminal(analysis.ToString());
            switch (errors)
            {
                case null:
                    Log.Warning("{Analysis:l}: code scanning is still processing it, as {Id:l}; how it ends is seen on GitHub only", name, id);
                    break;
                case []:
                    Log.Information("{Analysis:l}: processed", name);
                    break;
                default:
                    // What was refused has to be sent again once it is mended, or once code scanning is.
                    log = log.Without(id);
                    failed.AddRange(errors.Select(error => $"\n    {name}: {SafeText.Terminal(error)}"));
                    break;
            }
        }

        if (failed.Count > 0) throw new DeliveryException($"Code scanning could not process what was uploaded:{string.Concat(failed)}");
    }

    /// <summary>What a workflow tells of itself.</summary>
    internal IReadOnlyDictionary<string, string> Variables { get; init; } = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(x => (string)x.Key, x => (string?)x.Value ?? "");

    /// <summary>GitHub's API.</summary>
    internal Func<Task<GitHubConnection>> OpenGitHub { get => field ?? context.GitHubAsync; init; }

    /// <summary>How long it is until each look at an upload that is being processed.</summary>
    internal IReadOnlyList<TimeSpan> ProcessingPauses { get; init; } = CodeScanning.DefaultPauses;
}
