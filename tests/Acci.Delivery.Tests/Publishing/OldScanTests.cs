using Acci.Delivery.Publishing;
using Acci.Delivery.Scanning;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>There is no scanner any more, and the last scan is old.</summary>
public sealed class OldScanTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    private const string Obstacle = "trivy is not on the PATH.";

    [Fact]
    public async Task Where_a_scan_is_required_an_old_one_is_none_and_no_later_step_takes_it_for_one()
    {
        using var world = await ScannedAsync();

        var error = await Assert.ThrowsAsync<DeliveryException>(() => ScanAsync(world, Required));

        Assert.Equal($"'app' cannot be scanned, and --require-scan asks for it: {Obstacle} Its last scan was 400 days ago, and does not count any more.", error.Message);
        Assert.DoesNotContain(PublishStep.Scan, world.Record.Steps.Keys);
        Assert.Contains("scan", await world.RefusedAsync("SignImages", Required), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task On_this_machine_what_an_old_one_found_is_judged()
    {
        using var world = await ScannedAsync();

        await ScanAsync(world, options => options);

        Assert.Contains(PublishStep.Scan, world.Record.Steps.Keys);
    }

    [Theory]
    [InlineData(5, null)]
    [InlineData(7, 7.0)]
    public async Task A_record_tells_how_old_its_scan_is_where_that_does_not_count_any_more(int hours, double? age)
    {
        using var world = await ScannedAsync();
        using var context = world.Context();
        var record = world.Record;
        var old = record with { Steps = new Dictionary<PublishStep, StepResult>(record.Steps) { [PublishStep.Scan] = record.Steps[PublishStep.Scan] with { At = DateTimeOffset.UtcNow.AddHours(-hours) } } };

        Assert.Equal(age, context.FindOldScan(old) is { } found ? Math.Floor(found.TotalHours) : null);
        // What this build has scanned goes on, however long it takes.
        context.ScannedHere().Add("app");
        Assert.Null(context.FindOldScan(old));
    }

    private static DeliveryOptions Required(DeliveryOptions options) => options with { Scan = options.Scan with { Required = true } };

    private static async Task ScanAsync(PublishWorld world, Func<DeliveryOptions, DeliveryOptions> change)
    {
        using var context = world.Context(change);
        context.Know(nameof(ScannerOfBuild.ScannerAsync), Task.FromResult(((Trivy?)null, (string?)Obstacle)));
        await new ScanImages(context).RunAsync();
    }

    private async Task<PublishWorld> ScannedAsync()
    {
        var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        (ScanRecord.Read(world.Scan)! with { ScannedAt = DateTimeOffset.UtcNow.AddDays(-400) }).Write(world.Scan);
        return world;
    }
}
