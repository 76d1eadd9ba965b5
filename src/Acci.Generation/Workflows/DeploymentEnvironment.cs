namespace Acci.Generation.Workflows;

/// <summary>A deployment environment. Source: GitHub's documentation, "Workflow syntax", <c>jobs.&lt;job_id&gt;.environment</c>.</summary>
/// <param name="Name">Its name.</param>
public sealed record DeploymentEnvironment(string Name)
{
    /// <summary>Where what was deployed is to be seen; it may be what a step has set.</summary>
    public string? Url { get; init; }

    /// <summary>An environment by its name.</summary>
    public static implicit operator DeploymentEnvironment(string name) => new(name);
}
