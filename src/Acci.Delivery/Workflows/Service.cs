namespace Acci.Delivery.Workflows;

/// <summary>A container that runs beside a job. Source: GitHub's documentation, "Workflow syntax", <c>jobs.&lt;job_id&gt;.services</c>.</summary>
/// <param name="Name">The host name by which the job's containers know it.</param>
/// <param name="Image">The image; by digest, so that it is the same one tomorrow.</param>
public sealed record Service(string Name, string Image)
{
    /// <summary>Variables of the container.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Ports, <c>5432:5432</c>.</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];

    /// <summary>Options of <c>docker create</c>, such as a health check.</summary>
    public string? Options { get; init; }
}
