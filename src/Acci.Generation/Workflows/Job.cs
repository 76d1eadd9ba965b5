namespace Acci.Generation.Workflows;

/// <summary>A job: steps on a runner, or the call of another workflow. Source: GitHub's documentation, "Workflow syntax", <c>jobs.&lt;job_id&gt;</c>.</summary>
/// <param name="Id">By which other jobs know it.</param>
public sealed record Job(string Id)
{
    /// <summary>What it is called on the page of a run; the id where not given.</summary>
    public string? Name { get; init; }

    /// <summary>The jobs that have to succeed before.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>When it is done; none means unless a job that it needs has failed.</summary>
    public Expression? If { get; init; }

    /// <summary>What it runs on.</summary>
    public Runner RunsOn { get; init; } = "ubuntu-latest";

    /// <summary>The container its steps run in; none means the runner itself.</summary>
    public Container? Container { get; init; }

    /// <summary>The deployment environment whose rules, variables and secrets hold.</summary>
    public DeploymentEnvironment? Environment { get; init; }

    /// <summary>Of the jobs of a group only one goes on at a time.</summary>
    public Concurrency? Concurrency { get; init; }

    /// <summary>It runs once for each combination.</summary>
    public Matrix? Matrix { get; init; }

    /// <summary>Variables of all its steps; never secrets, which every action could read.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Containers that run beside it.</summary>
    public IReadOnlyList<Service> Services { get; init; } = [];

    /// <summary>What it hands on to jobs that need it.</summary>
    public IReadOnlyDictionary<string, Expression> Outputs { get; init; } = new Dictionary<string, Expression>();

    /// <summary>The run succeeds although this job fails.</summary>
    public bool ContinueOnError { get; init; }

    /// <summary>Minutes after which it is ended.</summary>
    public int TimeoutMinutes { get; init; } = 30;

    /// <summary>Its steps.</summary>
    public IReadOnlyList<Step> Steps { get; init; } = [];

    /// <summary>The workflow of this repository that it calls; then it has no steps of its own.</summary>
    public Workflow? Calls { get; init; }

    /// <summary>What the called workflow gets.</summary>
    public IReadOnlyDictionary<string, string> With { get; init; } = new Dictionary<string, string>();

    /// <summary>What its token may do: what its steps, or those of the workflow it calls, need.</summary>
    public Permissions Permissions => Calls is { } called
        ? called.Jobs.Aggregate(Permissions.None, (all, job) => all | job.Permissions)
        : Steps.Aggregate(Permissions.None, (all, step) => all | step.Permissions);
}
