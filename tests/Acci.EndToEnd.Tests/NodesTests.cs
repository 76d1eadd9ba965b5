using Acci.Delivery;
using Acci.Delivery.Buildx;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.EndToEnd.Tests.Engines;
using Acci.Oci;
using Acci.Oci.Layouts;

namespace Acci.EndToEnd.Tests;

/// <summary>Builds on several BuildKits: this engine's, behind a socket, TLS, ssh and in a container; another engine's; and, with <c>ACCI_ENGINES=.</c>, one that has built nothing of the app yet.</summary>
public sealed class NodesTests(PublishedImage published) : IDisposable
{
    private const string Advice = "Make sure that its BuildKit runs and lets this machine in, or leave it out of --builder-nodes.";

    private readonly TemporaryDirectory _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // As a shell would read it.
    private string Docker => published.PrintedCommand("Run").Split(" run ")[0].Replace("~", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_nodes_build_the_same_platforms_as_one_engine_and_a_third_that_is_away_is_named()
    {
        published.NeedsEngine();
        using var checkout = await published.Pristine.CopyAsync(Cancellation);
        using var other = await published.Pristine.CopyAsync(Cancellation);
        Directory.CreateDirectory(Path.GetDirectoryName(RecordOf(other))!);
        File.Copy(published.RecordFile, RecordOf(other));
        var before = await File.ReadAllTextAsync(published.RecordFile, Cancellation);
        await using var socket = new BuildKitSocket(Docker, Path.Combine(_folder.Path, "one.sock"));
        await using var tls = new TlsBridge(socket.Path, _folder.Path);
        using var ssh = await SshServer.StartAsync(Docker, Path.Combine(_folder.Path, "ssh"), Cancellation);
        Assert.SkipWhen(ssh is null, "sshd is not here, and apt is not here to fetch it.");
        var (first, second) = ($"linux/amd64={tls.Address}", $"linux/ppc64le={ssh.Address}");
        try
        {
            // buildx waits for a node that is away, and meanwhile the others build.
            var away = other.BuildAsync(
                $"BuildImages --builder-nodes 'linux/amd64=unix://{socket.Path};linux/ppc64le=unix://{_folder.Path}/three.sock'", Cancellation);
            var refused = Task.WhenAll(
                RefusedAsync(tls.Anonymous), RefusedAsync(tls.WithOtherAuthority), RefusedAsync(ssh.Address, ssh.CommandsOfStranger), RefusedAsync("tcp://127.0.0.1:1"));
            var run = (await checkout.BuildAsync($"BuildImages --builder-nodes '{first};{second}'", Cancellation, Paths(ssh.Commands))).AssertSucceeded();

            Assert.Equal(published.First.Platforms, PublishRecord.Read(RecordOf(checkout))!.Platforms);
            Assert.Contains($"Build node {first.Split('?')[0]}: ", run.Output, StringComparison.Ordinal);
            Assert.Contains($"Build node {second}: ", run.Output, StringComparison.Ordinal);

            var problems = await refused;
            Assert.DoesNotContain("deadline", problems[0], StringComparison.Ordinal);
            Assert.Contains(": x509: certificate signed by unknown authority", problems[1], StringComparison.Ordinal);
            Assert.EndsWith(" does not answer: Host key verification failed. " + Advice, problems[2], StringComparison.Ordinal);
            Assert.EndsWith(" does not answer: dial tcp 127.0.0.1:1: connect: connection refused. " + Advice, problems[3], StringComparison.Ordinal);
            Assert.All(problems, x => Assert.DoesNotContain('\n', x));

            (await away).AssertFailed($"Build node linux/ppc64le=unix://{_folder.Path}/three.sock does not answer");
            Assert.Equal(before, await File.ReadAllTextAsync(RecordOf(other), Cancellation));
        }
        finally
        {
            await new NodeBuilders(new DockerEngine(Docker)).RemoveAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_platform_that_another_engine_builds_for_the_first_time_is_the_same()
    {
        published.NeedsEngine();
        Assert.SkipUnless(Environment.GetEnvironmentVariable("ACCI_ENGINES") is { Length: > 0 }, "It takes minutes: ACCI_ENGINES=. runs it.");
        Assert.SkipWhen(EngineElsewhere.Obstacle is not null, $"No second engine can be started: {EngineElsewhere.Obstacle}.");
        using var checkout = await published.Pristine.CopyAsync(Cancellation);
        await using var engine = await EngineElsewhere.StartAsync(new EngineSetup { HasNetwork = true }, Cancellation);
        var docker = await engine.WriteProgramAsync(Path.Combine(_folder.Path, "docker-elsewhere"), Cancellation);
        await using var here = new BuildKitSocket(Docker, Path.Combine(_folder.Path, "here.sock"));
        await using var there = new BuildKitSocket(docker, Path.Combine(_folder.Path, "there.sock"));
        try
        {
            (await checkout.BuildAsync($"BuildImages --builder-nodes 'linux/amd64=unix://{here.Path};linux/ppc64le=unix://{there.Path}'", Cancellation)).AssertSucceeded();

            Assert.Equal(published.First.Platforms, PublishRecord.Read(RecordOf(checkout))!.Platforms);
        }
        finally
        {
            await new NodeBuilders(new DockerEngine(Docker)).RemoveAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_node_that_dies_in_the_middle_is_one_line_and_the_images_are_those_of_before()
    {
        published.NeedsEngine();
        Assert.SkipWhen(EngineElsewhere.Obstacle is not null, $"No second engine can be started: {EngineElsewhere.Obstacle}.");
        await using var engine = await EngineElsewhere.StartAsync(Cancellation);
        await using var here = new BuildKitSocket(Docker, Path.Combine(_folder.Path, "here.sock"));
        await using var there = new BuildKitSocket(await engine.WriteProgramAsync(Path.Combine(_folder.Path, "docker-elsewhere"), Cancellation), Path.Combine(_folder.Path, "there.sock"));
        var nodes = $"linux/amd64=unix://{here.Path};linux/ppc64le=unix://{there.Path}";
        try
        {
            await WriteSmallAsync(1);
            await BuildSmallAsync(nodes);
            var before = await File.ReadAllTextAsync(SmallRecord, Cancellation);
            await WriteSmallAsync(300_000_000);
            var data = new DirectoryInfo(Path.Combine(engine.Folder, "data"));

            var build = BuildSmallAsync(nodes);
            // The other engine has got a part of what it builds from.
            while (!build.IsCompleted && Size(data) < 50_000_000) await Task.Delay(50, Cancellation);
            Assert.False(build.IsCompleted);
            await engine.KillAsync();
            var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => build);

            Assert.StartsWith($"Build node linux/ppc64le=unix://{there.Path}", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
            Assert.Equal(before, await File.ReadAllTextAsync(SmallRecord, Cancellation));
            Assert.Equal(["small"], Directory.GetDirectories(Path.Combine(_folder.Path, "artifacts", "images")).Select(Path.GetFileName));
            Assert.Equal(PublishRecord.Read(SmallRecord)!.Digest, (await OciLayout.OpenAsync(Path.Combine(_folder.Path, "artifacts", "images", "small"), Cancellation)).Root.Digest);
        }
        finally
        {
            await new NodeBuilders(new DockerEngine(Docker)).RemoveAsync(CancellationToken.None);
        }

        static long Size(DirectoryInfo folder)
        {
            try
            {
                return folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(x => x.Length);
            }
            catch (IOException)
            {
                // It changes meanwhile.
                return 0;
            }
        }
    }

    [Fact]
    public async Task A_container_of_the_engine_is_a_node_whose_platforms_are_the_same()
    {
        published.NeedsEngine();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The container borrows this machine's programs.");
        var docker = new DockerEngine(Docker);
        var name = $"acci-node-test-{Guid.NewGuid():n}"[..24];
        await WriteSmallAsync(1);
        await BuildSmallAsync(null);
        var whole = PublishRecord.Read(SmallRecord)!.Platforms;
        await StartContainerAsync(docker, name);
        try
        {
            await using var socket = new BuildKitSocket(Docker, Path.Combine(_folder.Path, "one.sock"));

            await BuildSmallAsync($"linux/amd64=docker-container://{name};linux/ppc64le=unix://{socket.Path}");

            Assert.Equal(whole, PublishRecord.Read(SmallRecord)!.Platforms);
            await CommandRunner.RunAsync(docker.Docker("stop", "--time", "0", name), cancellationToken: Cancellation);
            Assert.EndsWith($" is not running. {Advice}", await RefusedAsync($"docker-container://{name}"), StringComparison.Ordinal);
        }
        finally
        {
            await new NodeBuilders(docker).RemoveAsync(CancellationToken.None);
            await CommandRunner.TryRunAsync(docker.Docker("rm", "--force", "--volumes", name), cancellationToken: CancellationToken.None);
            await CommandRunner.TryRunAsync(docker.Docker("image", "rm", "--force", name), cancellationToken: CancellationToken.None);
        }
    }

    /// <summary>What is said of a node that does not let this caller in.</summary>
    private async Task<string> RefusedAsync(string address, string? commands = null)
    {
        var docker = Docker;
        if (commands is not null)
        {
            docker = Path.Combine(commands, "docker");
            await File.WriteAllTextAsync(docker, $"#!/bin/sh\nPATH={commands}:$PATH exec {Docker} \"$@\"\n", Cancellation);
            File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var nodes = new NodeBuilders(new DockerEngine(docker));
        return (await Assert.ThrowsAsync<DeliveryException>(() => nodes.PrepareAsync(BuilderNode.ParseAll($"linux/amd64={address}"), Cancellation))).Message;
    }

    // With this machine's own programs, whose buildctl leads to the engine's BuildKit: no image of BuildKit can be had everywhere.
    private async Task StartContainerAsync(DockerEngine docker, string name)
    {
        var root = Directory.CreateDirectory(Path.Combine(_folder.Path, "root")).FullName;
        foreach (var folder in (string[])["bin", "lib", "lib64", "sbin"]) File.CreateSymbolicLink(Path.Combine(root, folder), $"usr/{folder}");
        foreach (var folder in (string[])["usr", "proc", "dev", "sys", "etc", "tmp", "buildkit"]) Directory.CreateDirectory(Path.Combine(root, folder));
        var archive = Path.Combine(_folder.Path, "root.tar");
        await CommandRunner.RunAsync(new Command("tar", "-C", root, "-cf", archive, "."), cancellationToken: Cancellation);
        await CommandRunner.RunAsync(docker.Docker("import", "--change", "ENV PATH=/buildkit:/usr/bin", archive, name), cancellationToken: Cancellation);
        var programs = Directory.CreateDirectory(Path.Combine(_folder.Path, "programs")).FullName;
        var buildctl = Path.Combine(programs, "buildctl");
        await File.WriteAllTextAsync(buildctl, $"#!/bin/sh\n[ \"$*\" = dial-stdio ] && BUILDX_CONFIG=/tmp/buildx exec {Docker} buildx dial-stdio\n", Cancellation);
        File.SetUnixFileMode(buildctl, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var cache = Acci.Delivery.Caching.CacheDirectory.Default.Path;
        await CommandRunner.RunAsync(
            docker.Docker(
                "run", "--detach", "--name", name, "--network", "none", "--volume", "/usr:/usr:ro", "--volume", $"{programs}:/buildkit:ro", "--volume", $"{cache}:{cache}", name, "sleep", "infinity"),
            cancellationToken: Cancellation);
    }

    private string SmallRecord => Path.Combine(_folder.Path, "artifacts", "publish", "small.json");

    private async Task WriteSmallAsync(int size)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "Dockerfile"), "FROM scratch\nARG TARGETARCH\nCOPY content /$TARGETARCH\n", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, ".dockerignore"), "*\n!content\n", Cancellation);
        var content = new byte[size];
        new Random(7).NextBytes(content);
        await File.WriteAllBytesAsync(Path.Combine(_folder.Path, "content"), content, Cancellation);
        if (!Directory.Exists(Path.Combine(_folder.Path, "deploy"))) Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "deploy"), Path.Combine(published.Checkout.Folder, "deploy"));
    }

    private async Task BuildSmallAsync(string? nodes)
    {
        var options = new DeliveryOptions
        {
            Root = _folder.Path,
            Artifacts = Path.Combine(_folder.Path, "artifacts"),
            Images = [new("small") { Dockerfile = "Dockerfile", Platforms = [Platform.LinuxAmd64, Platform.LinuxPpc64le] }],
            BuilderNodes = nodes is null ? null : BuilderNode.ParseAll(nodes),
        };
        using var context = new DeliveryContext(options, Cancellation);
        await new BuildImages(context).RunAsync();
    }

    private static Dictionary<string, string?> Paths(string first) => new() { ["PATH"] = $"{first}:{Environment.GetEnvironmentVariable("PATH")}" };

    private static string RecordOf(Checkout checkout) => Path.Combine(checkout.Folder, "artifacts", "publish", $"{App.Name}.json");
}
