using Acci.Delivery;
using Acci.Delivery.Buildx;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

[Collection(nameof(Publishing))]
public sealed class ManyImagesTests(PublishedImage published) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Root => _directory.Path;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_second_image_takes_a_few_lines()
    {
        published.NeedsEngine();
        await WriteAsync("first", "second");

        await BuildOf(
            Root,
            new("first") { Dockerfile = "first/Dockerfile", Context = "first", Platforms = [Platform.LinuxAmd64, Platform.LinuxPpc64le] },
            new("second") { Dockerfile = "second/Dockerfile", Context = "second", Platforms = [Platform.LinuxArm64] }).RunAsync();

        Assert.Equal([Platform.LinuxAmd64, Platform.LinuxPpc64le], Record("first").Platforms.Select(x => x.Platform));
        Assert.Equal([Platform.LinuxArm64], Record("second").Platforms.Select(x => x.Platform));
    }

    [Fact]
    public async Task A_secret_in_the_build_context_is_in_the_record_of_what_was_built()
    {
        published.NeedsEngine();
        Directory.CreateDirectory(Path.Combine(Root, "deploy", "compose", "secrets", "prod"));
        await File.WriteAllTextAsync(Path.Combine(Root, "deploy", "compose", "secrets", "prod", "PASSWORD"), "s3cr3t", Cancellation);
        foreach (var name in (string[])["open", "closed"]) await File.WriteAllTextAsync(Path.Combine(Root, $"{name}.Dockerfile"), $"FROM scratch\nCOPY {name}.Dockerfile /\n", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(Root, "closed.Dockerfile.dockerignore"), "deploy\n", Cancellation);

        await BuildOf(
            Root,
            new("open") { Dockerfile = "open.Dockerfile", Platforms = [Platform.LinuxAmd64] },
            new("closed") { Dockerfile = "closed.Dockerfile", Platforms = [Platform.LinuxAmd64] }).RunAsync();

        Assert.Equal("deploy/compose/secrets/prod/PASSWORD", Record("open").ContextSecret);
        Assert.Null(Record("closed").ContextSecret);
    }

    [Fact]
    public async Task Arm64_is_compiled_natively_without_an_arm64_machine()
    {
        published.NeedsEngine();
        await WriteSmallestAppAsync();
        await BuildOf(
            Root,
            new ImageDefinition(App.Name)
            {
                Dockerfile = $"deploy/images/{App.Name}/Dockerfile",
                Platforms = [Platform.LinuxArm64],
                BaseImages = [new(ImageReference.Parse("mcr.microsoft.com/dotnet/sdk:10.0-noble-aot")), new(ImageReference.Parse("gcr.io/distroless/cc-debian13:nonroot")) { Platforms = [Platform.LinuxArm64] }],
            }).RunAsync();

        var layout = await OciLayout.OpenAsync(Path.Combine(Root, "artifacts", "images", App.Name), Cancellation);
        var files = await ElfFiles.OfAsync(layout, Assert.Single(await layout.ReadPlatformsAsync(Cancellation)), Cancellation);
        Assert.Contains(files, file => file.Name.EndsWith($"app/{App.Name}", StringComparison.Ordinal));
        Assert.All(files, file => Assert.Equal(ElfFiles.MachineOf(Platform.LinuxArm64), file.Machine));
    }

    [Fact]
    public async Task The_cache_is_kept_beside_the_image_with_the_login_that_pushes_it()
    {
        published.NeedsEngine();
        Assert.SkipWhen(Environment.GetEnvironmentVariable("GITHUB_ACTIONS") == "true", "In GitHub Actions the branch is the workflow's, not that of the test's own repository.");
        await WriteAsync("first");
        await CommandRunner.RunAsync(
            new Command("bash", "-c", "git init -q -b main && git add first && git -c user.name=test -c user.email=test@localhost commit -qm first") { WorkingDirectory = Root }, cancellationToken: Cancellation);
        var passwords = Path.Combine(Root, "htpasswd");
        await File.WriteAllTextAsync(passwords, "ada:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW", Cancellation);
        await using var server = RegistryServer.With($"htpasswd:\n  realm: registry\n  path: {passwords}");
        await server.InitializeAsync();
        var options = OptionsOf(Root, new ImageDefinition("first") { Dockerfile = "first/Dockerfile", Context = "first", Platforms = [Platform.LinuxAmd64] }) with
        {
            Registry = $"{server.Domain}/octo",
            RegistryUser = "ada",
            RegistryToken = "open sesame",
            Cache = BuildCache.Registry,
        };

        // What pushes stand-ins there logs in as the user has; the private engine's own command does not know of that.
        await File.WriteAllTextAsync(Path.Combine(Root, "config.json"), $$$$"""{"auths":{"{{{{server.Domain}}}}":{"auth":"{{{{Convert.ToBase64String("ada:open sesame"u8)}}}}"}}}""", Cancellation);
        var before = Environment.GetEnvironmentVariable("DOCKER_CONFIG");
        Environment.SetEnvironmentVariable("DOCKER_CONFIG", Root);
        try
        {
            await new BuildImages(new DeliveryContext(options, Cancellation)).RunAsync();
        }
        finally
        {
            Environment.SetEnvironmentVariable("DOCKER_CONFIG", before);
        }

        using var registry = server.Connect(new Credentials("ada", "open sesame"));
        Assert.NotNull(await registry.FindAsync(ImageReference.Parse($"{server.Domain}/octo/first:buildcache"), Cancellation));
        Assert.Empty(Directory.EnumerateDirectories(Path.GetTempPath(), "acci-login-*"));
    }

    // The app's own Dockerfile and projects around a program of one line: to compile all of the app for one more architecture takes a minute.
    private async Task WriteSmallestAppAsync()
    {
        const string copy = "git -C \"$0\" archive HEAD Directory.Build.props Directory.Packages.props deploy src | tar -x && find src/Acci -type f ! -name '*.csproj' -delete";
        await CommandRunner.RunAsync(new Command("bash", "-c", copy, published.Checkout.Folder) { WorkingDirectory = Root }, cancellationToken: Cancellation);
        await File.WriteAllTextAsync(Path.Combine(Root, "src", "Acci", "Program.cs"), "return args.Length;\n", Cancellation);
    }

    private async Task WriteAsync(params IEnumerable<string> images)
    {
        Directory.CreateSymbolicLink(Path.Combine(Root, "deploy"), Path.Combine(published.Checkout.Folder, "deploy"));
        foreach (var name in images)
        {
            Directory.CreateDirectory(Path.Combine(Root, name));
            await File.WriteAllTextAsync(Path.Combine(Root, name, "Dockerfile"), "FROM scratch\nARG TARGETARCH\nCOPY Dockerfile /$TARGETARCH\n", Cancellation);
        }
    }

    private BuildImages BuildOf(string root, params ImageDefinition[] images) =>
        new(new DeliveryContext(OptionsOf(root, images), Cancellation));

    private DeliveryOptions OptionsOf(string root, params ImageDefinition[] images) => new() { Root = root, Artifacts = Path.Combine(Root, "artifacts"), Images = images };

    private PublishRecord Record(string image) => PublishRecord.Read(Path.Combine(Root, "artifacts", "publish", $"{image}.json"))!;
}
