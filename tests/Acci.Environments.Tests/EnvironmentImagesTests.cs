using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Running;
using Acci.Environments.Specification;
using Acci.Environments.Variables;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Environments.Tests;

[Collection(nameof(AlteredProcess))]
public sealed class EnvironmentImagesTests(RegistryServer mirror) : IClassFixture<RegistryServer>, IDisposable
{
    private static readonly string App = $"ghcr.example.com/octo/bakery@sha256:{new string('0', 64)}";
    private static readonly string StandIn = $"127.0.0.1:1/library/postgres@sha256:{new string('1', 64)}";

    private readonly SettingsFolder _settings = new();
    private readonly TemporaryFolder _layouts = new();
    // Whatever is asked for is on the engine already.
    private readonly DockerStandIn _docker = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _settings.Dispose();
        _layouts.Dispose();
        _docker.Dispose();
    }

    [Fact]
    public async Task What_is_not_pinned_follows_its_name_whatever_was_found_before()
    {
        var (postgres, redis) = (await PushAsync("library/postgres:15", 1), await PushAsync("library/redis:7", 2));
        Found($"BAKERY_POSTGRES_IMAGE=registry.example.com/library/postgres@{Digest.Of([1])}");

        var found = await FindAsync(mirror.Domain);

        Assert.Equal(postgres.ToString(), found["BAKERY_POSTGRES_IMAGE"]);
        Assert.Equal(redis.ToString(), found["BAKERY_REDIS_IMAGE"]);
    }

    [Fact]
    public async Task Where_nothing_answers_it_stays_what_it_was()
    {
        var known = $"registry.example.com/library/postgres@{Digest.Of([1])}";
        Found($"BAKERY_POSTGRES_IMAGE={known}", $"BAKERY_REDIS_IMAGE={known}");

        var found = await FindAsync($"127.0.0.1:{RegistryServer.FreePort()}");

        Assert.Equal(known, found["BAKERY_POSTGRES_IMAGE"]);
    }

    [Fact]
    public async Task A_stand_in_of_before_does_not_run_beside_an_image_that_others_can_have()
    {
        Found($"BAKERY_POSTGRES_IMAGE={StandIn}", $"BAKERY_REDIS_IMAGE={StandIn}");

        var error = await Assert.ThrowsAsync<DeliveryException>(() => FindAsync($"127.0.0.1:{RegistryServer.FreePort()}"));

        Assert.Contains("docker.io/library/postgres:15", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_pinned_and_on_the_engine_needs_no_registry()
    {
        var pinned = Digest.Of([2]);
        Lock($$"""{ "docker.io/library/postgres:15": "{{pinned}}", "docker.io/library/redis:7": "{{pinned}}" }""");
        Found($"BAKERY_POSTGRES_IMAGE=registry.example.com/postgres@{pinned}", $"BAKERY_REDIS_IMAGE=registry.example.com/redis@{pinned}");

        var found = await FindAsync($"127.0.0.1:{RegistryServer.FreePort()}");

        Assert.Equal($"registry.example.com/postgres@{pinned}", found["BAKERY_POSTGRES_IMAGE"]);
    }

    [Fact]
    public async Task The_build_s_own_image_in_a_registry_that_the_engine_does_not_reach_is_told_before_anything_starts()
    {
        using var docker = new DockerStandIn("""case "$*" in pull*|"image inspect"*) echo "connection refused" >&2; exit 1 ;; esac""");
        var image = $"127.0.0.1:5600/bakery@{Digest.Of([1])}";

        var error = await Assert.ThrowsAsync<DeliveryException>(() => FindAsync(mirror.Domain, docker, image));

        Assert.StartsWith(image, error.Message, StringComparison.Ordinal);
        Assert.Contains("connection refused", error.Message, StringComparison.Ordinal);
        Assert.Contains("--registry", error.Message, StringComparison.Ordinal);
        Assert.Contains("BAKERY_IMAGE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pull_has_no_limit_but_a_registry_that_gives_the_engine_no_answer_is_told_as_one_that_it_does_not_reach()
    {
        var image = $"127.0.0.1:5600/bakery@{Digest.Of([1])}";
        foreach (var upstream in (string[])["library/postgres:15", "library/redis:7"]) await PushAsync(upstream, 5);
        using var silence = new SilenceClock(TimeSpan.FromMinutes(1));
        using var slowness = new SilenceClock(TimeSpan.FromHours(1));
        using var silent = new DockerStandIn($"""case "$*" in pull*/bakery@*) {silence.Hangs} ;; pull*|"image inspect"*) exit 1 ;; esac""");
        using var slow = new DockerStandIn($$"""case "$*" in *{{Digest.Of([1])}}) case $1 in pull) {{slowness.Lasts}} ;; *) exit 1 ;; esac ;; pull*) exit 1 ;; esac""");

        var error = Assert.ThrowsAsync<DeliveryException>(() => FindAsync(mirror.Domain, silent, image, time: silence.Time));
        var found = FindAsync(mirror.Domain, slow, image, time: slowness.Time);

        Assert.StartsWith($"{image} is in a registry on this machine's loopback, and {silent.Engine} cannot pull it from there (it gets no answer). Publish it with --registry", (await error).Message, StringComparison.Ordinal);
        Assert.Equal(image, (await found)["BAKERY_IMAGE"]);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("""case "$*" in create*/.nuget/*) echo "bind source path does not exist" >&2; exit 1 ;; esac""", true)]
    [InlineData("""case "$*" in cp*NuGet.Config*) echo "no such file or directory" >&2; exit 1 ;; esac""", true)]
    [InlineData("""case "$*" in cp*NuGet.Config*) echo "that of another machine" > "$3"; exit ;; esac""", true)]
    public async Task A_file_of_the_machine_that_the_engine_does_not_see_is_mounted_from_a_copy_that_it_sees(string engine, bool isCopied)
    {
        using var docker = new DockerStandIn(engine);
        using var home = new TemporaryFolder();
        var file = home.Combine(".nuget", "NuGet", "NuGet.Config");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "<configuration/>", Cancellation);
        foreach (var image in (string[])["library/postgres:15", "library/redis:7"]) await PushAsync(image, 3);
        var files = new ComposeFiles(_settings.Root, BakeryEnvironments.Declaration with
        {
            Define = environment =>
            {
                var sources = environment.Variable("NUGET_CONFIG", "Package sources", "/dev/null", new MachineFile("nuget-config"));
                var defined = BakeryEnvironments.Declaration.Define(environment);
                var app = defined.Services[0];
                return defined with { Services = [app with { Compose = app.Compose with { Volumes = [Mount.Bind(sources, "/run/nuget-config")] } }, .. defined.Services.Skip(1)] };
            },
        });

        var found = await FindAsync(mirror.Domain, docker, files: files, home: home.Path);
        found = await FindAsync(mirror.Domain, docker, files: files, home: home.Path);

        var copy = Path.Combine(_settings.Root, "deploy", "compose", "secrets", "prod", "BAKERY_NUGET_CONFIG");
        Assert.Equal(isCopied ? copy : file, found["BAKERY_NUGET_CONFIG"]);
        Assert.Equal(isCopied, File.Exists(copy));
        if (isCopied) Assert.Equal("<configuration/>", await File.ReadAllTextAsync(copy, Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_local_registry_is_started_for_images_of_the_build_s_own_alone(bool hasOwn)
    {
        var postgres = await PushAsync("library/postgres:15", 4);
        var files = new ComposeFiles(_settings.Root, BakeryEnvironments.Declaration with
        {
            Define = environment => new EnvironmentDefinition
            {
                Services =
                [
                    new("store") { Image = ServiceImage.Upstream("docker.io/library/postgres:15") },
                    .. hasOwn ? (ServiceDefinition[])[new("bakery") { Image = ServiceImage.Of("bakery") }] : [],
                ],
            },
        });
        Lock("{}");
        var own = new Dictionary<string, string> { ["BAKERY_IMAGE"] = $"127.0.0.1:5600/bakery@{Digest.Of([1])}" };
        // In a dry run nothing may be started, and what tries to is an error.
        using var context = new DeliveryContext(
            new DeliveryOptions { Root = _settings.Root, Artifacts = Path.Combine(_settings.Root, "artifacts"), ImageMirror = mirror.Domain, DryRun = true }, Cancellation);
        var plan = EnvironmentPlan.Of(files, "prod", ProcessEnvironment.Empty with { Variables = own });

        var found = await Record.ExceptionAsync(async () => Assert.Equal(postgres.ToString(), (await new EnvironmentImages(context, engine: null).FindAsync(plan, Cancellation))["BAKERY_STORE_IMAGE"]));

        if (hasOwn && PrivateEngine.CanFetchPackages) Assert.Contains("the local registry", Assert.IsType<DeliveryException>(found).Message, StringComparison.Ordinal);
        else Assert.Null(found);
    }

    private void Found(params string[] lines) => EnvironmentFile.Write(Path.Combine(_settings.Root, "artifacts", "compose", "prod.env"), string.Join('\n', lines));

    private void Lock(string digests)
    {
        Directory.CreateDirectory(Path.Combine(_settings.Root, "deploy", "locks"));
        File.WriteAllText(Path.Combine(_settings.Root, "deploy", "locks", "images.json"), digests);
    }

    private async Task<IReadOnlyDictionary<string, string>> FindAsync(
        string mirrorDomain, DockerStandIn? docker = null, string? app = null, ComposeFiles? files = null, string? home = null, TimeProvider? time = null)
    {
        if (!File.Exists(Path.Combine(_settings.Root, "deploy", "locks", "images.json"))) Lock("{}");
        Directory.CreateDirectory(Path.Combine(_settings.Root, "deploy", "compose"));
        await File.WriteAllTextAsync(Path.Combine(_settings.Root, "deploy", "compose", ".env.prod"), $"BAKERY_IMAGE={app ?? App}\n", Cancellation);
        using var context = new DeliveryContext(
            new DeliveryOptions { Root = _settings.Root, Artifacts = Path.Combine(_settings.Root, "artifacts"), ImageMirror = mirrorDomain, Images = [] }, Cancellation)
        {
            Environment = home is null ? ProcessEnvironment.Read() : ProcessEnvironment.Read() with { Home = home },
        };
        var engine = (docker ?? _docker).Engine;
        return await new EnvironmentImages(context, engine with { Time = time ?? TimeProvider.System }).FindAsync(EnvironmentPlan.Of(files ?? _settings.Files, "prod", ProcessEnvironment.Read()), Cancellation);
    }

    private async Task<ImageReference> PushAsync(string path, int seed)
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_layouts.Combine($"layout-{seed}"), seed);
        var name = ImageReference.Parse($"{mirror.Domain}/{path}");
        using var registry = mirror.Connect();
        await registry.PushAsync(layout, name, cancellationToken: Cancellation);
        await registry.PutTagAsync(name, name.Tag!, layout.Root.Digest, Cancellation);
        return name.WithDigest(layout.Root.Digest);
    }
}
