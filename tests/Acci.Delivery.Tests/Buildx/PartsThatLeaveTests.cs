using System.Text;
using Acci.Delivery.Buildx;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Delivery.SmokeTests;
using Acci.Oci;
using Acci.Oci.Manifests;
using static Acci.Delivery.Tests.Buildx.PartsWorld;

namespace Acci.Delivery.Tests.Buildx;

/// <summary>What one machine would not let go, does not go because two have built it.</summary>
[Collection(nameof(AlteredLog))]
public sealed class PartsThatLeaveTests : IAsyncLifetime
{
    private PartsWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await PartsWorld.CreateAsync();
        _world.Registry = "ghcr.io/owner";
    }

    public ValueTask DisposeAsync()
    {
        _world.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_part_from_a_changed_tree_stays_here_until_a_person_lets_it_go()
    {
        await _world.BuiltAsync("1", [Platform.LinuxAmd64]);
        await _world.BuiltAsync("2", [Platform.LinuxArm64], record: x => x with { ChangedSince = "v1.2.3" });
        const string Problem = "'app' was built from a working tree that differs from the commit of v1.2.3, and ghcr.io/owner does not get it.";

        foreach (var step in (Func<Task>[])[new BuildImages(_world.Context()).PlanAsync, () => _world.MergeAsync()])
            Assert.StartsWith(Problem, (await Assert.ThrowsAsync<DeliveryException>(step)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_world.RecordFile));

        await _world.MergeAsync(x => x with { AllowDirty = true });
        Assert.Equal("v1.2.3", _world.Record.ChangedSince);
        Assert.StartsWith(Problem, (await Assert.ThrowsAsync<DeliveryException>(() => _world.RunAsync(x => new SignImages(x)))).Message,
            StringComparison.Ordinal);
        // Let go, it comes to the next reason.
        var allowed = await Assert.ThrowsAsync<DeliveryException>(() => _world.RunAsync(x => new SignImages(x), x => x with { AllowDirty = true }));
        Assert.Contains("has not been scanned", allowed.Message, StringComparison.Ordinal);
    }

    // One that MinVer does not read leaves the version as it was.
    [Fact]
    public async Task So_does_one_whose_commit_gets_its_tag_after_the_build()
    {
        await _world.GitAsync("git tag --delete v1.2.3", "git commit --quiet --allow-empty --message two");
        await _world.AtCommitAsync();
        await _world.BuiltAsync("1", [Platform.LinuxAmd64]);
        await _world.BuiltAsync("2", [Platform.LinuxArm64], record: x => x with { IsTreeChanged = true });

        await _world.MergeAsync();
        Assert.True(_world.Record.IsTreeChanged);

        await _world.GitAsync("git tag v1.2.20240101123456");
        var error = await Assert.ThrowsAsync<DeliveryException>(() => _world.MergeAsync());
        Assert.Equal(
            "'app' was built from a working tree that differs from the commit of v1.2.20240101123456, and ghcr.io/owner does not get it. "
            + $"Build {Path.Combine(_world.Parts, "2", "images", "app")} again from a clean checkout, or repeat this with --allow-dirty.",
            error.Message);
    }

    [Fact]
    public async Task A_part_that_was_built_for_this_machine_s_registry_does_not_go_to_another()
    {
        _world.Registry = "127.0.0.1:5000/team";
        await _world.BuiltAsync("1", Both);
        _world.Registry = "ghcr.io/owner";

        var error = await Assert.ThrowsAsync<DeliveryException>(() => _world.MergeAsync());

        const string Problem = "was built for 127.0.0.1:5000/team/app, and this build is for ghcr.io/owner: build all parts for the same --registry";
        Assert.Contains(Problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_local_registries_of_two_machines_may_have_different_ports()
    {
        _world.Registry = "127.0.0.1:5000";
        await _world.BuiltAsync("1", Both);
        _world.Registry = "127.0.0.1:5001";

        await _world.MergeAsync();

        Assert.Equal("127.0.0.1:5001/app", _world.Record.Repository);
    }

    [Fact]
    public async Task What_was_started_where_it_was_built_is_said_with_what_came_of_it()
    {
        await _world.BuiltAsync("1", [Platform.LinuxAmd64], record: Tried);
        await _world.BuiltAsync("2", [Platform.LinuxArm64], record: Tried);
        await _world.MergeAsync();

        await _world.RunAsync(x => new SmokeTestImages(x));

        Assert.Equal(
            "linux/amd64 healthy in 0.8 s (where it was built), linux/arm64 healthy in 0.8 s (where it was built)",
            _world.Record.Steps[PublishStep.SmokeTest].Result);
    }

    [Fact]
    public async Task What_can_be_started_nowhere_is_said()
    {
        await _world.BuiltAsync("1", [Platform.LinuxAmd64], record: Tried);
        await _world.BuiltAsync("2", [Platform.LinuxArm64], record: x => x with { NotSmokeTested = "this machine can run none of linux/arm64" });
        await _world.MergeAsync();
        using var log = new AlteredLog();

        await _world.RunAsync(x => new SmokeTestImages(x));

        Assert.Contains(log.Said, x =>
            x.Contains("linux/arm64 NOT smoke-tested where it was built, and this machine cannot run it", StringComparison.Ordinal));
        Assert.Equal(
            "linux/amd64 healthy in 0.8 s (where it was built), linux/arm64 skipped (this machine cannot run it)",
            _world.Record.Steps[PublishStep.SmokeTest].Result);
    }

    [Fact]
    public async Task What_has_not_passed_where_it_was_built_and_cannot_be_started_here_does_not_go()
    {
        await _world.BuiltAsync("1", [Platform.LinuxAmd64], record: Tried);
        await _world.BuiltAsync("2", [Platform.LinuxArm64]);
        await _world.MergeAsync();

        var error = await Assert.ThrowsAsync<DeliveryException>(() => _world.RunAsync(x => new SmokeTestImages(x)));

        Assert.StartsWith("'app' has not passed a smoke test for linux/arm64 where it was built, this machine cannot start it", error.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain(PublishStep.SmokeTest, _world.Record.Steps.Keys);
    }

    [Fact]
    public async Task Of_a_part_with_several_platforms_only_those_are_named_that_cannot_be_started_here()
    {
        _world.Runnable = [Platform.LinuxAmd64];
        await _world.BuiltAsync("1", Both);
        await _world.MergeAsync();

        var error = await Assert.ThrowsAsync<DeliveryException>(() => _world.RunAsync(x => new SmokeTestImages(x)));

        Assert.StartsWith("'app' has not passed a smoke test for linux/arm64 where it was built, this machine cannot start it", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reason_that_the_definition_no_longer_gives_does_not_count()
    {
        await _world.BuiltAsync("1", [Platform.LinuxAmd64], record: Tried);
        await _world.BuiltAsync("2", [Platform.LinuxArm64], record: x => x with { NotSmokeTested = "it ends without its queue" });
        await _world.MergeAsync();

        var error = await Assert.ThrowsAsync<DeliveryException>(() => _world.RunAsync(x => new SmokeTestImages(x)));

        Assert.Contains("has not passed a smoke test for linux/arm64 where it was built", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_what_stays_here_it_is_only_said()
    {
        _world.Registry = "127.0.0.1:5000/team";
        await _world.BuiltAsync("1", [Platform.LinuxAmd64], record: Tried);
        await _world.BuiltAsync("2", [Platform.LinuxArm64]);
        await _world.MergeAsync();
        using var log = new AlteredLog();

        await _world.RunAsync(x => new SmokeTestImages(x));

        Assert.Contains(log.Said, x => x.Contains("linux/arm64 NOT smoke-tested where it was built", StringComparison.Ordinal));
        Assert.Contains("has not passed a smoke test for linux/arm64 where it was built, it was not started here",
            Elsewhere(_world.Record)?.Message, StringComparison.Ordinal);
        // Where the image's definition says that it is not started, nobody has to; that no machine can start it is another matter.
        Assert.Null(Elsewhere(_world.Record with { NotSmokeTested = "it ends without its queue" }));
        Assert.NotNull(Elsewhere(_world.Record with { NotSmokeTested = _world.Record.NoneRuns }));

        // Nor was the other one tried here.
        _world.Runnable = Both;
        Assert.Null(Elsewhere(_world.Record.TriedHere(Both)));
    }

    // What a promotion to another registry asks, once the image is scanned and pushed here.
    private static Exception? Elsewhere(PublishRecord record)
    {
        var image = Manifest.Parse(Encoding.UTF8.GetBytes($$"""{ "schemaVersion": 2, "mediaType": "{{MediaTypes.ImageIndex}}", "manifests": [] }"""), null, "a test");
        var done = new[] { PublishStep.SmokeTest, PublishStep.Scan, PublishStep.Push }.ToDictionary(
            x => x, _ => new StepResult(DateTimeOffset.UtcNow, 1, "done"));
        var policy = new DeparturePolicy(Destination.Parse("ghcr.io/owner"));
        return Record.Exception(() => policy.EnsureMayBePromoted(
            ImageReference.Parse("127.0.0.1:5000/team/app:1"), image, record with { Digest = image.Digest, Steps = done }));
    }
}
