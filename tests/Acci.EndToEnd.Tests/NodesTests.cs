using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Publishing;
using Acci.EndToEnd.Tests.Engines;

namespace Acci.EndToEnd.Tests;

/// <summary>Builds on several BuildKits: this engine's, behind a socket, TLS and ssh; and, with <c>ACCI_ENGINES=.</c>, another engine's that has built nothing yet.</summary>
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
        var docker = Path.Combine(_folder.Path, "docker-elsewhere");
        var variables = string.Join(' ', engine.Environment.Where(x => x.Key.StartsWith("DOCKER_", StringComparison.Ordinal)).Select(x => $"{x.Key}={x.Value}"));
        await File.WriteAllTextAsync(docker, $"#!/bin/sh\nexec env {variables} {engine.Folder}/programs/bin/docker \"$@\"\n", Cancellation);
        File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserExecute);
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

    private static Dictionary<string, string?> Paths(string first) => new() { ["PATH"] = $"{first}:{Environment.GetEnvironmentVariable("PATH")}" };

    private static string RecordOf(Checkout checkout) => Path.Combine(checkout.Folder, "artifacts", "publish", $"{App.Name}.json");
}
