using System.Text.Json.Nodes;
using Acci.Delivery.Buildx;
using Acci.Delivery.Checking;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Publishing;
using Acci.Delivery.Versioning;
using Acci.Oci;
using NuGet.Versioning;

namespace Acci.Delivery.Tests.Buildx;

public class BakeFileTests
{
    private static readonly ImageReference Sdk = ImageReference.Parse("mcr.example.com/sdk:10.0");
    private static readonly ImageReference Native = ImageReference.Parse("gcr.io/distroless/cc:nonroot");
    private static readonly ImageReference Portable = ImageReference.Parse("docker.io/ubuntu/aspnet:10.0");

    private static readonly ImageDefinition App = new("app")
    {
        Dockerfile = "deploy/Dockerfile",
        Platforms = [Platform.LinuxAmd64, Platform.LinuxPpc64le],
        BaseImages = [new(Sdk), new(Native) { Platforms = [Platform.LinuxAmd64, Platform.LinuxArm64] }, new(Portable) { Platforms = [Platform.LinuxPpc64le] }],
        Labels = new Dictionary<string, string> { ["org.opencontainers.image.licenses"] = "Apache-2.0" },
    };

    [Fact]
    public void Two_images_are_two_targets_of_one_graph()
    {
        var file = Json(App, new ImageDefinition("worker") { Dockerfile = "worker/Dockerfile", Context = "worker" });

        Assert.Equal(["app", "worker"], file["group"]!["default"]!["targets"]!.AsArray().Select(x => (string?)x));
        Assert.Equal("deploy/Dockerfile", (string?)file["target"]!["app"]!["dockerfile"]);
        Assert.Equal("Dockerfile", (string?)file["target"]!["worker"]!["dockerfile"]);
        Assert.Equal("worker", (string?)file["target"]!["worker"]!["context"]);
    }

    [Fact]
    public void Every_FROM_is_led_to_what_was_found_for_it_by_digest()
    {
        var contexts = Json(App)["target"]!["app"]!["contexts"]!.AsObject();

        // BuildKit looks Docker Hub's names up without their registry.
        Assert.Equal([Sdk.ToString(), Native.ToString(), "ubuntu/aspnet:10.0"], contexts.Select(x => x.Key));
        Assert.All(contexts.Take(2), x => Assert.Matches("^docker-image://.+@sha256:[0-9a-f]{64}$", (string?)x.Value));
        // What is in no registry travels with the build, to any BuildKit.
        Assert.Matches("^oci-layout:///cache/stand-ins/aspnet@sha256:[0-9a-f]{64}$", (string?)contexts["ubuntu/aspnet:10.0"]);
    }

    [Fact]
    public void Bills_of_materials_are_asked_of_BuildKit_only_where_it_can_have_its_generator()
    {
        var found = Targets();
        var without = found with { BaseImages = found.BaseImages.Where(x => x.Key != BakeTargets.SbomGenerator).ToDictionary() };

        Assert.Contains($"type=sbom,generator={found.BaseImages[BakeTargets.SbomGenerator].Actual}", found.Of(App).Attest!);
        Assert.Equal(["type=provenance,mode=max,version=v1"], without.Of(App).Attest!);
    }

    // An engine with the classic image store refuses attestations and several platforms, even for a check.
    [Fact]
    public void A_check_asks_for_nothing_that_only_some_engines_build()
    {
        var check = CheckImages.TargetOf(App, Targets());

        Assert.Equal((null, null, null, null, null), (check.Attest, check.Annotations, check.CacheFrom, check.CacheTo, check.Output));
        Assert.Equal(["linux/amd64"], check.Platforms);
        Assert.Equal(Targets().Of(App).Contexts, check.Contexts);
    }

    [Fact]
    public void A_base_image_of_another_platform_is_not_asked_for()
    {
        var arm = App with { Platforms = [Platform.LinuxArm64] };

        Assert.DoesNotContain(Portable, BakeTargets.NeededBy([arm]));
        Assert.Contains(Sdk, BakeTargets.NeededBy([arm]));
    }

    [Fact]
    public void A_platform_in_another_spelling_keeps_its_base_image_and_what_is_said_of_it()
    {
        var target = Json(App with { Platforms = [Platform.Parse("linux/x86_64"), Platform.Parse("linux/amd64/v1"), Platform.Parse("linux/aarch64/v8")] })["target"]!["app"]!;

        Assert.Equal(["linux/amd64", "linux/arm64"], target["platforms"]!.AsArray().Select(x => (string?)x));
        Assert.Equal([Sdk.ToString(), Native.ToString()], target["contexts"]!.AsObject().Select(x => x.Key));
        Assert.Contains($"manifest[linux/arm64]:org.opencontainers.image.base.name={Native}", target["annotations"]!.AsArray().Select(x => (string)x!));
    }

    [Fact]
    public void Each_platform_names_its_own_base_and_an_image_from_stand_ins_says_so()
    {
        var annotations = Json(App)["target"]!["app"]!["annotations"]!.AsArray().Select(x => (string)x!).ToArray();

        Assert.Contains($"manifest[linux/ppc64le]:org.opencontainers.image.base.name={Portable}", annotations);
        Assert.Contains($"manifest[linux/amd64]:org.opencontainers.image.base.name={Native}", annotations);
        Assert.Contains($"index:org.opencontainers.image.base.name={Native}", annotations);
        Assert.Contains($"index,manifest:{DeparturePolicy.StandInAnnotation}={Portable}", annotations);
        Assert.Contains("index,manifest:org.opencontainers.image.licenses=Apache-2.0", annotations);
    }

    [Fact]
    public void The_commit_that_is_named_is_the_one_that_is_checked_out_whatever_else_is_known()
    {
        var target = Json(App)["target"]!["app"]!;

        Assert.Equal(new string('a', 40), (string?)target["labels"]!["org.opencontainers.image.revision"]);
        Assert.Equal(new string('a', 40), (string?)target["args"]!["REVISION"]);
        Assert.Contains($"index,manifest:org.opencontainers.image.revision={new string('a', 40)}", target["annotations"]!.AsArray().Select(x => (string?)x));
    }

    [Fact]
    public void What_is_not_known_is_left_out_and_what_the_image_says_of_itself_wins()
    {
        var target = Json(App with { Labels = new Dictionary<string, string> { ["org.opencontainers.image.title"] = "The app", ["org.opencontainers.image.revision"] = "" } })["target"]!["app"]!;

        var labels = target["labels"]!.AsObject();
        Assert.Equal("The app", (string?)labels["org.opencontainers.image.title"]);
        Assert.False(labels.ContainsKey("org.opencontainers.image.revision"));
        Assert.All(labels, x => Assert.NotEmpty((string)x.Value!));
        Assert.All(target["annotations"]!.AsArray(), x => Assert.False(((string)x!).EndsWith('='), $"{x} says nothing."));
    }

    [Fact]
    public void The_same_definitions_give_the_same_text()
    {
        Assert.Equal(BakeFile.Of([new("app", Targets().Of(App))]).ToJson(), BakeFile.Of([new("app", Targets().Of(App))]).ToJson());
    }

    private static JsonNode Json(params ImageDefinition[] images) => JsonNode.Parse(BakeFile.Of(images.Select(x => KeyValuePair.Create(x.Name, Targets().Of(x)))).ToJson())!;

    private static BakeTargets Targets() => new()
    {
        Root = "/src/app",
        Version = new VersionInfo { Version = SemanticVersion.Parse("1.2.3"), Revision = new string('a', 40), CommitTime = DateTimeOffset.UnixEpoch },
        Labels = new OciLabels { Version = "1.2.3", Revision = new string('b', 40) },
        BaseImages = new[]
        {
            Found(Sdk, BaseImageSource.Upstream), Found(Native, BaseImageSource.Mirror), Found(Portable, BaseImageSource.StandIn), Found(BakeTargets.SbomGenerator, BaseImageSource.Upstream),
        }.ToDictionary(x => x.Name),
        Cache = (_, _) => ([], []),
        LayoutOf = image => $"artifacts/images/{image.Name}",
    };

    private static ResolvedBaseImage Found(ImageReference name, BaseImageSource source) =>
        new(name, name.WithDigest(Digest.Of(System.Text.Encoding.UTF8.GetBytes(name.ToString()))), source) { Layout = source == BaseImageSource.StandIn ? "/cache/stand-ins/aspnet" : null };
}
