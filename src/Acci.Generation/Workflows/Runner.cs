namespace Acci.Generation.Workflows;

/// <summary>What a job runs on. Source: GitHub's documentation, "Workflow syntax", <c>jobs.&lt;job_id&gt;.runs-on</c>.</summary>
/// <param name="Labels">The labels that a runner must have, all of them.</param>
public sealed record Runner(params IReadOnlyList<string> Labels)
{
    /// <summary>The group it must belong to.</summary>
    public string? Group { get; init; }

    /// <summary>A runner by its label.</summary>
    public static implicit operator Runner(string label) => new([label]);

    /// <summary>A runner by a label that differs from run to run.</summary>
    public static implicit operator Runner(Expression label) => new([label.ToString()]);
}
