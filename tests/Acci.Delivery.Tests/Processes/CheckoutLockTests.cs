using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Processes;

/// <summary>Builds take turns by a file. What cannot be locked for another reason is an error, and no other build.</summary>
public sealed class CheckoutLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Place => _folder.Combine("artifacts", ".lock");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_that_cannot_be_opened_is_an_error_that_names_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        Directory.CreateDirectory(_folder.Combine("artifacts"));
        File.CreateSymbolicLink(Place, Place);
        foreach (var take in (Func<CancellationToken, Task>[])[x => CheckoutLock.TakeAsync(Place, x), x => CheckoutLock.TakeToReadAsync(Place, x)])
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            enough.CancelAfter(TimeSpan.FromMinutes(1));

            var error = await Assert.ThrowsAsync<DeliveryException>(() => take(enough.Token));

            Assert.StartsWith($"{Place} cannot be ", error.Message, StringComparison.Ordinal);
            Assert.Contains("Give this user the folder", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_an_error_that_names_the_file()
    {
        await File.WriteAllTextAsync(_folder.Combine("artifacts"), "", Cancellation);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => CheckoutLock.TakeAsync(Place, Cancellation));

        Assert.StartsWith($"{Place} cannot be written: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_leads_nowhere_is_an_error_that_names_the_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        Directory.CreateDirectory(_folder.Combine("artifacts"));
        File.CreateSymbolicLink(Place, _folder.Combine("gone", "lock"));

        var error = await Assert.ThrowsAsync<DeliveryException>(() => CheckoutLock.TakeAsync(Place, Cancellation));

        Assert.StartsWith($"{Place} cannot be written: ", error.Message, StringComparison.Ordinal);
        Assert.Null(await CheckoutLock.TakeToReadAsync(Place, Cancellation));
    }

    [Fact]
    public async Task Another_build_is_waited_for()
    {
        var clock = new TestClock { PassesByItself = false };
        var first = await CheckoutLock.TakeAsync(Place, Cancellation);
        var reader = CheckoutLock.TakeToReadAsync(Place, Cancellation, clock);
        var pause = await clock.NextWaitAsync(Cancellation);
        first.Dispose();
        clock.Advance(pause);
        using var held = await reader;

        var writer = CheckoutLock.TakeAsync(Place, Cancellation, time: clock);
        pause = await clock.NextWaitAsync(Cancellation);
        using (var another = await CheckoutLock.TakeToReadAsync(Place, Cancellation, clock)) Assert.NotNull(another);
        Assert.False(writer.IsCompleted);
        held!.Dispose();
        clock.Advance(pause);
        (await writer).Dispose();
    }

    [Fact]
    public async Task What_only_reads_makes_no_file()
    {
        Assert.Null(await CheckoutLock.TakeToReadAsync(Place, Cancellation));
        Assert.False(Directory.Exists(_folder.Combine("artifacts")));
    }

    [Fact]
    public async Task A_build_that_read_and_now_writes_does_not_wait_for_itself()
    {
        (await CheckoutLock.TakeAsync(Place, Cancellation)).Dispose();
        using var context = new DeliveryContext(new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts") }, Cancellation);
        await context.LockToReadAsync();

        await context.LockAsync().WaitAsync(TimeSpan.FromMinutes(1), Cancellation);

        await context.LockToReadAsync();
    }
}
