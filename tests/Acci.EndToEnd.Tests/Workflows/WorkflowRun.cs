namespace Acci.EndToEnd.Tests.Workflows;

/// <summary>One run of a workflow.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Event">What started it.</param>
/// <param name="Commit">Of what commit it is.</param>
/// <param name="Workflow">The workflow that was started.</param>
/// <param name="Holder">The workflow that has the jobs, which the first one may have called, with its repository and ref.</param>
/// <param name="Files">A folder for what it keeps.</param>
internal sealed record WorkflowRun(string Id, GitHubEvent Event, string Commit, string Workflow, string Holder, string Files)
{
    /// <summary>What the job's token may do; null outside of jobs.</summary>
    public Dictionary<string, string>? Permissions { get; init; }

    // Source: GitHub's documentation, "OpenID Connect reference", "Understanding the OIDC token".
    public IEnumerable<(string Name, string Value)> Claims(string repository) =>
    [
        ("repository", repository), ("ref", Event.Ref), ("ref_type", IsTag ? "tag" : "branch"), ("sha", Commit), ("event_name", Event.Name), ("workflow", Workflow),
        ("run_id", Id), ("workflow_ref", $"{repository}/.github/workflows/{Workflow}.yml@{Event.Ref}"), ("job_workflow_ref", Holder),
    ];

    private bool IsTag => Event.Ref.StartsWith("refs/tags/", StringComparison.Ordinal);

    // Source: GitHub's documentation, "Variables reference", default environment variables.
    public Dictionary<string, string> Environment(string repository, string folder, string api, string job)
    {
        var payload = Path.Combine(Files, "event.json");
        if (!File.Exists(payload)) File.WriteAllText(payload, Event.Payload.ToJsonString());
        return new Dictionary<string, string>
        {
            ["CI"] = "true",
            ["GITHUB_ACTIONS"] = "true",
            ["GITHUB_ACTOR"] = "octocat",
            ["GITHUB_API_URL"] = api,
            ["GITHUB_BASE_REF"] = Event.Name == "pull_request" ? "main" : "",
            ["GITHUB_EVENT_NAME"] = Event.Name,
            ["GITHUB_EVENT_PATH"] = payload,
            ["GITHUB_HEAD_REF"] = Event.Payload["pull_request"]?["head"]?["ref"]?.ToString() ?? "",
            ["GITHUB_JOB"] = job,
            ["GITHUB_REF"] = Event.Ref,
            ["GITHUB_REF_NAME"] = string.Join('/', Event.Ref.Split('/').Skip(2)),
            ["GITHUB_REF_TYPE"] = IsTag ? "tag" : "branch",
            ["GITHUB_REPOSITORY"] = repository,
            ["GITHUB_REPOSITORY_OWNER"] = repository.Split('/')[0],
            ["GITHUB_RUN_ATTEMPT"] = "1",
            ["GITHUB_RUN_ID"] = Id,
            ["GITHUB_RUN_NUMBER"] = "1",
            ["GITHUB_SERVER_URL"] = "https://github.com",
            ["GITHUB_SHA"] = Commit,
            ["GITHUB_WORKFLOW"] = Workflow,
            ["GITHUB_WORKFLOW_REF"] = $"{repository}/.github/workflows/{Workflow}.yml@{Event.Ref}",
            ["GITHUB_WORKSPACE"] = folder,
            ["RUNNER_OS"] = "Linux",
            ["RUNNER_TEMP"] = Files,
        };
    }
}
