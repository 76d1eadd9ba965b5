using Acci.GitHub.StandIn;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>A step that uses GitHub's API, for a repository of its own.</summary>
public abstract class GitHubStep(string name) : Step(name)
{
    private string _api = "";

    /// <summary>The repository, as the stand-in for GitHub has it.</summary>
    protected Repository Repository { get; private set; } = null!;

    public override IReadOnlyDictionary<string, string?> Variables => new Dictionary<string, string?>
    {
        ["GITHUB_API_URL"] = _api, ["GITHUB_REPOSITORY"] = Repository.FullName, ["GITHUB_TOKEN"] = "ghs-of-the-tests",
    };

    public override FaultProxy Network(Bench bench) => bench.Api;

    public override Task PrepareAsync(Bench bench)
    {
        _api = $"http://{bench.Api.Domain}";
        Repository = bench.GitHub.AddRepository($"octo-{Guid.NewGuid():n}"[..13] + $"/{App.Name}");
        return Task.CompletedTask;
    }
}
