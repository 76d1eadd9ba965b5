using System.Globalization;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;

namespace Acci.Delivery.SmokeTests;

/// <summary>The container of a smoke test, as its engine tells of it.</summary>
/// <param name="engine">The engine.</param>
/// <param name="id">The container's id.</param>
/// <param name="subject">What messages call it.</param>
internal sealed class StartedContainer(DockerEngine engine, string id, string subject)
{
    private const int ShownLogLines = 20;
    private const int LongestLogLine = 2000;
    // In seconds: longer than docker's 10, because a machine that is busy is no fault of the image.
    private const int StopLimit = 30;

    /// <summary>What messages call it.</summary>
    public string Subject => subject;

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
        if (await StateAsync(cancellationToken) is not { IsRunning: false } state) return;
        throw new DeliveryException(
            $"{subject} ended with exit code {state.ExitCode} instead of serving. If it needs variables or folders to write to, or is to end by itself, say so in its definition "
            + $"(SmokeTest = new() {{ … }}).{await LastLogAsync()}");
    }

    /// <summary>Waits until it ends by itself.</summary>
    /// <param name="passing">The exit codes that it may end with.</param>
    /// <param name="limit">How long it may take; as long as an engine may take to answer, where nothing is said.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="DeliveryException">It ends with another one, or not in time.</exception>
    public async Task<int> WaitForEndAsync(IReadOnlyList<int> passing, TimeSpan? limit, CancellationToken cancellationToken)
    {
        var wait = engine.Question("wait", id);
        if (limit is { } longest) wait = wait with { AnswerTime = longest };
        try
        {
            await CommandRunner.RunAsync(wait, cancellationToken: cancellationToken);
        }
        catch (NoAnswerException) when (!cancellationToken.IsCancellationRequested)
        {
            // Whether it is the engine that does not answer, the next question shows.
            if ((await StateAsync(cancellationToken)).IsRunning)
                throw new DeliveryException($"{subject} did not end within {wait.AnswerTime!.Value.TotalSeconds:0.###} s (SmokeTest.Ends is set). If it needs longer, set SmokeTest.EndLimit.{await LastLogAsync()}");
        }

        var code = (await StateAsync(cancellationToken)).ExitCode;
        return passing.Contains(code) ? code : throw new DeliveryException($"{subject} ended with exit code {code}, expected {Described(passing)}.{await LastLogAsync()}");
    }

    /// <summary>Stops it.</summary>
    /// <param name="passing">The exit codes that it may end with.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DeliveryException">It does not stop as it should.</exception>
    public async Task StopAsync(IReadOnlyList<int> passing, CancellationToken cancellationToken)
    {
        await CommandRunner.RunAsync(engine.Question("stop", "--time", $"{StopLimit}", id), cancellationToken: cancellationToken);
        var code = CodeOf(await InspectAsync("{{.State.ExitCode}}", cancellationToken));
        if (passing.Contains(code)) return;
        var problem = code == 137
            ? $"did not stop within {StopLimit} s, and was killed; where its program ignores signals as the first process, start it with an init process (SmokeTest = new() {{ Init = true }} in its definition)"
            : $"ended with exit code {code} when it was asked to stop, expected {Described(passing)}";
        throw new DeliveryException($"{subject} {problem}.{await LastLogAsync()}");
    }

    private static string Described(IReadOnlyList<int> codes) => string.Join(" or ", codes);

    private async Task<(bool IsRunning, int ExitCode)> StateAsync(CancellationToken cancellationToken)
    {
        var state = await InspectAsync("{{.State.Running}} {{.State.ExitCode}}", cancellationToken);
        return (!state.StartsWith("false ", StringComparison.Ordinal), CodeOf(state[(state.IndexOf(' ') + 1)..]));
    }

    private int CodeOf(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var code) ? code
        : throw new DeliveryException($"{subject}: the engine says '{SafeText.Terminal(Redaction.Beginning(text, 100))}' in place of an exit code.");

    /// <summary>The last lines that it wrote, for the end of a message.</summary>
    public async Task<string> LastLogAsync()
    {
        CommandResult log;
        try
        {
            // Read line by line, because a line may be larger than what is read as a whole.
            log = await CommandRunner.TryRunAsync(engine.Question("logs", "--tail", $"{ShownLogLines}", id), _ => { }, CancellationToken.None);
        }
        catch (NoAnswerException)
        {
            return " What it printed is not known: the engine does not answer any more.";
        }

        var lines = Redaction.Redact(log.StandardOutput + log.StandardError).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(ShownLogLines).ToArray();
        return lines.Length == 0 ? " It printed nothing." : $" Its last lines:{string.Concat(lines.Select(line => $"\n    {Redaction.Beginning(line, LongestLogLine)}"))}";
    }
}
