using Acci.Delivery.Caching;
using Acci.Delivery.Scanning;
using Acci.Oci.Retries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Scanning;

public sealed class DrippingDownloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    // Each part comes in time.
    [Fact]
    public async Task A_download_that_drips_ends_after_an_hour()
    {
        var clock = new TestClock();
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            // Until it is given up: what reads may begin long after what writes.
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(new byte[16 * 1024], context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                clock.Advance(TimeSpan.FromMinutes(1));
            }
        });
        var fetch = new ToolFetch(new CacheDirectory(_folder.Path), new RetryOptions { Budget = TimeSpan.FromSeconds(1), Time = clock });

        var failure = await Assert.ThrowsAsync<ToolFetch.UnavailableException>(
            () => fetch.GetAsync("tool", "1.0", new ToolLocks.ToolArchive($"http://{server.Domain}/tool.tar.gz", new string('0', 64)), Cancellation));

        Assert.EndsWith(" MiB came within 60 minutes, and that was not all", failure.Message, StringComparison.Ordinal);
    }
}
