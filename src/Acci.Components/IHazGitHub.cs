using Nuke.Common;

namespace Acci.Components;

/// <summary>Access to GitHub's API. Which repository and which server is known from the environment of GitHub Actions, else from git's remote.</summary>
public interface IHazGitHub : IHazRetries
{
    /// <summary>The token; a workflow hands it over as <c>GITHUB_TOKEN</c>.</summary>
    [Parameter("Token for GitHub's API; default: what GITHUB_TOKEN holds", Name = "GithubToken"), Secret]
    string? GitHubToken => TryGetValue(() => GitHubToken) ?? EnvironmentInfo.GetVariable("GITHUB_TOKEN");
}
