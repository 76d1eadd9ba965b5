using System.Globalization;
using System.Net;
using System.Runtime.ExceptionServices;
using System.Text;
using Acci.Delivery.GitHub;
using Acci.Delivery.Sarif;
using Serilog;

namespace Acci.Delivery.Scanning;

/// <summary>Sends analyses to GitHub's code scanning and waits until it has processed them. What was sent before is not sent again.</summary>
/// <param name="repository">The repository that they are for.</param>
/// <param name="scanning">Its code scanning.</param>
/// <param name="log">What was sent before.</param>
internal sealed class CodeScanningUpload(GitHubRepository repository, CodeScanning scanning, UploadLog log)
{
    /// <summary>Sends them.</summary>
    /// <param name="payloads">What is sent.</param>
    /// <param name="isFork">This is a pull request from a fork, whose token may not.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DeliveryException">GitHub refused one, or could not process it.</exception>
    public async Task RunAsync(IReadOnlyList<(Analysis Analysis, SarifPayload Payload)> payloads, bool isFork, CancellationToken cancellationToken)
    {
        var open = new List<(string Key, string Name, string Id)>();
        DeliveryException? failure = null;
        foreach (var (analysis, payload) in payloads)
        {
            var name = SafeText.Terminal(analysis.ToString());
            var key = UploadLog.KeyOf(repository, analysis, payload);
            if (log.Find(key) is { } last && last.Hash == payload.Hash)
            {
                Log.Information("{Analysis:l}: was uploaded before for {Ref:l} at {Commit:l}, as {Id:l}", name, payload.Ref, payload.Commit, last.Id);
                if (!last.IsProcessed) open.Add((key, name, last.Id));
                continue;
            }

            try
            {
                var id = await scanning.UploadAsync(payload, cancellationToken);
                Log.Information(
                    "{Analysis:l}: {Count} results uploaded for {Ref:l} at {Commit:l}",
                    name, analysis.Run.Results.Count, payload.Ref, payload.Commit);
                log.Note(key, new UploadLog.Upload(payload.Hash, id, IsProcessed: false));
                open.Add((key, name, id));
            }
            catch (GitHubException exception) when (isFork && exception.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
            {
                Log.Warning(
                    "Nothing was uploaded to code scanning: the token of this pull request from a fork may not. {Answer:l}", exception.Message);
                break;
            }
            catch (GitHubException exception) when (CodeScanning.IsNotEnabled(exception))
            {
                Log.Warning(
                    "Nothing was uploaded to code scanning, which is not enabled for {Repository:l}: {Answer:l}",
                    repository.ToString(), exception.Message);
                break;
            }
            catch (DeliveryException exception)
            {
                // What was sent before it is awaited all the same.
                failure = exception;
                break;
            }
        }

        var problems = await AwaitProcessingAsync(open, cancellationToken);
        if (failure is not null && problems.Length == 0) ExceptionDispatchInfo.Throw(failure);
        if (problems.Length == 0) return;
        var first = failure is null ? "" : $"{failure.Message}\n";
        throw new DeliveryException($"{first}Code scanning could not process what was uploaded:{problems}", failure);
    }

    /// <returns>What processing found wrong, a line each.</returns>
    private async Task<string> AwaitProcessingAsync(List<(string Key, string Name, string Id)> open, CancellationToken cancellationToken)
    {
        var failed = new StringBuilder();
        var results = await Task.WhenAll(open.Select(async x => (x.Key, x.Name, x.Id, Result: await ResultOfAsync(x.Id))));
        foreach (var (key, name, id, (errors, obstacle)) in results)
        {
            switch (errors)
            {
                case null when obstacle is not null:
                    Log.Warning("{Analysis:l}: uploaded, as {Id:l}; how it was processed is not known: {Obstacle:l} It is seen on GitHub, or when this is run again", name, id, obstacle);
                    break;
                case null:
                    Log.Warning("{Analysis:l}: code scanning is still processing it, as {Id:l}; how it ends is seen on GitHub, or when this is run again", name, id);
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

        async Task<(IReadOnlyList<string>? Errors, string? Obstacle)> ResultOfAsync(string id)
        {
            try
            {
                return (await scanning.WaitAsync(id, cancellationToken), null);
            }
            catch (DeliveryException exception)
            {
                return (null, exception.Message);
            }
        }
    }
}
