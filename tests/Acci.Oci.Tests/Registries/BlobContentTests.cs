using Acci.Oci.Registries;
using Acci.Oci.Retries;

namespace Acci.Oci.Tests.Registries;

/// <summary>Whose fault it is when bytes end in the middle: the network's, which may be better the next time, or this machine's.</summary>
public sealed class BlobContentTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_cannot_be_read_is_said_and_not_tried_again()
    {
        foreach (var failure in (Exception[])[new FileNotFoundException("layer is not there."), new IOException("Input/output error."), new UnauthorizedAccessException("Access is denied.")])
        {
            using var missing = new BlobContent(_ => throw failure, 10, _ => { });
            using var broken = new BlobContent(_ => Task.FromResult<Stream>(new FailingStream(failure)), 10, _ => { });
            foreach (var content in (BlobContent[])[missing, broken])
            {
                var error = await Assert.ThrowsAsync<DeliveryException>(() => content.CopyToAsync(Stream.Null, Cancellation));
                Assert.Contains(failure.Message, error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task An_answer_whose_connection_is_cut_within_a_TLS_record_may_be_whole_the_next_time()
    {
        await using var stream = new ResponseStream(new HttpResponseMessage(), new FailingStream(new IOException("Received an unexpected EOF or 0 bytes from the transport stream.")), TimeSpan.FromSeconds(5), TimeProvider.System);

        Assert.Equal("the connection broke off", (await Assert.ThrowsAsync<TransientException>(() => stream.ReadAsync(new byte[10], Cancellation).AsTask())).Message);
    }

    private sealed class FailingStream(Exception failure) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw failure;
    }
}
