using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Acci.Oci.Manifests;
using Acci.Oci.Retries;

namespace Acci.Oci.Registries;

public sealed partial class OciRegistry
{
    // How many look-ups may fail before an error of the registry counts as an answer.
    private const int LookUps = 2;

    private const int CopyBufferSize = 128 * 1024;

    /// <summary>Whether a repository has a blob.</summary>
    public Task<bool> HasBlobAsync(ImageReference repository, Digest digest, CancellationToken cancellationToken = default) =>
        HasBlobAsync(repository, digest, PullScope(PathOf(repository)), cancellationToken);

    /// <summary>Whether a repository that is about to be pushed to has a blob.</summary>
    internal Task<bool> HasBlobForPushAsync(ImageReference repository, Digest digest, CancellationToken cancellationToken) =>
        HasBlobAsync(repository, digest, PushScope(PathOf(repository)), cancellationToken);

    /// <summary>Fetches a blob into memory, for those that are small: configurations, attestations, signatures. The content is checked.</summary>
    /// <exception cref="ContentException">The repository has no such blob, or has it damaged.</exception>
    public async Task<byte[]> ReadBlobAsync(ImageReference repository, Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        using var content = new MemoryStream();
        await DownloadBlobAsync(repository, descriptor, content, cancellationToken);
        return content.ToArray();
    }

    /// <summary>Fetches a blob into a stream, going on where it broke off. The content is checked; when it proves damaged it is fetched again.</summary>
    /// <param name="repository">Where the blob is.</param>
    /// <param name="descriptor">Its digest and size.</param>
    /// <param name="target">A stream that can be written at any position, such as a file's.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ContentException">The repository has no such blob, or has it damaged.</exception>
    public async Task DownloadBlobAsync(
        ImageReference repository, Descriptor descriptor, Stream target, CancellationToken cancellationToken = default)
    {
        var path = PathOf(repository);
        var start = target.Position;
        var done = 0L;
        var damage = new Damage();
        EnsureCanBeChecked(descriptor.Digest);
        using var hash = IncrementalHash.CreateHash(descriptor.Digest.HashAlgorithm);
        await RunAsync($"fetch of blob {descriptor.Digest} from {path}", async attempt =>
        {
            await using (var source = await OpenBlobAsync(path, descriptor, done, attempt.CancellationToken))
            {
                target.Position = start + done;
                await foreach (var part in PartsAsync(source, attempt.CancellationToken))
                {
                    hash.AppendData(part.Span);
                    await target.WriteAsync(part, attempt.CancellationToken);
                    attempt.Moved();
                    done += part.Length;
                    if (done > descriptor.Size) break;
                }
            }

            if (done < descriptor.Size) throw damage.Of($"the blob broke off after {done} of {descriptor.Size} bytes", $"{done}");
            var actual = Convert.ToHexStringLower(hash.GetHashAndReset());
            if (done == descriptor.Size && actual == descriptor.Digest.Hex) return true;
            // Of what is too long only a part was read, and not always the same.
            var content = done > descriptor.Size ? "too long" : actual;
            done = 0;
            throw damage.Of("the blob arrived damaged", content);
        }, cancellationToken);
        target.SetLength(start + descriptor.Size);
    }

    /// <summary>Opens a blob from this byte on, in one attempt; what is read is not checked.</summary>
    internal Task<Stream> OpenBlobAsync(ImageReference repository, Descriptor descriptor, long offset, CancellationToken cancellationToken) =>
        OpenBlobAsync(PathOf(repository), descriptor, offset, cancellationToken);

    private async Task<Stream> OpenBlobAsync(string path, Descriptor descriptor, long offset, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Get, Address($"{path}/blobs/{descriptor.Digest}"), PullScope(path)) { RangeStart = offset };
        var response = await SendBlobRequestAsync(request, cancellationToken);
        var stream = await _transport.OpenAsync(response, cancellationToken);
        if (offset == 0 || response.StatusCode == HttpStatusCode.PartialContent) return stream;

        // The registry does not know ranges, so the first part is read past.
        try
        {
            await foreach (var part in PartsAsync(stream, cancellationToken, offset)) offset -= part.Length;
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private async Task<HttpResponseMessage> SendBlobRequestAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(request, cancellationToken);
        }
        catch (RegistryException exception)
            when (exception.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw new ContentException(exception.Message, exception);
        }
    }

    // Before a push nothing is lost where a blob counts as absent that is there.
    private Task<bool> HasBlobAsync(ImageReference repository, Digest digest, string scope, CancellationToken cancellationToken)
    {
        var path = PathOf(repository);
        return RunAsync(
            $"look-up of blob {digest} in {path}",
            async attempt => await HasBlobAsync(path, digest, scope, attempt.CancellationToken, Absent(attempt, scope == PushScope(path)))
                || (scope != PushScope(path) && await CanGetBlobAsync(path, digest, attempt.CancellationToken)),
            cancellationToken);
    }

    private async Task<bool> HasBlobAsync(string path, Digest digest, string scope, CancellationToken cancellationToken, params HttpStatusCode[] absent)
    {
        var request = new RegistryRequest(HttpMethod.Head, Address($"{path}/blobs/{digest}"), scope);
        using var response = await SendAsync(request, cancellationToken, absent);
        if (response.IsSuccessStatusCode) _places.TryAdd(digest, path);
        return response.IsSuccessStatusCode;
    }

    private async Task<bool> CanGetBlobAsync(string path, Digest digest, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Get, Address($"{path}/blobs/{digest}"), PullScope(path));
        using var response = await SendAsync(request, cancellationToken, HttpStatusCode.NotFound);
        return response.IsSuccessStatusCode;
    }

    // What says that something is not there. A registry whose disk was full can keep a link without content and answer 500 for it from then on;
    // pushing the content again repairs the link.
    private static HttpStatusCode[] Absent(Attempt attempt, bool beforePush = true) =>
        beforePush && attempt.Number > LookUps ? [.. NotServed, HttpStatusCode.InternalServerError] : NotServed;

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> PartsAsync(
        Stream source, [EnumeratorCancellation] CancellationToken cancellationToken, long limit = long.MaxValue)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBufferSize);
        try
        {
            while (limit > 0)
            {
                var count = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(limit, buffer.Length)), cancellationToken);
                if (count == 0) yield break;
                limit -= count;
                yield return buffer.AsMemory(0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
