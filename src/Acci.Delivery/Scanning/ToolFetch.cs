using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Sessions;
using Acci.Generation;
using Acci.Oci;
using Acci.Oci.Retries;
using Serilog;

namespace Acci.Delivery.Scanning;

/// <summary>Fetches a pinned tool into the cache. What does not have its checksum is thrown away before anything looks into it.</summary>
/// <param name="cache">Where it lies afterwards.</param>
/// <param name="retry">How long failures that may pass are met with another attempt.</param>
internal sealed class ToolFetch(CacheDirectory cache, RetryOptions retry)
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(60);
    // Of one attempt: an answer of the largest archive that drips would go on for weeks.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private const long LargestArchive = 1024L * 1024 * 1024;

    /// <summary>This machine, as the locks name it: <c>linux/amd64</c>.</summary>
    public static string Machine =>
        $"{(OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux")}/{RuntimeInformation.OSArchitecture switch { Architecture.X64 => "amd64", var other => other.ToString().ToLowerInvariant() }}";

    /// <summary>The tool's program, fetched unless it is there.</summary>
    /// <exception cref="DeliveryException">It cannot be had, or is not what was pinned.</exception>
    public async Task<string> GetAsync(string tool, string version, ToolLocks.ToolArchive archive, CancellationToken cancellationToken)
    {
        var program = OperatingSystem.IsWindows() ? $"{tool}.exe" : tool;
        // Under its checksum, so that another pin is another folder.
        var folder = cache.Combine("tools", $"{tool}-{version}-{archive.Sha256![..12]}");
        var path = Path.Combine(folder, program);
        cache.EnsureOwn("tools");
        OwnFolder.Ensure(folder);
        if (await FetchedProgram.IsIntactAsync(path, cancellationToken)) return path;
        if (File.Exists(path)) Log.Warning("{Program:l} is not what was fetched, or its digest was not written down: fetching it again", path);

        var draft = AtomicFile.DraftOf(Path.Combine(folder, $".{program}"));
        var download = $"{draft}.archive";
        using var notedDownload = Session.Current.Note(download);
        using var notedDraft = Session.Current.Note(draft);
        await DownloadAsync(tool, archive, download, cancellationToken);
        await ExtractAsync(download, program, draft, archive.Url, cancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(draft, Executable);
        AtomicFile.Put(draft, path);
        await FetchedProgram.RecordAsync(path, cancellationToken);
        return path;
    }

    private async Task DownloadAsync(string tool, ToolLocks.ToolArchive archive, string file, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = ConnectTimeout }) { Timeout = Timeout };
        try
        {
            await new RetryPolicy(retry).RunAsync($"download of {tool} from {archive.Url}", async attempt =>
            {
                using var answer = await SendAsync(http, new Uri(archive.Url), attempt.CancellationToken);
                if (TransientException.IsTransient(answer.StatusCode)) throw TransientException.From(answer, time: retry.Time);
                if (!answer.IsSuccessStatusCode) throw new UnavailableException($"{archive.Url} answered {ShownText.StatusOf(answer)}");
                await CopyAsync(answer.Content, archive.Url, file, attempt.CancellationToken);
            }, cancellationToken);
        }
        catch (RetriesExhaustedException exception)
        {
            throw new UnavailableException($"{archive.Url}: {exception.Reason}", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or HttpIOException)
        {
            // The innermost says it: a certificate nobody trusts, a proxy that refuses.
            throw new UnavailableException($"{archive.Url}: {exception.GetBaseException().Message.TrimEnd('.')}", exception);
        }

        await using var downloaded = File.OpenRead(file);
        var actual = Convert.ToHexStringLower(await SHA256.HashDataAsync(downloaded, cancellationToken));
        if (!actual.Equals(archive.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new DeliveryException(
                $"{archive.Url} is not what was pinned: its SHA-256 is {actual}, and the pinned one is {archive.Sha256}. It was thrown away. "
                + "Find out why before you change the pin: an archive of a released version never changes.");
        }
    }

    private async Task CopyAsync(HttpContent answer, string address, string file, CancellationToken cancellationToken)
    {
        var begun = retry.Time.GetTimestamp();
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(StallTimeout);
        try
        {
            await using var content = await answer.ReadAsStreamAsync(stall.Token);
            await using var target = File.Create(file);
            // A whole buffer in that time, because an answer that drips is as good as none.
            var buffer = new byte[16 * 1024];
            for (int count; (count = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stall.Token)) > 0; stall.CancelAfter(StallTimeout))
            {
                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                if (retry.Time.GetElapsedTime(begun) > Longest) throw new TimeoutException($"{target.Length >> 20} MiB came within {Longest.TotalMinutes:0} minutes, and that was not all");
                if (target.Length > LargestArchive) throw new DeliveryException($"{address} is larger than 1 GiB: that is not what was pinned.");
            }
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"less than 16 KiB came within {StallTimeout.TotalSeconds:0} s", exception);
        }
    }

    // A machine without a way to the address has none a minute later either.
    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, Uri url, CancellationToken cancellationToken)
    {
        try
        {
            return await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError)
        {
            throw new UnavailableException($"{url.Host} cannot be reached: {exception.GetBaseException().Message.TrimEnd('.')}", exception);
        }
        catch (TaskCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException($"{url.Host} does not answer", exception);
        }
    }

    private static async Task ExtractAsync(string archive, string program, string target, string url, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(archive);
        if (url.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            await using var zip = new ZipArchive(file);
            if (zip.GetEntry(program) is { } found)
            {
                await found.ExtractToFileAsync(target, overwrite: true, cancellationToken);
                return;
            }
        }
        else
        {
            await using var tar = new TarReader(new GZipStream(file, CompressionMode.Decompress));
            while (await tar.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.Name.TrimStart('.', '/') != program) continue;
                await entry.ExtractToFileAsync(target, overwrite: true, cancellationToken);
                return;
            }
        }

        throw new DeliveryException($"{url} has no '{program}' in it. Correct its address where it is pinned.");
    }

    /// <summary>The archive cannot be had from here: there is no way to it, or what is on the way does not let it through.</summary>
    public sealed class UnavailableException(string message, Exception? cause = null) : DeliveryException(message, cause);
}
