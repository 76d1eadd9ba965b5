using Acci.Delivery.Buildx;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Publishing;
using Acci.Delivery.Versioning;
using Acci.Oci;
using static Acci.Delivery.Tests.Buildx.PartsWorld;

namespace Acci.Delivery.Tests.Buildx;

/// <summary>An image whose platforms were built by one job each, on machines where they are native.</summary>
[Collection(nameof(AlteredLog))]
public sealed class ImagePartsTests : IAsyncLifetime
{
    private PartsWorld _world = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _world = await PartsWorld.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _world.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task It_has_the_index_that_one_machine_would_have_made()
    {
        var whole = await _world.WholeAsync(Both);
        // Whichever machine is the first in the folder.
        await _world.BuiltAsync("1", [Platform.LinuxArm64]);
        await _world.BuiltAsync("2", [Platform.LinuxAmd64]);

        await _world.MergeAsync();

        var merged = await _world.MergedAsync();
        await merged.VerifyAsync(Cancellation);
        Assert.Equal(await TextAsync(whole), await TextAsync(merged));
        Assert.Equal(whole.Root.Digest, _world.Record.Digest);
        Assert.Equal(Both, _world.Record.Platforms.Select(x => x.Platform));
        Assert.Equal("v0.25.1", _world.Record.BuildKit);

        // Merged again, it is the same image, and nothing of it is done again.
        var before = File.GetLastWriteTimeUtc(Path.Combine(merged.Folder, "index.json"));
        await _world.MergeAsync();
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(merged.Folder, "index.json")));
    }

    [Theory]
    [InlineData("v0.25.1", "v0.25.1", "v0.25.1")]
    [InlineData("v0.25.1", "v0.26.0", "linux/amd64 v0.25.1, linux/arm64 v0.26.0")]
    // What is not known of one platform is not known of the image.
    [InlineData("v0.25.1", null, null)]
    [InlineData(null, "v0.25.1", null)]
    [InlineData(null, null, null)]
    public async Task BuildKits_of_several_versions_are_named_with_their_platforms(string? amd64, string? arm64, string? together)
    {
        await _world.BuiltAsync("1", [Platform.LinuxAmd64], x => Set(x, amd64));
        await _world.BuiltAsync("2", [Platform.LinuxArm64], x => Set(x, arm64));

        await _world.MergeAsync();

        Assert.Equal(together, _world.Record.BuildKit);
        var root = (await _world.MergedAsync()).Root;
        Assert.Equal(together, (await (await _world.MergedAsync()).ReadManifestAsync(root, Cancellation)).Annotations.GetValueOrDefault(BuildKit));

        static void Set(System.Text.Json.Nodes.JsonObject said, string? version)
        {
            if (version is null) said.Remove(BuildKit);
            else said[BuildKit] = version;
        }
    }

    [Fact]
    public async Task A_part_that_two_nodes_built_names_each_platform_once()
    {
        Platform[] all = [.. Both, Platform.LinuxPpc64le];
        _world.Images = [_world.Images[0] with { Platforms = all }];
        await _world.BuiltAsync("1", Both, x => x[BuildKit] = "linux/amd64 v0.25.1, linux/arm64 v0.26.0");
        await _world.BuiltAsync("2", [Platform.LinuxPpc64le]);

        await _world.MergeAsync();

        Assert.Equal("linux/amd64 v0.25.1, linux/arm64 v0.26.0, linux/ppc64le v0.25.1", _world.Record.BuildKit);
    }

    [Fact]
    public async Task A_dry_run_says_so_and_writes_nothing()
    {
        await _world.BuiltAsync("1", [Platform.LinuxAmd64]);
        await _world.BuiltAsync("2", [Platform.LinuxArm64]);
        using var log = new AlteredLog();

        await new BuildImages(_world.Context()).PlanAsync();

        var said = Assert.Single(log.Said, x => x.Contains("would merge version 1.2.3 from ", StringComparison.Ordinal));
        Assert.Contains(Path.Combine("1", "images", "app"), said, StringComparison.Ordinal);
        Assert.Contains(Path.Combine("2", "images", "app"), said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_world.Artifacts));
    }

    public static TheoryData<string, Func<PartsWorld, Task>, string> Wrong => new()
    {
        { "missing", x => x.BuiltAsync("1", [Platform.LinuxAmd64]), "has 'app' for linux/arm64" },
        {
            "twice", async x => { await x.BuiltAsync("1", [Platform.LinuxAmd64]); await x.BuiltAsync("2", Both); },
            "'app' was built for linux/amd64 twice: "
        },
        { "more", x => x.BuiltAsync("1", [.. Both, Platform.LinuxPpc64le]), "has linux/ppc64le, which is not among this build's platforms of 'app'" },
        {
            "version", x => x.BuiltAsync("1", Both, said => said[VersionKey] = "9.9.9", record => record with { Version = "9.9.9" }),
            "was built as version '9.9.9', and '1.2.3' is checked out here"
        },
        {
            "tagged meanwhile", async x => { await x.BuiltAsync("1", Both); await x.GitAsync("git tag v1.2.4"); },
            "In GitHub Actions, re-run all jobs"
        },
        {
            "commit", x => x.BuiltAsync(
                "1", Both, said => said[Revision] = new string('a', 40), record => record with { Revision = new string('a', 40) }),
            "was built as commit 'aaaa"
        },
        { "edited record", x => x.BuiltAsync("1", Both, said => said[VersionKey] = "9.9.9"), "says of sha256:" },
        {
            "no record", async x =>
            {
                await x.BuiltAsync("1", Both);
                Directory.Delete(Path.Combine(x.Parts, "1", "publish"), recursive: true);
            },
            "Copy artifacts/publish together with artifacts/images"
        },
        { "another's record", x => x.BuiltAsync("1", Both, record: record => record with { Image = "other" }), "is the record of the image 'other'" },
        {
            "another registry", x => x.BuiltAsync("1", Both, record: record => record with { Repository = "ghcr.io/owner/app" }),
            "was built for ghcr.io/owner/app, and this build is for 127.0.0.1:5000/team"
        },
        {
            "settings", async x =>
            {
                await x.BuiltAsync("1", [Platform.LinuxAmd64]);
                await x.BuiltAsync("2", [Platform.LinuxArm64], said => said["a"] = "b");
            },
            "differ in the annotation a:"
        },
        { "no layout", async x => File.Delete(Path.Combine((await x.BuiltAsync("1", Both)).Folder, "oci-layout")), "is not an OCI image layout" },
        {
            "no commit", async x =>
            {
                await x.BuiltAsync("1", Both);
                await x.GitAsync("git update-ref -d HEAD", "git tag --delete v1.2.3");
            },
            "there is no commit here"
        },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task What_is_not_the_image_in_parts_is_refused_by_the_run_and_by_its_plan(string name, Func<PartsWorld, Task> write, string problem)
    {
        await write(_world);

        var planned = await Assert.ThrowsAnyAsync<DeliveryException>(new BuildImages(_world.Context()).PlanAsync);
        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => _world.MergeAsync());

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, planned.Message);
        Assert.False(File.Exists(_world.RecordFile), name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_damaged_is_named_where_it_lies_and_is_not_taken(bool isPlanned)
    {
        var part = await _world.BuiltAsync("1", Both);
        var blob = Directory.GetFiles(Path.Combine(part.Folder, "blobs", "sha256")).Single(x => File.ReadAllText(x) == "a layer that all have");
        await File.WriteAllTextAsync(blob, "a layer that none had", Cancellation);

        var error = await Assert.ThrowsAsync<DeliveryException>(
            () => isPlanned ? new BuildImages(_world.Context()).PlanAsync() : _world.MergeAsync());

        Assert.StartsWith($"{blob}: the blob is damaged", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_world.RecordFile));
        Assert.False(Directory.Exists(Path.Combine(_world.Artifacts, "images", "app")));
    }

    [Fact]
    public async Task Who_says_another_commit_of_an_image_is_held_to_its_record()
    {
        _world.Images = [_world.Images[0] with { Annotations = new Dictionary<string, string> { [Revision] = "upstream" } }];
        await _world.BuiltAsync("1", Both, said => said[Revision] = "upstream", record => record with { Revision = new string('a', 40) });

        Assert.Contains("was built as commit 'aaaa", (await Assert.ThrowsAsync<DeliveryException>(() => _world.MergeAsync())).Message,
            StringComparison.Ordinal);

        await _world.BuiltAsync("1", Both, said => said[Revision] = "upstream");
        await _world.MergeAsync();
        Assert.Equal("upstream",
            (await (await _world.MergedAsync()).ReadManifestAsync((await _world.MergedAsync()).Root, Cancellation)).Annotations[Revision]);
    }

    [Fact]
    public async Task Stand_ins_of_all_parts_are_the_image_s()
    {
        await _world.BuiltAsync("1", [Platform.LinuxAmd64], x => x[DeparturePolicy.StandInAnnotation] = "gcr.io/base gcr.io/sdk");
        await _world.BuiltAsync("2", [Platform.LinuxArm64], x => x[DeparturePolicy.StandInAnnotation] = "gcr.io/portable gcr.io/sdk");

        await _world.MergeAsync();

        Assert.Equal(["gcr.io/base", "gcr.io/portable", "gcr.io/sdk"], _world.Record.StandIns);
    }

    [Fact]
    public async Task One_base_image_is_the_same_in_all_parts()
    {
        await _world.BuiltAsync("1", [Platform.LinuxAmd64], bases: Base(Platform.LinuxAmd64, "gcr.io/base:1", "sha256:1"));
        await _world.BuiltAsync("2", [Platform.LinuxArm64], bases: Base(Platform.LinuxArm64, "gcr.io/base:1", "sha256:2"));

        var error = await Assert.ThrowsAsync<DeliveryException>(() => _world.MergeAsync());

        Assert.Contains("several images called gcr.io/base:1: sha256:1 in ", error.Message, StringComparison.Ordinal);

        // Another one, or a stand-in, which each machine makes for itself, may differ.
        await _world.BuiltAsync("2", [Platform.LinuxArm64], bases: Base(Platform.LinuxArm64, "gcr.io/other:1", "sha256:2"));
        await _world.MergeAsync();
        foreach (var (machine, platform, digest) in new[] { ("1", Platform.LinuxAmd64, "sha256:1"), ("2", Platform.LinuxArm64, "sha256:2") })
        {
            var bases = Base(platform, "gcr.io/base:1", digest);
            await _world.BuiltAsync(machine, [platform], x => x[DeparturePolicy.StandInAnnotation] = "gcr.io/base:1", bases: bases);
        }

        await _world.MergeAsync();
    }

    [Fact]
    public async Task The_index_names_the_base_of_the_first_platform_whichever_the_part_had_first()
    {
        var bases = Base(Platform.LinuxArm64, "gcr.io/arm:1", "sha256:1")
            .Concat(Base(Platform.LinuxAmd64, "gcr.io/amd:1", "sha256:2")).ToDictionary();
        await _world.BuiltAsync("1", [Platform.LinuxArm64, Platform.LinuxAmd64], bases: bases);

        await _world.MergeAsync();

        var said = (await (await _world.MergedAsync()).ReadManifestAsync((await _world.MergedAsync()).Root, Cancellation)).Annotations;
        Assert.Equal(("gcr.io/amd:1", "sha256:2"), (said[BaseName], said[BaseDigest]));
    }

    [Fact]
    public async Task Where_a_part_of_one_image_is_missing_the_others_are_as_before()
    {
        _world.Images = [.. _world.Images, new ImageDefinition("other") { Dockerfile = "Dockerfile", Platforms = Both }];
        await _world.BuiltAsync("1", Both);
        await _world.BuiltAsync("1", Both, image: "other");
        await _world.MergeAsync();
        var before = (await File.ReadAllTextAsync(_world.RecordFile, Cancellation), (await _world.MergedAsync()).Root.Digest);
        await _world.BuiltAsync("1", Both, x => x["a"] = "b");
        await _world.BuiltAsync("1", [Platform.LinuxAmd64], image: "other");

        await Assert.ThrowsAsync<DeliveryException>(() => _world.MergeAsync());

        Assert.Equal(before, (await File.ReadAllTextAsync(_world.RecordFile, Cancellation), (await _world.MergedAsync()).Root.Digest));
    }

    [Fact]
    public async Task Nothing_is_needed_that_only_builds_need()
    {
        _world.Images = [_world.Images[0] with { Dockerfile = "none/Dockerfile" }];
        await _world.BuiltAsync("1", Both);

        await new BuildImages(_world.Context()).PlanAsync();
        await _world.MergeAsync();

        Assert.True(File.Exists(_world.RecordFile));
    }

    [Theory]
    [InlineData("none", "there is no folder 'none'")]
    [InlineData(".", "'.' holds this build's own artifacts")]
    [InlineData("artifacts", "'artifacts' holds this build's own artifacts")]
    public async Task A_folder_that_cannot_be_it_is_said_first(string folder, string problem)
    {
        Directory.CreateDirectory(Path.Combine(_world.Artifacts, "images", "app"));

        var build = new BuildImages(_world.Context(x => x with { ImageParts = folder }));

        var error = await Assert.ThrowsAsync<WrongUseException>(() => build.PrepareAsync(DeliveryScope.Publish));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_has_a_cache_of_its_own_and_reads_that_of_the_whole()
    {
        var image = _world.Images[0];

        // What is left out, another machine may build.
        Assert.Equal("linux-amd64 whole > linux-amd64", CacheOf(image.BuiltFor([Platform.LinuxAmd64])));
        Assert.Equal("linux-arm64 whole > linux-arm64", CacheOf(image.BuiltFor([Platform.LinuxArm64])));
        Assert.Equal("linux-ppc64le whole > linux-ppc64le", CacheOf(image.BuiltFor([Platform.LinuxPpc64le])));
        // All, and one that is not its own.
        Assert.Equal("whole > whole", CacheOf(image.BuiltFor([Platform.LinuxPpc64le, .. Both])));
        Assert.Equal("whole > whole", CacheOf(image.BuiltFor([Platform.LinuxPpc64le]).BuiltFor(Both)));
        Assert.Equal("whole > whole", CacheOf(image));
        // What nobody declared is no part of it.
        Assert.Equal("whole > whole", CacheOf(new ImageDefinition("app") { Dockerfile = "Dockerfile" }.BuiltFor([Platform.LinuxAmd64])));
        // A builder's node always builds the same part.
        Assert.Equal("linux-amd64 > linux-amd64", CacheOf(image, Platform.LinuxAmd64));

        static string CacheOf(ImageDefinition image, params Platform[] onNode)
        {
            var targets = new BakeTargets
            {
                Root = "/src",
                Version = new VersionInfo { Version = NuGet.Versioning.SemanticVersion.Parse("1.2.3") },
                Labels = new OciLabels(),
                BaseImages = new Dictionary<ImageReference, Acci.Delivery.Engines.ResolvedBaseImage>(),
                Cache = (_, part) => part.Length == 0 ? (["whole"], ["whole"]) : ([part], [part]),
                LayoutOf = _ => "",
            };
            var target = onNode.Length == 0 ? targets.Of(image) : targets.Of(image, onNode);
            return $"{string.Join(' ', target.CacheFrom!)} > {Assert.Single(target.CacheTo!)}";
        }
    }

    private static Dictionary<Platform, (string Name, string Digest)> Base(Platform platform, string name, string digest) =>
        new() { [platform] = (name, digest) };
}
