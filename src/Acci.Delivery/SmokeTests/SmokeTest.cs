using System.Net;
using System.Net.Sockets;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Oci;
using Serilog;

namespace Acci.Delivery.SmokeTests;

/// <summary>
/// Starts one platform of a built image the way production does (read-only, without capabilities, no new privileges, unless its definition says more), waits for its
/// health check, asks its health endpoint, and stops it; or waits until it ends by itself.
/// </summary>
/// <param name="Engine">Where the container runs.</param>
/// <param name="Session">What container and image belong to: they are removed by the next build where this one is killed.</param>
public sealed record SmokeTest(DockerEngine Engine, Session Session)
{
    private const int LastLooks = 10;
    private const int MostPorts = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    // What fails at its start (a wrong option, a store that is not there) often does so after a moment only.
    private static readonly TimeSpan UpTime = TimeSpan.FromSeconds(5), Look = TimeSpan.FromSeconds(1);

    // The image's own check, often, and for as long as it is waited for: its own interval may be long, and its own retries would be over too soon.
    private static readonly string[] FrequentChecks = ["--health-interval", "1s", "--health-retries", "100"];

    /// <summary>The clock that it is waited by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How the container's port is reached from here.</summary>
    public PortAccess Ports { get; init; } = PortAccess.Loopback;

    /// <summary>What messages call the container.</summary>
    internal string Subject { get; init; } = "The container";

    /// <summary>How the image is started.</summary>
    public SmokeTestOptions Options { get; init; } = new();

    /// <summary>Runs the test.</summary>
    /// <param name="layout">A layout folder that holds exactly this platform.</param>
    /// <param name="name">The name under which the layout is loaded, with a tag; it is removed afterwards.</param>
    /// <param name="endpoint">What is asked; none asks only that the container starts.</param>
    /// <param name="cancellationToken">Stops the test and removes the container.</param>
    /// <returns>How it ended well.</returns>
    /// <exception cref="DeliveryException">It did not become healthy, or ended as it should not; the message has its last output.</exception>
    public async Task<Healthy> RunAsync(string layout, ImageReference name, HealthEndpoint? endpoint, CancellationToken cancellationToken)
    {
        var noted = Session.Note(Engine.Leftover(Session.Label, name));
        StartedContainer? container = null;
        try
        {
            await LayoutArchive.LoadAsync(Engine, layout, name, cancellationToken);
            var begun = Time.GetTimestamp();
            (container, var ports) = await StartAsync(name, endpoint, cancellationToken);
            if (Options.Ends)
            {
                var code = await container.WaitForEndAsync(Options.ExitCodes, Options.EndLimit, cancellationToken);
                return new Healthy(Time.GetElapsedTime(begun)) { ExitCode = code };
            }

            var by = endpoint is null ? null : await new HealthQuestion(container, endpoint, ports, Time).WaitAsync(cancellationToken);
            if (endpoint is null) await EnsureStaysUpAsync(container, cancellationToken);
            var healthy = new Healthy(Time.GetElapsedTime(begun), by) { IsUnasked = endpoint is null };
            await container.StopAsync(Options.ExitCodes, cancellationToken);
            return healthy;
        }
        finally
        {
            // Also after Ctrl-C: nothing of the test may stay behind. Where the engine did not say so, the next build looks again.
            if (await TryRemoveAsync(name, isOneExpected: container is not null || cancellationToken.IsCancellationRequested)) noted.Dispose();
        }
    }

    private async Task EnsureStaysUpAsync(StartedContainer container, CancellationToken cancellationToken)
    {
        for (var begun = Time.GetTimestamp(); ; await Task.Delay(Look, Time, cancellationToken))
        {
            await container.EnsureRunningAsync(cancellationToken);
            if (Time.GetElapsedTime(begun) < UpTime) continue;
            if (await container.HealthAsync(cancellationToken) == "unhealthy") throw new DeliveryException($"{Subject}: the image's own health check says unhealthy.{await container.LastLogAsync()}");
            return;
        }
    }

    private async Task<bool> TryRemoveAsync(ImageReference name, bool isOneExpected)
    {
        try
        {
            var isGone = await RemoveContainersAsync(isOneExpected);
            // By force also one that is not there ends well.
            return (await CommandRunner.TryRunAsync(Engine.Question("image", "rm", "--force", name.ToString()), cancellationToken: CancellationToken.None)).Succeeded && isGone;
        }
        catch (NoAnswerException exception)
        {
            // What the test came to is more than that.
            Log.Warning("{Problem:l} The next build removes what the smoke test has left", exception.Message);
            return false;
        }
    }

    // The engine may still be making the container when the command that asked for it was interrupted.
    private async Task<bool> RemoveContainersAsync(bool isOneExpected)
    {
        for (var look = 1; ; look++)
        {
            var left = await CommandRunner.TryRunAsync(Engine.Question("ps", "--all", "--quiet", "--filter", $"label={Session.Label}"), cancellationToken: CancellationToken.None);
            var containers = left.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (containers.Length > 0)
                return (await CommandRunner.TryRunAsync(Engine.Question(["rm", "--force", "--volumes", .. containers]), cancellationToken: CancellationToken.None)).Succeeded;
            if (!left.Succeeded || !isOneExpected || look == LastLooks) return left.Succeeded;
            await Task.Delay(Pause, Time, CancellationToken.None);
        }
    }

    private async Task<(StartedContainer Container, PortAccess Ports)> StartAsync(ImageReference name, HealthEndpoint? endpoint, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            string[] publish = endpoint is null ? [] : ["--publish", $"{Ports.Interface}:{PortThere()}:{endpoint.Port}", .. Ports.IsCertain ? [] : FrequentChecks];
            var run = Engine.Errand(["run", "--detach", "--label", Session.Label, "--pull", "never", .. Options.RunArguments, .. Variables(), "--security-opt", "no-new-privileges", .. publish, name.ToString(), .. Options.Arguments]);
            if (Options.Variables.Count > 0 && !OperatingSystem.IsWindows()) run = run with { StandardInput = string.Concat(Options.Variables.Select(x => $"{x.Key}={x.Value}\n")) };
            var started = await CommandRunner.TryRunAsync(run, cancellationToken: cancellationToken);
            if (started.Succeeded) return (new StartedContainer(Engine, started.StandardOutput.Trim(), Subject), Ports);
            // A rootless engine's machine does not have the gateway's address, which is in a namespace of its own.
            if (Ports is { IsCertain: false, IsLoopback: false } && started.StandardError.Contains("cannot assign requested address", StringComparison.Ordinal))
                return await (this with { Ports = PortAccess.Unknown }).StartAsync(name, endpoint, cancellationToken);
            if (!ChoosesPort || attempt == MostPorts || !IsPortTaken(started.StandardError)) throw new CommandFailedException(run, started);
        }
    }

    // Not in the environment of docker itself, which reads HOME and DOCKER_HOST; and where that can be, not among its arguments, which other users of the machine can read.
    private IEnumerable<string> Variables() => Options.Variables.Count == 0 ? []
        : OperatingSystem.IsWindows() ? Options.Variables.SelectMany(x => new[] { "--env", $"{x.Key}={x.Value}" })
        : ["--env-file", "/dev/stdin"];

    // Where the engine's loopback may not be this machine's, the port is one that nobody has here: who answers on it can only be the container.
    private bool ChoosesPort => Ports is { IsCertain: false, IsLoopback: true };

    private string PortThere()
    {
        if (!ChoosesPort) return "";
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    private static bool IsPortTaken(string problem) =>
        problem.Contains("port is already allocated", StringComparison.Ordinal) || problem.Contains("address already in use", StringComparison.Ordinal);
}
