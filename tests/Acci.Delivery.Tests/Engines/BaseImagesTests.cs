using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

public sealed class BaseImagesTests(RegistryServer server) : IClassFixture<RegistryServer>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_image_that_is_where_its_name_says_is_taken_from_there_by_digest()
    {
        var (name, digest) = await PushAsync("distroless/cc");

        var found = await Images().ResolveAsync([name], Cancellation);

        Assert.Equal(new ResolvedBaseImage(name, name.WithDigest(digest), BaseImageSource.Upstream), found[name]);
    }

    [Fact]
    public async Task A_mirror_has_it_under_the_same_path()
    {
        var (place, digest) = await PushAsync("hub/distroless/cc");
        var name = ImageReference.Parse("gcr.example.com/distroless/cc").WithTag(place.Tag!);

        var found = await Images(mirror: $"{server.Domain}/hub").ResolveAsync([name], Cancellation);

        Assert.Equal(new ResolvedBaseImage(name, place.WithDigest(digest), BaseImageSource.Mirror), found[name]);
    }

    [Fact]
    public async Task A_registry_is_asked_with_the_logins_of_the_environment_that_was_handed_in()
    {
        var asked = new List<string>();
        await using var closed = await LoopbackServer.StartAsync(context =>
        {
            if ($"{context.Request.Headers.Authorization}" is { Length: > 0 } login) asked.Add(login);
            context.Response.StatusCode = asked.Count > 0 ? 404 : 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"registry\"";
            return Task.CompletedTask;
        });
        var login = Convert.ToBase64String("ada:s3cr3t"u8);
        Directory.CreateDirectory(_folder.Combine(".docker"));
        await File.WriteAllTextAsync(_folder.Combine(".docker", "config.json"), $$"""{ "auths": { "{{closed.Domain}}": { "auth": "{{login}}" } } }""", Cancellation);
        var images = new BaseImages(ImageLocks.Read(_folder.Combine("none.json")), new EngineScripts(new CacheDirectory(_folder.Path)))
        {
            Process = ProcessEnvironment.Empty with { Home = _folder.Path },
        };

        await Assert.ThrowsAsync<DeliveryException>(() => images.ResolveAsync([ImageReference.Parse($"{closed.Domain}/base:1")], Cancellation));

        Assert.Equal($"Basic {login}", asked[0]);
    }

    [Fact]
    public async Task The_digest_it_is_pinned_to_is_taken_whatever_the_tag_says()
    {
        var (name, first) = await PushAsync("distroless/pinned", seed: 1);
        await PushAsync("distroless/pinned", seed: 2);

        var found = await Images(pinned: $"{{ \"{name}\": \"{first}\" }}").ResolveAsync([name], Cancellation);

        Assert.Equal(first, found[name].Actual.Digest);
    }

    [Theory]
    [InlineData("library/pinned:1", "docker.io/library/pinned:1")]
    [InlineData("docker.io/pinned", "pinned:latest")]
    [InlineData("ghcr.io/o/pinned:latest", "ghcr.io/o/pinned")]
    public void A_pin_is_found_whichever_way_the_image_is_written(string locked, string named)
    {
        var digest = Digest.Of([1]);
        var file = _folder.Combine("images.json");
        File.WriteAllText(file, $"{{ \"{locked}\": \"{digest}\" }}");

        var locks = ImageLocks.Read(file);

        Assert.Equal(digest, locks.DigestOf(ImageReference.Parse(named)));
        Assert.Single(locks.With([ImageReference.Parse(named)]));
        Assert.Null(locks.Problem([ImageReference.Parse(named)]));
    }

    // Of one of them no digest could be looked up.
    [Theory]
    [InlineData("base:1", "docker.io/library/base:1")]
    [InlineData("docker.io/library/base:1", "base:1")]
    public void One_spelling_with_a_digest_pins_the_image(string pinned, string open)
    {
        var file = _folder.Combine("images.json");
        File.WriteAllText(file, $"{{ \"{open}\": null, \"{pinned}\": \"{Digest.Of([1])}\" }}");

        Assert.Equal(Digest.Of([1]), ImageLocks.Read(file).DigestOf(ImageReference.Parse("base:1")));
    }

    [Fact]
    public void Two_spellings_of_one_image_are_not_pinned_to_two_digests()
    {
        var file = _folder.Combine("images.json");
        File.WriteAllText(file, $"{{ \"base:1\": \"{Digest.Of([1])}\", \"docker.io/library/base:1\": \"{Digest.Of([2])}\" }}");

        Assert.Contains("base:1 and docker.io/library/base:1 are one image", Assert.Throws<DeliveryException>(() => ImageLocks.Read(file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("base:1", "hub.example.com/library/base:1")]
    [InlineData("docker.io/library/base:1", "hub.example.com/library/base:1")]
    [InlineData("index.docker.io/owner/base", "hub.example.com/owner/base")]
    [InlineData("ghcr.io/o/base:1@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "hub.example.com/o/base:1@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void One_image_has_one_place_in_the_mirror_and_keeps_the_digest_that_its_name_has(string name, string place) =>
        Assert.Equal(place, BaseImages.PlaceOf(ImageReference.Parse(name), "hub.example.com").ToString());

    [Fact]
    public async Task What_can_be_had_nowhere_is_named_with_what_to_do()
    {
        var name = ImageReference.Parse($"{server.Domain}/distroless/missing:nonroot");

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => Images().ResolveAsync([name], Cancellation));

        Assert.Contains(name.ToString(), failure.Message, StringComparison.Ordinal);
        Assert.Contains("--image-mirror", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_build_can_do_without_is_left_out_only_where_stand_ins_may_be_used()
    {
        Assert.SkipUnless(PrivateEngine.CanFetchPackages, "Stand-ins are made on Debian only.");
        var name = ImageReference.Parse($"{server.Domain}/docker/missing-scanner:1");

        Assert.Empty(await Images(standIns: true, dispensable: name).ResolveAsync([name], Cancellation));
        Assert.Null((await Images(standIns: true, dispensable: name).PlanAsync([name], Cancellation))[name]);
        await Assert.ThrowsAsync<DeliveryException>(() => Images(dispensable: name).ResolveAsync([name], Cancellation));
        await Assert.ThrowsAsync<DeliveryException>(() => Images(dispensable: name).PlanAsync([name], Cancellation));
    }

    [Fact]
    public async Task Only_those_images_are_promised_a_stand_in_that_the_script_can_make()
    {
        Assert.SkipUnless(StandIns.ObstacleHere is null, "No stand-ins are made here.");
        var other = ImageReference.Parse($"{server.Domain}/library/alpine:3");

        foreach (var ask in (Func<BaseImages, Task>[])[x => x.PlanAsync([other], Cancellation), x => x.ResolveAsync([other], Cancellation)])
        {
            var failure = await Assert.ThrowsAsync<DeliveryException>(() => ask(Images(standIns: true)));
            Assert.Contains($"The base image {other} cannot be had", failure.Message, StringComparison.Ordinal);
            Assert.Contains("There is no stand-in for it; there are some for docker.io/library/postgres:15, ", failure.Message, StringComparison.Ordinal);
        }

        // The script's own words, where it is asked for an image that it has no recipe for.
        var script = await CommandRunner.TryRunAsync(
            new Command("bash", Path.Combine(new ScriptFolder(new CacheDirectory(_folder.Path)).Ensure(), "stand-ins", "build.sh"), _folder.Path, "docker.io/library/alpine:3"), cancellationToken: Cancellation);
        Assert.Contains($"there is no stand-in for docker.io/library/alpine:3; known are {string.Join(' ', StandIns.Names)}", script.StandardError, StringComparison.Ordinal);
        Assert.Null(StandIns.ObstacleTo(ImageReference.Parse("postgres:15")));
        Assert.Null(StandIns.ObstacleTo(ImageReference.Parse("gcr.io/distroless/cc-debian13:nonroot") with { Digest = Digest.Of([1]) }));
    }

    [Theory]
    [InlineData("", "not an object")]
    [InlineData("[]", "not an object")]
    [InlineData("""{ "a:b": "sha256:short" }""", "sha256 has 64")]
    public void A_lock_file_that_cannot_be_read_is_named(string content, string problem)
    {
        var file = _folder.Combine("images.json");
        File.WriteAllText(file, content);

        Assert.Contains(problem, Assert.Throws<DeliveryException>(() => ImageLocks.Read(file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/home/ada/.cache/acci/layout", "/home/ada/.cache/acci/layout")]
    [InlineData("/home/ada@corp.example/.cache/acci/layout", "../.cache/acci/layout")]
    [InlineData("/home/ada@corp.example/a:b/layout", null)]
    [InlineData("/home/other@corp.example/layout", null)]
    public void A_layout_is_named_as_buildx_reads_it(string layout, string? named)
    {
        var image = ImageReference.Parse("gcr.io/distroless/cc-debian13:nonroot");
        var standIn = new ResolvedBaseImage(image, image.WithDigest(Digest.Of([])), BaseImageSource.StandIn) { Layout = layout };

        if (named is not null) Assert.Equal($"oci-layout://{named}@{Digest.Of([])}", standIn.AddressFrom("/home/ada@corp.example/app"));
        else Assert.Contains("ACCI_CACHE", Assert.Throws<DeliveryException>(() => standIn.AddressFrom("/home/ada@corp.example/app")).Message, StringComparison.Ordinal);
    }

    private BaseImages Images(string? mirror = null, string pinned = "{}", bool standIns = false, ImageReference? dispensable = null)
    {
        var locks = _folder.Combine("images.json");
        File.WriteAllText(locks, pinned);
        return new BaseImages(ImageLocks.Read(locks), new EngineScripts(new CacheDirectory(_folder.Path))) { Mirror = mirror, AllowsStandIns = standIns, Dispensable = dispensable };
    }

    private async Task<(ImageReference Name, Digest Digest)> PushAsync(string path, int seed = 7)
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine($"layout-{seed}-{path.Replace('/', '-')}"), seed);
        var name = ImageReference.Parse($"{server.Domain}/{path}:nonroot");
        using var registry = server.Connect();
        await registry.PushAsync(layout, name, cancellationToken: Cancellation);
        await registry.PutTagAsync(name, name.Tag!, layout.Root.Digest, Cancellation);
        return (name, layout.Root.Digest);
    }
}
