using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Oci;

namespace Acci.Delivery.SmokeTests;

/// <summary>
/// Starts one platform of a built image the way production does (read-only, without capabilities, no new privileges), waits for its health check,
/// asks its health endpoint, and stops it.
/// </summary>
/// <param name="Engine">Where the container runs.</param>
/// <param name="Session">What container and image belong to: they are removed by the next build where this one is killed.</param>
public sealed record SmokeTest(DockerEngine Engine, Session Session)
{
    private const string SessionLabel = "org.acci.session";
    private const int LastLooks = 10;
    private const int ShownLogLines = 20;
    // In seconds: longer than docker's 10, because a machine that is busy is no fault of the image.
    private const int StopLimit = 30;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>The clock that it is waited by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Runs the test.</summary>
    /// <param name="layout">A layout folder that holds exactly this platform.</param>
    /// <param name="name">The name under which the layout is loaded, with a tag; it is removed afterwards.</param>
    /// <param name="endpoint">What is asked; none asks only that the container starts.</param>
    /// <param name="cancellationToken">Stops the test and removes the container.</param>
    /// <returns>The time from <c>docker run</c> to the first healthy answer.</returns>
    /// <exception cref="DeliveryException">It did not become healthy; the message has its last output.</exception>
    public async Task<TimeSpan> RunAsync(string layout, ImageReference name, HealthEndpoint? endpoint, CancellationToken cancellationToken)
    {
        var noted = Session.Note(Engine.Leftover($"{SessionLabel}={Session.Id}", name));
        string? container = null;
        try
        {
            await LayoutArchive.LoadAsync(Engine, layout, name, cancellationToken);
            var begun = Time.GetTimestamp();
            container = await StartAsync(name, endpoint, cancellationToken);
            if (endpoint is null) await EnsureRunningAsync(container, cancellationToken);
            else await WaitUntilHealthyAsync(container, endpoint, cancellationToken);
            var healthy = Time.GetElapsedTime(begun);
            await StopAsync(container, cancellationToken);
            return healthy;
        }
        finally
        {
            // Also after Ctrl-C: nothing of the test may stay behind.
            var isGone = await RemoveContainersAsync(isOneExpected: container is not null || cancellationToken.IsCancellationRequested);
            await CommandRunner.TryRunAsync(Engine.Docker("image", "rm", "--force", name.ToString()), cancellationToken: CancellationToken.None);
            // Where the engine did not say so, the next build looks again.
            if (isGone) noted.Dispose();
        }
    }

    // The engine may still be making the container when the command that asked for it was interrupted.
    private async Task<bool> RemoveContainersAsync(bool isOneExpected)
    {
        for (var look = 1; ; look++)
        {
            var left = await CommandRunner.TryRunAsync(Engine.Docker("ps", "--all", "--quiet", "--filter", $"label={SessionLabel}={Session.Id}"), cancellationToken: CancellationToken.None);
            var containers = left.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (containers.Length > 0)
                return (await CommandRunner.TryRunAsync(Engine.Docker(["rm", "--force", "--volumes", .. containers]), cancellationToken: CancellationToken.None)).Succeeded;
            if (!left.Succeeded || !isOneExpected || look == LastLooks) return left.Succeeded;
            await Task.Delay(Pause, Time, CancellationToken.None);
        }
    }

    private async Task<string> StartAsync(ImageReference name, HealthEndpoint? endpoint, CancellationToken cancellationToken)
    {
        string[] publish = endpoint is null ? [] : ["--publish", $"127.0.0.1::{endpoint.Port}"];
        var run = Engine.Docker(["run", "--detach", "--label", $"{SessionLabel}={Session.Id}", "--pull", "never", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", .. publish, name.ToString()]);
        return (await CommandRunner.RunAsync(run, cancellationToken: cancellationToken)).StandardOutput.Trim();
    }

    private async Task WaitUntilHealthyAsync(string container, HealthEndpoint endpoint, CancellationToken cancellationToken)
    {
        var address = (await CommandRunner.RunAsync(Engine.Docker("port", container, $"{endpoint.Port}/tcp"), cancellationToken: cancellationToken)).StandardOutput.Split('\n')[0].Trim();
        // What is on this machine is asked without a proxy.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
        var begun = Time.GetTimestamp();
        var problem = "it did not answer";
        while (Time.GetElapsedTime(begun) < Limit)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://{address}{endpoint.Path}"), cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    await EnsureOwnHealthCheckAsync(container, cancellationToken);
                    return;
                }

                problem = $"{endpoint.Path} answered {(int)answer.StatusCode}";
            }
            catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                problem = $"{endpoint.Path} did not answer: {exception.Message}";
            }

            await EnsureRunningAsync(container, cancellationToken);
            await Task.Delay(Pause, Time, cancellationToken);
        }

        throw new DeliveryException($"The container was not healthy within {Limit.TotalSeconds:0} s: {problem}.{await LastLogAsync(container)}");
    }

    // The image's own HEALTHCHECK is what an orchestrator goes by, so it has to agree with what was just seen from outside.
    private async Task EnsureOwnHealthCheckAsync(string container, CancellationToken cancellationToken)
    {
        var begun = Time.GetTimestamp();
        while (Time.GetElapsedTime(begun) < Limit)
        {
            switch (await InspectAsync(container, "{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}", cancellationToken))
            {
                case "healthy" or "none": return;
                case "unhealthy": throw new DeliveryException($"The image's own health check says unhealthy, although its endpoint answers.{await LastLogAsync(container)}");
            }

            await Task.Delay(Pause, Time, cancellationToken);
        }

        throw new DeliveryException($"The image's own health check did not come to a result within {Limit.TotalSeconds:0} s.{await LastLogAsync(container)}");
    }

    private async Task EnsureRunningAsync(string container, CancellationToken cancellationToken)
    {
        var state = await InspectAsync(container, "{{.State.Running}} {{.State.ExitCode}}", cancellationToken);
        if (state.StartsWith("false", StringComparison.Ordinal))
            throw new DeliveryException($"The container ended with exit code {state.Split(' ')[1]} instead of serving.{await LastLogAsync(container)}");
    }

    private async Task StopAsync(string container, CancellationToken cancellationToken)
    {
        await CommandRunner.RunAsync(Engine.Docker("stop", "--time", $"{StopLimit}", container), cancellationToken: cancellationToken);
        // 143: ended by the signal itself, which a program without a handler of its own does.
        if (await InspectAsync(container, "{{.State.ExitCode}}", cancellationToken) is not ("0" or "143") and var code)
        {
            var problem = code == "137" ? $"did not stop within {StopLimit} s, and was killed" : $"ended with exit code {code} when it was asked to stop";
            throw new DeliveryException($"The container {problem}.{await LastLogAsync(container)}");
        }
    }

    private async Task<string> InspectAsync(string container, string format, CancellationToken cancellationToken) =>
        (await CommandRunner.RunAsync(Engine.Docker("inspect", "--format", format, container), cancellationToken: cancellationToken)).StandardOutput.Trim();

    private async Task<string> LastLogAsync(string container)
    {
        var log = await CommandRunner.TryRunAsync(Engine.Docker("logs", "--tail", $"{ShownLogLines}", container), cancellationToken: CancellationToken.None);
        var lines = (log.StandardOutput + log.StandardError).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? " It printed nothing." : $" Its last lines:{string.Concat(lines.Select(line => $"\n    {Redaction.Redact(line)}"))}";
    }
}
