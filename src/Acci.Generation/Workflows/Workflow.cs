namespace Acci.Generation.Workflows;

/// <summary>A GitHub Actions workflow. Source: GitHub's documentation, "Workflow syntax for GitHub Actions".</summary>
/// <param name="Name">Its name, and that of its file.</param>
public sealed record Workflow(string Name)
{
    /// <summary>What it is for, in a sentence; it stands at the top of the file.</summary>
    public required string Description { get; init; }

    /// <summary>What starts it.</summary>
    public required Triggers On { get; init; }

    /// <summary>Of a group's runs only one goes on at a time.</summary>
    public Concurrency? Concurrency { get; init; }

    /// <summary>Its jobs.</summary>
    public required IReadOnlyList<Job> Jobs { get; init; }

    /// <summary>Its file, relative to the repository's root.</summary>
    public string Path => $".github/workflows/{Name}.yml";
}
