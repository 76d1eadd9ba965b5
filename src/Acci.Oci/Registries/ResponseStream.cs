using Acci.Oci.Retries;

namespace Acci.Oci.Registries;

/// <summary>A response's body; a read that gets nothing for too long fails, and so does one whose connection is cut: both may be gone the next time.</summary>
/// <param name="response">The response.</param>
/// <param name="inner">Its body.</param>
/// <param name="stallTimeout">How long nothing may come.</param>
/// <param name="server">Who sends it, where a message is to say that.</param>
internal sealed class ResponseStream(HttpResponseMessage response, Stream inner, TimeSpan stallTimeout, string? server = null) : Stream
{
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
        using var guard = new StallGuard(stallTimeout, cancellationToken);
        try
        {
            return await guard.RunAsync(token => inner.ReadAsync(buffer, token).AsTask());
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
