using System.Net;
using System.Net.Sockets;
using Acci.Delivery.Processes;
using Acci.Oci;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>
/// The local registry where its program cannot be fetched: a container of the machine's own engine, on 127.0.0.1 only, with what is pushed in a volume. It runs on when the
/// build ends, on the same port, until it is stopped.
/// </summary>
/// <param name="engine">An engine of this machine.</param>
public sealed class RegistryContainer(DockerEngine engine)
{
    private const int FirstPort = 5600, LastPort = 5699;
    private const string Port = "5000/tcp";
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>The distribution project's own image of its registry.</summary>
    public static ImageReference Image { get; } = ImageReference.Parse("docker.io/library/registry:3");

    /// <summary>Name of the container, and of the volume: each user of an engine has one.</summary>
    public string Name { get; init; } = $"acci-registry-{MachineUser.Current.HashOf("registry", 8)}";

    /// <summary>The clock that it is waited by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Starts it, or finds it running.</summary>
    /// <param name="image">The image to run where there is no container yet.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its address: <c>127.0.0.1:5600</c>.</returns>
    /// <exception cref="DeliveryException">It does not start or does not answer; the message says why.</exception>
    public async Task<string> StartAsync(ImageReference image, CancellationToken cancellationToken)
    {
        var isNew = await IsRunningAsync(cancellationToken) is not true;
        if (isNew) await RunAsync(image, cancellationToken);
        var ports = await CommandRunner.RunAsync(engine.Question("port", Name, Port), cancellationToken: cancellationToken);
        var address = ports.StandardOutput.Split('\n')[0].Trim();
        if (await IsAnsweringAsync(address, cancellationToken)) return address;
        // One that cannot be reached is not left running on somebody else's machine; what was pushed to it before stays in the volume.
        if (isNew) await TryRemoveAsync();
        throw new DeliveryException(
            $"The local registry, the container {Name}, does not answer at {address} within {StartTime.TotalSeconds:0} s. "
            + "An engine on another machine cannot run it for this one: name a registry with --registry.");
    }

    /// <summary>Ends it, where it runs; with <paramref name="purge"/> what was pushed goes, too. Where there is no engine there is nothing to end.</summary>
    /// <exception cref="DeliveryException">The engine does not say whether it runs, or does not end it.</exception>
    public async Task StopAsync(bool purge, CancellationToken cancellationToken)
    {
        if (await IsThereAsync("container", cancellationToken)) await CommandRunner.RunAsync(engine.Question("rm", "--force", Name), cancellationToken: cancellationToken);
        if (purge && await IsThereAsync("volume", cancellationToken))
            await CommandRunner.RunAsync(engine.Question("volume", "rm", Name), cancellationToken: cancellationToken);
    }

    private async Task<bool> IsThereAsync(string kind, CancellationToken cancellationToken)
    {
        var question = engine.Question(kind, "inspect", Name);
        var answer = await engine.TryAskAsync(question, cancellationToken);
        var said = answer.LastLines(1) is [var last] ? last : "";
        if (answer.Succeeded || IsAbsence(said) || !EngineRefusal.Is(said)) return answer.Succeeded;
        throw new CommandFailedException(question, answer);
    }

    // An engine says either: of a volume, the second while it is removed.
    private static bool IsAbsence(string said) =>
        said.Contains("no such", StringComparison.OrdinalIgnoreCase) || said.TrimEnd().EndsWith(" not found", StringComparison.OrdinalIgnoreCase);

    // That it cannot be reached is more than what becomes of it.
    private async Task TryRemoveAsync()
    {
        try
        {
            await CommandRunner.TryRunAsync(engine.Question("rm", "--force", Name), cancellationToken: CancellationToken.None);
        }
        catch (NoAnswerException exception)
        {
            Log.Warning("{Problem:l} The container {Name:l} may be left; StopEngine removes it", exception.Message, Name);
        }
    }

    // Null where there is no such container.
    private async Task<bool?> IsRunningAsync(CancellationToken cancellationToken) =>
        bool.TryParse(await engine.AskAsync(["container", "inspect", "--format", "{{.State.Running}}", Name], cancellationToken), out var isRunning) ? isRunning : null;

    private async Task RunAsync(ImageReference image, CancellationToken cancellationToken)
    {
        // One that ended has its port, if that is still free; else a new one takes over the volume.
        if (await IsRunningAsync(cancellationToken) is false)
        {
            if ((await CommandRunner.TryRunAsync(engine.Question("start", Name), cancellationToken: cancellationToken)).Succeeded) return;
            await CommandRunner.RunAsync(engine.Question("rm", "--force", Name), cancellationToken: cancellationToken);
        }

        if (image.Digest is null) Log.Warning("{Image} is not pinned to a digest", image.ToString());
        Log.Information("Starting the local registry as a container of this machine's Docker engine: {Name:l}", Name);
        var run = engine.Docker(
            "run", "--detach", "--name", Name, "--publish", $"127.0.0.1:{FreePort()}:{Port}", "--volume", $"{Name}:/var/lib/registry", "--env", "REGISTRY_STORAGE_DELETE_ENABLED=true",
            "--env", "OTEL_TRACES_EXPORTER=none", image.ToString());
        if (await CommandRunner.TryRunAsync(run, cancellationToken: cancellationToken) is { Succeeded: false } failed)
        {
            throw new DeliveryException(
                $"There is no registry to publish to, and this machine's Docker engine cannot run one from {image}: {LastLine(failed.StandardError)} Name a registry with --registry, or one that carries the image with --image-mirror.");
        }
    }

    private async Task<bool> IsAnsweringAsync(string address, CancellationToken cancellationToken)
    {
        using var probe = new HttpProbe(AnswerTime);
        for (var begun = Time.GetTimestamp(); Time.GetElapsedTime(begun) < StartTime; await Task.Delay(Pause, Time, cancellationToken))
        {
            if ((await probe.AskAsync(new Uri($"http://{address}/v2/"), cancellationToken)).IsGood is true) return true;
        }

        return false;
    }

    private static int FreePort()
    {
        for (var port = FirstPort; port <= LastPort; port++)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }

        throw new DeliveryException($"The local registry found no free port on 127.0.0.1 from {FirstPort} to {LastPort}: stop what listens there.");
    }

    private static string LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(line => !line.StartsWith("Run 'docker", StringComparison.Ordinal)) is { } line
        ? $"{Redaction.Redact(line).Trim().TrimEnd('.')}."
        : "it does not say why.";
}
