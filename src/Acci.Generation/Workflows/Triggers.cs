namespace Acci.Generation.Workflows;

/// <summary>
/// What starts a workflow. <c>pull_request_target</c>, which runs with the repository's own rights beside a stranger's code, is left out.
/// Source: GitHub's documentation, "Workflow syntax", <c>on</c>.
/// </summary>
public sealed record Triggers
{
    /// <summary>A push to these branches and tags.</summary>
    public PushTrigger? Push { get; init; }

    /// <summary>A pull request to these branches; none means none.</summary>
    public IReadOnlyList<string> PullRequestsTo { get; init; } = [];

    /// <summary>What has happened to a release: <c>published</c>, <c>created</c> … ; none means nothing.</summary>
    public IReadOnlyList<string> Releases { get; init; } = [];

    /// <summary>Times at which it starts by itself.</summary>
    public IReadOnlyList<Schedule> Schedules { get; init; } = [];

    /// <summary>A person, with these inputs.</summary>
    public IReadOnlyList<Input>? Dispatch { get; init; }

    /// <summary>Another workflow.</summary>
    public CallTrigger? Call { get; init; }
}

/// <summary>A push to one of the branches or tags.</summary>
public sealed record PushTrigger
{
    /// <summary>Branches, as patterns.</summary>
    public IReadOnlyList<string> Branches { get; init; } = [];

    /// <summary>Tags, as patterns.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}

/// <summary>How another workflow calls this one.</summary>
public sealed record CallTrigger
{
    /// <summary>What it is called with.</summary>
    public IReadOnlyList<Input> Inputs { get; init; } = [];

    /// <summary>The secrets it takes, none of them required, with what each is for.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Secrets { get; init; } = [];

    /// <summary>What it hands back.</summary>
    public IReadOnlyList<CallOutput> Outputs { get; init; } = [];
}

/// <summary>What a called workflow hands back.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is.</param>
/// <param name="Value">Where it comes from: <see cref="Expression.OutputOf"/>.</param>
public sealed record CallOutput(string Name, string Description, Expression Value);
