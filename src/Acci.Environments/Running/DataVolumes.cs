using Acci.Delivery.Engines;
using Acci.Delivery.Processes;

namespace Acci.Environments.Running;

/// <summary>
/// The data volumes of an environment on one engine. Docker compose and a swarm use a volume of the right name whoever made it, and leave its labels as they are: so they are
/// found by name as well as by label. Source: docker/compose, pkg/compose/create.go, ensureVolume.
/// </summary>
/// <param name="Engine">Where they are.</param>
/// <param name="Project">The name of the compose project or the stack.</param>
/// <param name="Declared">The volumes, as the compose file calls them; none where that is not known.</param>
internal sealed record DataVolumes(DockerEngine Engine, string Project, IReadOnlyCollection<string> Declared)
{
    /// <summary>The label of what belongs to a compose project.</summary>
    internal const string ProjectLabel = "com.docker.compose.project";
    /// <summary>The label of what belongs to a stack.</summary>
    internal const string StackLabel = "com.docker.stack.namespace";
    private const int Turns = 80;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>The clock that it is waited by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Those that are there, by name.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var labelled = (await ListAsync([ProjectLabel], cancellationToken)).Union(await ListAsync([StackLabel], cancellationToken));
        return Declared.Count == 0 ? [.. labelled] : [.. labelled.Union((await ListAsync([], cancellationToken)).Intersect(Declared.Select(x => $"{Project}_{x}")))];
    }

    /// <summary>Removes these. The engine lets go of a volume some time after the container that used it has left its list.</summary>
    /// <exception cref="DeliveryException">Something else uses one.</exception>
    public async Task RemoveAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        foreach (var remove in names.Select(x => Engine.Question("volume", "rm", x)))
        {
            for (var turn = 0; await CommandRunner.TryRunAsync(remove, cancellationToken: cancellationToken) is { Succeeded: false } refusal; turn++)
            {
                if (turn == Turns || !refusal.StandardError.Contains("volume is in use", StringComparison.Ordinal)) throw new CommandFailedException(remove, refusal);
                await Task.Delay(Pause, Time, cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<string>> ListAsync(string[] labels, CancellationToken cancellationToken)
    {
        var question = Engine.Question(["volume", "ls", "--quiet", .. labels.SelectMany(x => new[] { "--filter", $"label={x}={Project}" })]);
        var list = await CommandRunner.RunAsync(question, cancellationToken: cancellationToken);
        return list.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
