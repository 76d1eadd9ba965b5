using Acci.Delivery.Buildx;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Publishing;
using Acci.Delivery.SmokeTests;
using Acci.Oci;
using static Acci.Delivery.Tests.Buildx.PartsWorld;

namespace Acci.Delivery.Tests.Buildx;

/// <summary>The machine that merges what others have built starts what it can run, and looks at nothing that only those who build can know.</summary>
[Collection(nameof(AlteredLog))]
public sealed class PartsOnTheLastMachineTests : IAsyncLifetime
{
    private PartsWorld _world = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

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

    [Theory]
    [InlineData(true)]
    // Of a part's several platforms only what came of those is said that were not started here.
    [InlineData(false)]
    public async Task What_it_can_run_it_starts_and_takes_the_result_of_the_rest(bool isApart)
    {
        _world.Runnable = [Platform.LinuxAmd64];
        if (isApart) foreach (var platform in Both) await _world.BuiltAsync(platform.Slug, [platform], record: Tried);
        else await _world.BuiltAsync("1", Both, record: Tried);
        await _world.MergeAsync();

        await _world.RunAsync(x => new SmokeTestImages(x));

        Assert.Equal(
            "linux/amd64 not started (it names no program: its files are for others), linux/arm64 healthy in 0.8 s (where it was built)",
            _world.Record.Steps[PublishStep.SmokeTest].Result);
    }

    [Fact]
    public void Of_a_result_that_does_not_name_each_platform_nothing_is_left_out()
    {
        Assert.Equal("started where it was merged",
            new PublishedPart(Both) { SmokeTest = "started where it was merged" }.For([Platform.LinuxArm64]).SmokeTest);
        Assert.Equal(
            "linux/arm64 ended, with 3",
            new PublishedPart(Both) { SmokeTest = "linux/arm64 ended, with 3, linux/amd64 healthy" }.For([Platform.LinuxArm64]).SmokeTest);
    }

    [Fact]
    public void What_it_has_started_of_a_part_is_not_named_as_untried_later()
    {
        var record = new PublishRecord
        {
            Image = "app", Digest = Digest.Of([]), Repository = "ghcr.io/owner/app", Version = "1.2.3", Revision = "", Platforms = [],
            Parts = [new PublishedPart(Both)],
        };

        var untried = Assert.Single(record.TriedHere([Platform.LinuxAmd64]).Parts!, x => x.IsUntried);

        Assert.Equal([Platform.LinuxArm64], untried.Platforms);
        Assert.DoesNotContain(record.TriedHere(Both).Parts!, x => x.IsUntried);
    }

    [Fact]
    public async Task A_dry_run_names_the_parts_without_a_smoke_test()
    {
        await _world.BuiltAsync("1", [Platform.LinuxAmd64], record: Tried);
        await _world.BuiltAsync("2", [Platform.LinuxArm64]);
        using var log = new AlteredLog();

        await new BuildImages(_world.Context()).PlanAsync();

        Assert.Equal(
            $"\"app\": linux/arm64 NOT smoke-tested in {Path.Combine(_world.Parts, "2", "images", "app")}: "
            + "if this machine cannot run a platform of it, the image goes to no registry but the local one",
            Assert.Single(log.Said, x => x.Contains("NOT smoke-tested", StringComparison.Ordinal)));
    }

    // Their machines have looked, and may have files that are not here.
    [Theory]
    [InlineData(true, "ghcr.io/owner", true, false)]
    [InlineData(false, "ghcr.io/owner", true, true)]
    [InlineData(false, "ghcr.io/owner", false, true)]
    [InlineData(false, "127.0.0.1:5000,ghcr.io/owner", false, true)]
    [InlineData(false, "127.0.0.1:5000", false, false)]
    [InlineData(false, "127.0.0.1:5000", true, true)]
    public void The_sources_of_an_image_are_looked_at_where_it_is_built_for_others(bool isMerged, string registry, bool signs, bool isLookedAt)
    {
        using var context = _world.Context(x => x with { Registry = registry, ImageParts = isMerged ? x.ImageParts : null });

        var checks = new Preflight(context, new DeliveryScope { Builds = true, Signs = signs }).Checks;

        Assert.Equal(isLookedAt, checks.Any(x => x.Name == "Sources"));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_bad_ignore_file_a_secret_and_a_builder_matter_where_images_are_built(bool isMerged, bool isLookedAt)
    {
        _world.Write("Dockerfile.dockerignore", "ops\\env\\private\n");
        using var bad = _world.Context(x => x with { ImageParts = isMerged ? x.ImageParts : null });
        Assert.Equal(isLookedAt, new Preflight(bad, DeliveryScope.Publish).Checks.Any(x => x.Name == "Ignore files"));

        _world.Write("Dockerfile.dockerignore", "");
        _world.Write("Dockerfile", "FROM scratch\nCOPY . .\n");
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(_world.Artifacts)!, "deploy", "compose", "secrets", "prod"));
        _world.Write("deploy/compose/secrets/prod/KEY", "secret");
        using var secret = _world.Context(x => x with { ImageParts = isMerged ? x.ImageParts : null });
        Assert.Equal(isLookedAt, new Preflight(secret, DeliveryScope.Publish).Checks.Any(x => x.Name == "Secrets"));
        Assert.Equal(isLookedAt, new Preflight(secret, DeliveryScope.Publish).Tools.Any(x => x.Name is "Builder"));
    }
}
