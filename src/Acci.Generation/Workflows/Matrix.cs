namespace Acci.Generation.Workflows;

/// <summary>A job runs once for each combination of these values. Source: GitHub's documentation, "Workflow syntax", <c>jobs.&lt;job_id&gt;.strategy</c>.</summary>
/// <param name="Dimensions">The values of each dimension; <see cref="Expression.Matrix"/> names a run's own.</param>
public sealed record Matrix(IReadOnlyDictionary<string, IReadOnlyList<string>> Dimensions)
{
    /// <summary>All combinations as an earlier job found them, instead of dimensions.</summary>
    /// <param name="combinations">What stands for all of it: an object, made of JSON by <see cref="Expression.FromJson"/>.</param>
    public Matrix(Expression combinations)
        : this(new Dictionary<string, IReadOnlyList<string>>()) => Whole = combinations;

    /// <summary>What stands for all combinations.</summary>
    internal Expression? Whole { get; }

    /// <summary>Combinations that are added, or that get further values.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Include { get; init; } = [];

    /// <summary>Combinations that are left out.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Exclude { get; init; } = [];

    /// <summary>The first failure ends the other runs.</summary>
    public bool FailFast { get; init; } = true;

    /// <summary>How many run at a time; as many as there are runners when not given.</summary>
    public int? MaxParallel { get; init; }
}
