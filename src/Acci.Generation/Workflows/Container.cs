namespace Acci.Generation.Workflows;

/// <summary>A container that a job's steps run in, or that runs beside it. Source: GitHub's documentation, "Workflow syntax", <c>jobs.&lt;job_id&gt;.container</c>.</summary>
/// <param name="Image">The image; by digest, so that it is the same one tomorrow.</param>
public record Container(string Image)
{
    /// <summary>Who pulls it; nobody in particular where not given.</summary>
    public ContainerLogin? Login { get; init; }

    /// <summary>Variables of the container.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Ports, <c>5432:5432</c>.</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];

    /// <summary>Volumes, <c>data:/var/lib/data</c>.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>Options of <c>docker create</c>, such as a health check.</summary>
    public string? Options { get; init; }
}

/// <summary>Who pulls a container's image.</summary>
/// <param name="User">The user.</param>
/// <param name="Password">The password or token: a secret.</param>
public sealed record ContainerLogin(string User, Expression Password);
