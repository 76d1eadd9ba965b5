using Acci.Oci.Retries;

namespace Acci.Oci.Registries;

/// <summary>
/// A response's body; a read that gets nothing for too long fails, and so does one whose connection is cut, or from which bytes come so slowly that it would
/// hardly ever end: all of that may be gone the next time.
/// </summary>
/// <param name="response">The response.</param>
/// <param name="inner">Its body.</param>
/// <param name="stallTimeout">How long nothing may come.</param>
/// <param name="time">The clock that tells how slowly it comes.</param>
/// <param name="server">Who sends it, where a message is to say that.</param>
internal sealed class ResponseStream(HttpResponseMessage response, Stream inner, TimeSpan stallTimeout, TimeProvider time, string? server = null) : Stream
{
    // In bytes a second. The slowest modems were faster.
    private const int SlowestRate = 100;

    // What is done with the bytes takes none of the server's time.
    private long _count;

    /// <summary>How long it was waited for the bytes that came.</summary>
    public TimeSpan Waited { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var asked = time.GetTimestamp();
        using var guard = new StallGuard(stallTimeout, cancellationToken);
        try
        {
            var count = await guard.RunAsync(token => inner.ReadAsync(buffer, token).AsTask());
            Waited += time.GetElapsedTime(asked);
            _count += count;
            if (count > 0 && Waited > stallTimeout + TimeSpan.FromSeconds((double)_count / SlowestRate))
                throw new TimeoutException($"the answer comes with less than {SlowestRate} bytes a second");
            return count;
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            var reason = TransientFault.Reason(exception) ?? "the connection broke off";
            throw new TransientException(server is null ? reason : $"{server}: {reason}", innerException: exception);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) response.Dispose();
        base.Dispose(disposing);
    }
}
