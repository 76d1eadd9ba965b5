namespace Acci.Generation.Workflows;

/// <summary>One step of a job: an <see cref="ActionStep"/> or a <see cref="RunStep"/>. Source: GitHub's documentation, "Workflow syntax", <c>jobs.&lt;job_id&gt;.steps</c>.</summary>
public abstract record Step
{
    private protected Step()
    {
    }

    /// <summary>What it is called in the log; an action may go without.</summary>
    public string? Name { get; init; }

    /// <summary>By which other steps and the job's outputs know it.</summary>
    public string? Id { get; init; }

    /// <summary>When it is taken; none means unless a step before has failed.</summary>
    public Expression? If { get; init; }

    /// <summary>Its variables. Secrets and what strangers can write go here, and nowhere else.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What it needs the job's token for: a job's permissions are those of its steps, and no others.</summary>
    public Permissions Permissions { get; init; } = Permissions.None;

    /// <summary>The job goes on, and succeeds, although this step fails.</summary>
    public bool ContinueOnError { get; init; }

    /// <summary>Minutes after which it is ended.</summary>
    public int? TimeoutMinutes { get; init; }
}
