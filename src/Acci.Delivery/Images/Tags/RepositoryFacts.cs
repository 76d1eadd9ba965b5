using System.Text.Json;

namespace Acci.Delivery.Images.Tags;

/// <summary>What is known of the repository an image is built from. What is unknown is empty.</summary>
public sealed record RepositoryFacts
{
    /// <summary>Its name without the owner.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it says of itself in one sentence.</summary>
    public string Description { get; init; } = "";

    /// <summary>Its address for people: <c>https://github.com/owner/name</c>.</summary>
    public string Url { get; init; } = "";

    /// <summary>Its licence's SPDX identifier.</summary>
    public string License { get; init; } = "";

    /// <summary>The branch that people get when they ask for none.</summary>
    public string DefaultBranch { get; init; } = "";

    /// <summary>Reads GitHub's own description of a repository, as events carry it and its API answers (GET /repos/{owner}/{repo}).</summary>
    public static RepositoryFacts FromGitHub(JsonElement repository) => new()
    {
        Name = repository.Text("name"),
        Description = repository.Text("description"),
        Url = repository.Text("html_url"),
        License = repository.Text("license", "spdx_id"),
        DefaultBranch = repository.Text("default_branch"),
    };
}
