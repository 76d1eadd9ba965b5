using Acci.Delivery.Engines;
using Acci.Delivery.Processes;

namespace Acci.Delivery.SmokeTests;

/// <summary>The container of a smoke test, as its engine tells of it.</summary>
/// <param name="engine">The engine.</param>
/// <param name="id">The container's id.</param>
internal sealed class StartedContainer(DockerEngine engine, string id)
{
    private const int ShownLogLines = 20;
    // In seconds: longer than docker's 10, because a machine that is busy is no fault of the image.
    private const int StopLimit = 30;

    /// <summary>What <c>docker inspect</c> says in this format.</summary>
    public async Task<string> InspectAsync(string format, CancellationToken cancellationToken) =>
        (await CommandRunner.RunAsync(engine.Question("inspect", "--format", format, id), cancellationToken: cancellationToken)).StandardOutput.Trim();

    /// <summary>The port of the engine's machine that leads to a port of the container.</summary>
    public async Task<string> PortAsync(int port, CancellationToken cancellationToken) =>
        (await CommandRunner.RunAsync(engine.Question("port", id, $"{port}/tcp"), cancellationToken: cancellationToken)).StandardOutput.Split('\n')[0].Trim().Split(':')[^1];

    /// <summary>Runs a program in the container.</summary>
    public Task<CommandResult> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken) =>
        CommandRunner.TryRunAsync(engine.Question(["exec", id, .. command]), cancellationToken: cancellationToken);

    /// <summary>What its own check says: <c>starting</c>, <c>healthy</c>, <c>unhealthy</c>, or <c>none</c> where the image has none.</summary>
    public async Task<string> HealthAsync(CancellationToken cancellationToken) =>
        // Podman says nothing in its place.
        await InspectAsync("{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}", cancellationToken) is { Length: > 0 } status ? status : "none";

    /// <summary>Makes sure that it runs.</summary>
    /// <exception cref="DeliveryException">It has ended.</exception>
    public async Task EnsureRunningAsync(CancellationToken cancellationToken)
    {
        var state = await InspectAsync("{{.State.Running}} {{.State.ExitCode}}", cancellationToken);
        if (state.StartsWith("false", StringComparison.Ordinal))
            throw new DeliveryException($"The container ended with exit code {state.Split(' ')[1]} instead of serving.{await LastLogAsync()}");
    }

    /// <summary>Stops it.</summary>
    /// <exception cref="DeliveryException">It does not stop as it should.</exception>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await CommandRunner.RunAsync(engine.Question("stop", "--time", $"{StopLimit}", id), cancellationToken: cancellationToken);
        // 143: ended by the signal itself, which a program without a handler of its own does.
        if (await InspectAsync("{{.State.ExitCode}}", cancellationToken) is not ("0" or "143") and var code)
        {
            var problem = code == "137" ? $"did not stop within {StopLimit} s, and was killed" : $"ended with exit code {code} when it was asked to stop";
            throw new DeliveryException($"The container {problem}.{await LastLogAsync()}");
        }
    }

    /// <summary>The last lines that it wrote, for the end of a message.</summary>
    public async Task<string> LastLogAsync()
    {
        CommandResult log;
        try
        {
            log = await CommandRunner.TryRunAsync(engine.Question("logs", "--tail", $"{ShownLogLines}", id), cancellationToken: CancellationToken.None);
        }
        catch (NoAnswerException)
        {
            return " What it printed is not known: the engine does not answer any more.";
        }

        var lines = Redaction.Redact(log.StandardOutput + log.StandardError).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? " It printed nothing." : $" Its last lines:{string.Concat(lines.Select(line => $"\n    {line}"))}";
    }
}
