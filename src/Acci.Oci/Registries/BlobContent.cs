using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace Acci.Oci.Registries;

/// <summary>A part of a blob as the body of a request: read while it is sent, never held as a whole, and read anew each time it is sent.</summary>
internal sealed class BlobContent : HttpContent
{
    private const int BufferSize = 128 * 1024;

    private readonly Func<CancellationToken, Task<Stream>> _open;
    private readonly long _length;
    private readonly Action<long> _sent;

    /// <summary>A part of a blob.</summary>
    /// <param name="open">Opens the blob at the part's first byte.</param>
    /// <param name="length">The part's length in bytes.</param>
    /// <param name="sent">Gets how many bytes of the part were sent so far; 0 when it is sent anew.</param>
    public BlobContent(Func<CancellationToken, Task<Stream>> open, long length, Action<long> sent)
    {
        (_open, _length, _sent) = (open, length, sent);
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        Headers.ContentLength = length;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _sent(0);
        if (_length == 0) return;
        await using var source = await OwnAsync(() => _open(cancellationToken));
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (var left = _length; left > 0;)
            {
                var count = await OwnAsync(() => source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken).AsTask());
                if (count == 0) throw new SourceEndedException($"the blob's source ended {left} bytes early");
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                left -= count;
                _sent(_length - left);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // A file that cannot be read is not to be taken for a connection that broke off: the sender of this content could not tell the two apart.
    private static async Task<T> OwnAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeliveryException($"A blob that is to be pushed cannot be read: {exception.Message} Build the image again.", exception);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }
}
