using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Oci.Retries;

namespace Acci.Oci.Registries;

public sealed partial class OciRegistry
{
    private static readonly TimeSpan BeginGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AbandonTimeout = TimeSpan.FromSeconds(5);

    // The most that ghcr.io takes in a chunk; whoever does not take that takes none.
    private const int SmallChunk = 4 * 1024 * 1024;

    // Where blobs are, as far as this instance has seen them: what images have in common goes up once.
    private readonly ConcurrentDictionary<Digest, string> _places = [];

    // Repositories from which this registry mounts nothing.
    private readonly ConcurrentDictionary<string, bool> _withoutMounts = [];

    // What was learnt from chunks that the registry turned down. When it takes none at all, blobs go up whole.
    private volatile bool _wantsSmallChunks;
    private volatile bool _refusesChunks;

    private int ChunkSize => _wantsSmallChunks ? Math.Min(SmallChunk, _options.ChunkSize) : _options.ChunkSize;

    private RegistryRequest BeginRequest(string path) => new(HttpMethod.Post, Address($"{path}/blobs/uploads/"), PushScope(path));

    /// <summary>
    /// Takes a blob over from another repository of this registry, if one is known to have it, or has it of those that are named, and lets it be read; where none does,
    /// nothing is lost. Source: OCI distribution specification 1.1, section "Mounting a blob from another repository".
    /// </summary>
    /// <returns>Whether the repository has the blob now.</returns>
    internal async Task<bool> TryMountAsync(
        ImageReference repository, Descriptor blob, IReadOnlyList<string> from, CancellationToken cancellationToken)
    {
        var path = PathOf(repository);
        foreach (var other in (_places.TryGetValue(blob.Digest, out var seen) ? from.Prepend(seen) : from).Where(x => x != path).Distinct())
        {
            if (_withoutMounts.ContainsKey(other)) continue;
            var scope = $"{PushScope(path)} {PullScope(other)}";
            try
            {
                var session = await _once.RunAsync($"{Domain}: mount of blob {blob.Digest} from {other}", async attempt =>
                {
                    var address = Address($"{path}/blobs/uploads/?mount={blob.Digest}&from={Uri.EscapeDataString(other)}");
                    using var response = await SendAsync(new RegistryRequest(HttpMethod.Post, address, scope), attempt.CancellationToken);
                    return response.StatusCode == HttpStatusCode.Created ? null : LocationOf(response);
                }, cancellationToken);
                if (session is null) return true;
                // A registry that cannot mount begins an upload instead.
                await AbandonAsync(path, session);
            }
            catch (Exception exception) when (exception is DeliveryException or HttpRequestException or IOException)
            {
                // Whatever it is, such as a repository that may not be read or an error of the registry: the upload does without it. One that is not found
                // may be the blob alone.
                if (exception is not RegistryException { StatusCode: HttpStatusCode.NotFound }) _withoutMounts[other] = true;
            }
        }

        return false;
    }

    /// <summary>Sends a blob, as often as it takes.</summary>
    /// <param name="repository">Where it goes.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="source">Where its bytes are.</param>
    /// <param name="sent">Gets how many of its bytes were sent so far.</param>
    /// <param name="cancellationToken">Gives the upload up; the registry is told.</param>
    internal async Task UploadAsync(
        ImageReference repository, Descriptor blob, IContentSource source, Action<long> sent, CancellationToken cancellationToken)
    {
        var path = PathOf(repository);
        Attempt? current = null;
        var upload = new BlobUpload(blob, source, bytes =>
        {
            if (bytes > 0) current?.Moved();
            sent(bytes);
        });
        try
        {
            await RunAsync($"upload of blob {blob.Digest} ({Megabytes(blob.Size)}) to {path}", async attempt =>
            {
                current = attempt;
                // The blob may have arrived although the answer did not.
                if (attempt.Number > 1 && await HasBlobAsync(path, blob.Digest, PushScope(path), attempt.CancellationToken, NotServed)) return true;
                try
                {
                    await ContinueAsync(path, upload, attempt);
                    return true;
                }
                catch (Exception exception) when (exception is SourceEndedException || exception.InnerException is SourceEndedException)
                {
                    await upload.VerifySourceAsync(attempt.CancellationToken);
                    throw;
                }
            }, cancellationToken);
            sent(blob.Size);
            _places.TryAdd(blob.Digest, path);
        }
        catch when (upload.Session is not null)
        {
            await AbandonAsync(path, upload.Session);
            throw;
        }
    }

    private bool GoesInChunks(BlobUpload upload) =>
        !_refusesChunks && !upload.MustBeWhole && (upload.Blob.Size > _options.WholeBlobLimit || (upload.PrefersChunks && upload.Blob.Size > ChunkSize));

    private async Task ContinueAsync(string path, BlobUpload upload, Attempt attempt)
    {
        if (upload.Session is { } begun) await ResumeAsync(path, upload, begun, attempt);
        if (upload.Session is null) await BeginAsync(path, upload, attempt);
        try
        {
            if (GoesInChunks(upload)) await SendChunksAsync(path, upload, attempt);
            await FinishAsync(path, upload, attempt);
        }
        catch (RegistryException exception) when (IsLost(exception))
        {
            // The registry lost the session, as one does that was restarted; a new one may do.
            upload.Lose();
            var cause = upload.MustBeWhole ? $" {upload.Losses} times, as one does whose replicas have no secret in common" : "";
            throw new TransientException($"the registry lost the upload{cause} ({exception.Message.TrimEnd('.')})");
        }
    }

    private static bool IsLost(RegistryException exception) =>
        exception.StatusCode == HttpStatusCode.NotFound || exception.Codes.Any(x => x is "BLOB_UPLOAD_INVALID" or "BLOB_UPLOAD_UNKNOWN");

    private async Task BeginAsync(string path, BlobUpload upload, Attempt attempt)
    {
        // An upload whose begin is cancelled could not be given up, because its address would not be known: the answer is waited for, if it comes soon.
        using var grace = new CancellationTokenSource();
        await using var cancellation = attempt.CancellationToken.Register(() => grace.CancelAfter(BeginGrace));
        using var response = await SendAsync(BeginRequest(path), grace.Token);
        upload.Begin(LocationOf(response), IntegerOf(response, "OCI-Chunk-Min-Length"));
    }

    /// <summary>Asks how far a session is that broke off. Source: OCI distribution specification 1.1, section "Resuming an upload".</summary>
    private async Task ResumeAsync(string path, BlobUpload upload, Uri session, Attempt attempt)
    {
        if (GoesInChunks(upload))
        {
            using var response = await _transport.SendAnyAsync(new RegistryRequest(HttpMethod.Get, session, PushScope(path)), attempt.CancellationToken);
            if (TransientException.IsTransient(response.StatusCode)) throw TransientException.From(response, time: _options.Time);
            if (response.IsSuccessStatusCode && EndOf(response) is { } end && end <= upload.Blob.Size)
            {
                upload.Continue(LocationOf(response, session), end);
                return;
            }

            upload.Lose();
        }

        upload.Forget();
        await AbandonAsync(path, session);
    }

    private async Task SendChunksAsync(string path, BlobUpload upload, Attempt attempt)
    {
        while (upload.Offset < upload.Blob.Size)
        {
            var length = Math.Min(Math.Max(ChunkSize, upload.MinimumChunk), upload.Blob.Size - upload.Offset);
            var request = new RegistryRequest(HttpMethod.Patch, upload.Session!, PushScope(path)) { Body = guard => upload.Chunk(length, guard) };
            try
            {
                using var response = await SendAsync(request, attempt.CancellationToken);
                var end = EndOf(response) ?? upload.Offset + length;
                if (end <= upload.Offset || end > upload.Offset + length)
                    throw WithoutChunks($"it says that it has {end} bytes after {upload.Offset + length}");
                upload.Continue(LocationOf(response, upload.Session!), end);
                attempt.Progressed();
            }
            catch (RegistryException exception)
                when (!IsLost(exception) && exception.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
            {
                // Nor does one get smaller than what the registry itself says that it takes at least.
                if (length <= Math.Max(SmallChunk, upload.MinimumChunk)) throw WithoutChunks(exception.Message.TrimEnd('.'));
                _wantsSmallChunks = true;
                throw new TransientException($"the registry does not take a chunk of {length} bytes, so it gets smaller ones ({exception.Message.TrimEnd('.')})");
            }
        }
    }

    private TransientException WithoutChunks(string reason)
    {
        _refusesChunks = true;
        return new TransientException($"the registry does not serve uploads in chunks, so the blob is sent whole ({reason})");
    }

    /// <summary>Sends what is not sent yet, and the digest that the whole has to have.</summary>
    private async Task FinishAsync(string path, BlobUpload upload, Attempt attempt)
    {
        var separator = upload.Session!.Query.Length > 0 ? "&" : "?";
        var address = new Uri($"{upload.Session.AbsoluteUri}{separator}digest={Uri.EscapeDataString(upload.Blob.Digest.ToString())}");
        var request = new RegistryRequest(HttpMethod.Put, address, PushScope(path))
        {
            Body = upload.Rest,
            ExtraPatience = upload.CheckingTime,
        };
        // It may take the registry long to check what it has by now.
        attempt.Moved();
        try
        {
            using var response = await SendAsync(request, attempt.CancellationToken);
            upload.Forget();
        }
        catch (RegistryException exception) when (exception.Codes.Any(x => x is "DIGEST_INVALID" or "SIZE_INVALID"))
        {
            upload.Lose();
            // Either it was damaged on the way, and may arrive the next time, or it is damaged here.
            await upload.VerifySourceAsync(attempt.CancellationToken);
            throw new TransientException("the blob arrived damaged");
        }
        catch (RegistryException exception)
            when (exception.StatusCode == HttpStatusCode.RequestEntityTooLarge && upload.Offset == 0 && !_refusesChunks && !upload.MustBeWhole
                && upload.Blob.Size > Math.Min(SmallChunk, ChunkSize))
        {
            // A blob that fits in one chunk would be sent in one again.
            if (upload.Blob.Size <= ChunkSize) _wantsSmallChunks = true;
            upload.PreferChunks();
            throw new TransientException($"the blob is too large for one request, so it is sent in chunks ({exception.Message.TrimEnd('.')})");
        }
    }

    /// <summary>As <see cref="GiveUpAsync"/>, of an upload that has ended: why is what is to be told.</summary>
    private async Task AbandonAsync(string path, Uri session)
    {
        try
        {
            await GiveUpAsync(path, session);
        }
        catch (DeliveryException)
        {
            // The upload may have ended for the same reason.
        }
    }

    /// <summary>
    /// Tells the registry that an upload will not be finished, so that nothing of it stays. Not being able to is no harm: registries forget by themselves.
    /// </summary>
    /// <exception cref="DeliveryException">Uploads go to another server, and nothing can be sent there.</exception>
    private async Task GiveUpAsync(string path, Uri session)
    {
        using var timeout = new CancellationTokenSource(AbandonTimeout);
        try
        {
            using var response = await _transport.SendAnyAsync(new RegistryRequest(HttpMethod.Delete, session, AbandonScope(path)), timeout.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutException or TransientException or OperationCanceledException
            || (exception is DeliveryException && _transport.Endpoint.Owns(session)))
        {
            // It may be another time, or have no right to.
        }
    }

    private Uri LocationOf(HttpResponseMessage response, Uri? fallback = null)
    {
        if (response.Headers.Location is not { } location)
        {
            return fallback ?? throw (response.StatusCode == HttpStatusCode.Accepted
                ? new DeliveryException($"{Domain} began an upload and did not say where (no Location header).")
                : _transport.NotARegistry($"the begin of an upload is answered {(int)response.StatusCode}, without an address."));
        }

        return _transport.Endpoint.Resolve(response.RequestMessage?.RequestUri ?? _transport.Endpoint.Base, location);
    }

    /// <summary>
    /// How many bytes a session has, from the header <c>Range: 0-&lt;last byte&gt;</c>; null when there is none. A session without any bytes says <c>0-0</c>, too.
    /// </summary>
    private static long? EndOf(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Range", out var values) || values.First().Split('-') is not [_, var last]) return null;
        return long.TryParse(last, CultureInfo.InvariantCulture, out var end) ? end == 0 ? 0 : end + 1 : null;
    }

    private static long IntegerOf(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values) && long.TryParse(values.First(), CultureInfo.InvariantCulture, out var value) ? value : 0;

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");
}
