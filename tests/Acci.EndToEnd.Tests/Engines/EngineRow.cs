using Acci.Delivery.Processes;

namespace Acci.EndToEnd.Tests.Engines;

/// <summary>A kind of engine that users have, and what a build does on it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="StartAsync">Starts one: the checkout that will be built there, and whether it needs a network.</param>
public sealed record EngineRow(string Name, Func<string, bool, CancellationToken, Task<RunningEngine>> StartAsync)
{
    /// <summary>Why there can be none here; null where there can.</summary>
    public Func<string?> Obstacle { get; init; } = () => EngineElsewhere.Obstacle;

    /// <summary>What Doctor says of it.</summary>
    public required string Doctor { get; init; }

    /// <summary>What verbs end with at once; null where it can be used.</summary>
    public string? Refusal { get; init; }

    /// <summary>These verbs.</summary>
    public IReadOnlyList<string> Refused { get; init; } = ["Publish", "ComposeUp --environment prod"];

    /// <summary>What a check of Dockerfiles ends with; null where it works.</summary>
    public string? CheckProblem { get; init; }

    /// <summary>What a build of images ends with; null where it works.</summary>
    public string? BuildProblem { get; init; }

    /// <summary>Its ports are reached from where a build runs, so that an image is asked over one.</summary>
    public bool HasPorts { get; init; }

    /// <summary>The containers that the engine has besides those of a build, as a regular expression for each name.</summary>
    public string Others { get; init; } = "^$";

    /// <summary>What an environment that runs images ends with; null where it works.</summary>
    public string? EnvironmentProblem { get; init; }

    /// <summary>What an environment that runs the source ends with; null where it works.</summary>
    public string? SourceProblem { get; init; }

    public override string ToString() => Name;
}

/// <summary>One that runs.</summary>
/// <param name="Engine">The engine.</param>
/// <param name="Variables">The variables by which a build uses it.</param>
/// <param name="Beside">What was started for it beside it, and ends before it.</param>
public sealed record RunningEngine(EngineElsewhere Engine, IReadOnlyDictionary<string, string?> Variables, params IReadOnlyList<IAsyncDisposable> Beside) : IAsyncDisposable
{
    /// <summary>
    /// The command that runs a build where it is to run; none means beside these tests. What runs elsewhere does not reach a registry of theirs, and publishes to its own.
    /// </summary>
    public IReadOnlyList<string> Through { get; init; } = [];

    /// <summary>The engine that a build uses has these containers.</summary>
    public async Task<string> ContainersAsync(CancellationToken cancellationToken)
    {
        string[] list = ["ps", "--all", "--format", "{{.Names}}"];
        if (Through.Count == 0) return await Engine.DockerAsync(cancellationToken, list);
        var command = new Command(Through[0], [.. Through.Skip(1), "docker", .. list]) { Environment = Variables };
        return (await CommandRunner.RunAsync(command, cancellationToken: cancellationToken)).StandardOutput;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Beside) await one.DisposeAsync();
        await Engine.DisposeAsync();
    }
}
