using Acci.Delivery.Engines;
using Acci.Delivery.Publishing;
using Acci.Delivery.Scanning;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>A step that begins again takes the place of what was said of it, however it ends.</summary>
public sealed class BegunAgainTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    private const string Obstacle = "trivy is not on the PATH.";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Doors => ["SignImages", "TagImages", "promote", "release", "deploy"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Not_scanned_once_is_no_excuse_for_a_scan_that_ended_badly(bool isPage)
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunAsync("SmokeTestImages");
        await ScanWithoutScannerAsync(world);
        world.Trivy.AnswerWith([TrivyStandIn.Vulnerability("CVE-1", "CRITICAL")]);
        if (isPage) Directory.CreateDirectory(world.Artifact("scan", "report.html"));
        else world.Trivy.Fail("FATAL\tno space left on device");

        await Assert.ThrowsAnyAsync<Exception>(() => world.RunAsync("ScanImages"));

        Assert.Null(world.Record.NotScanned);
        Assert.Contains("'app' has not been scanned and passed", await world.RefusedAsync("SignImages"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task What_a_later_scan_found_is_asked_for_at_every_door_also_where_its_run_was_killed_before_the_record_had_it(string door)
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("TagImages");
        await world.RunAsync("TagImages");
        await PassAsync(world, door);
        var before = world.Record;
        world.Trivy.AnswerWith([TrivyStandIn.Vulnerability("CVE-1", "CRITICAL")]);
        await Assert.ThrowsAsync<DeliveryException>(() => world.RunAsync("ScanImages", isAskedFor: true));

        before.Write(world.RecordFile);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => PassAsync(world, door));
        Assert.Contains("is of another scan. Run ScanImages again", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("promote")]
    [InlineData("release")]
    [InlineData("deploy")]
    public async Task Artifacts_that_were_carried_to_another_machine_without_their_scan_go_on_from_there(string door)
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("TagImages");
        await world.RunAsync("TagImages");

        Directory.Delete(world.Artifact("scan"), recursive: true);

        await PassAsync(world, door);
    }

    [Fact]
    public async Task The_printed_run_command_starts_the_image_as_the_smoke_test_did()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("TagImages");

        var table = await world.RunAsync("TagImages", options => options with
        {
            Images =
            [
                options.Images[0] with
                {
                    Health = new("/health", 8080),
                    SmokeTest = new() { Variables = new Dictionary<string, string> { ["STORE"] = "a b" }, Tmpfs = ["/tmp"], Capabilities = ["CHOWN"], Init = true, Arguments = ["serve"] },
                },
            ],
        });

        var run = $"run --rm --read-only --cap-drop ALL --cap-add CHOWN --init --tmpfs /tmp --env 'STORE=a b' --publish 8080:8080 {world.Repository}@{world.Record.Digest} serve\n";
        Assert.Contains($" {run}", table, StringComparison.Ordinal);
        Assert.Contains($"docker {run}", world.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_scanned_any_more_is_not_told_as_scanned()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");

        await ScanWithoutScannerAsync(world, options => options with { Republish = true });
        await world.RunAsync("SignImages");

        Assert.Contains($"Findings   not scanned: {Obstacle}", await world.RunAsync("TagImages"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_started_any_more_is_not_told_as_started()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        world.Record.With(PublishStep.SmokeTest, new StepResult(DateTimeOffset.UtcNow, 1, "healthy")).Write(world.RecordFile);

        await world.RunAsync("SmokeTestImages", options => options with { Republish = true });

        Assert.DoesNotContain(PublishStep.SmokeTest, world.Record.Steps.Keys);
        Assert.StartsWith("this machine can run none of", world.Record.NotSmokeTested, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_can_neither_be_started_nor_scanned_is_signed_once()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunAsync("SmokeTestImages");
        await ScanWithoutScannerAsync(world);
        await world.RunAsync("SignImages");
        var signed = world.Record.Steps[PublishStep.Sign];

        await world.RunAsync("SmokeTestImages");
        await ScanWithoutScannerAsync(world);

        Assert.Equal(signed, world.Record.Steps[PublishStep.Sign]);
    }

    private static async Task ScanWithoutScannerAsync(PublishWorld world, Func<DeliveryOptions, DeliveryOptions>? change = null)
    {
        using var context = world.Context(change);
        context.Know(nameof(ScannerOfBuild.ScannerAsync), Task.FromResult(((Trivy?)null, (string?)Obstacle)));
        await new ScanImages(context).RunAsync();
    }

    // What each verb asks before an image leaves this machine by it.
    private static async Task PassAsync(PublishWorld world, string door)
    {
        using var context = world.Context();
        var image = world.Repository.WithDigest(world.Record.Digest);
        var root = await (await context.RegistryAsync()).GetManifestAsync(image, Cancellation);
        var policy = DeparturePolicy.Of(context, "elsewhere", isThisMachine: false);
        switch (door)
        {
            case "promote":
                policy.EnsureMayBePromoted(image, root, world.Record);
                break;
            case "release":
                policy.EnsureMayBeReleased(world.Record with { Repository = "ghcr.io/octo/app" }, root, "v1.2.3", world.Record.Version, world.Record.Revision);
                break;
            case "deploy":
                await policy.EnsureMayBeDeployedAsync(image, world.Record, () => Task.FromResult(root), _ => Task.CompletedTask);
                break;
            default:
                await world.RunAsync(door);
                break;
        }
    }
}
