using System.Text.Json.Nodes;

namespace Acci.GitHub.StandIn;

/// <summary>Repositories, their commits and refs, and who asks.</summary>
internal static class RepositoryEndpoints
{
    public static IEnumerable<KeyValuePair<string, Func<RecordedRequest, ApiOperation, Answer>>> Of(GitHubStandIn gitHub) => new Dictionary<string, Func<RecordedRequest, ApiOperation, Answer>>
    {
        ["users/get-authenticated"] = (_, operation) => gitHub.TokenOwner is { } login
            ? new Answer(200, operation.Example(200).With(("login", login)))
            : Answer.Error(403, "Resource not accessible by integration"),
        ["repos/get"] = (request, operation) => gitHub.In(request, repository => new Answer(200, operation.Example(200).With(
            ("name", repository.Name),
            ("full_name", repository.FullName),
            ("default_branch", repository.DefaultBranch),
            ("fork", repository.IsFork),
            ("html_url", $"https://github.com/{repository.FullName}"),
            // These two GitHub's own example lacks.
            ("language", null),
            ("source.language", null),
            ("owner.login", repository.Owner),
            ("owner.type", gitHub.Users.Contains(repository.Owner) ? "User" : "Organization")))),
        ["repos/get-commit"] = (request, operation) => gitHub.In(request, repository => repository.Resolve(request.Path["ref"]) is { } sha
            ? new Answer(200, operation.Example(200).With(("sha", sha), ("files", new JsonArray())))
            : Answer.Error(422, $"No commit found for SHA: {request.Path["ref"]}")),
        ["git/get-ref"] = (request, operation) => gitHub.In(request, repository => repository.Refs.GetValueOrDefault($"refs/{request.Path["ref"]}") is { } sha
            ? new Answer(200, operation.Example(200).With(("ref", $"refs/{request.Path["ref"]}"), ("object.sha", sha), ("object.type", "commit")))
            : Answer.NotFound()),
    };

    /// <summary>Answers for the repository that the path names, if it is there.</summary>
    public static Answer In(this GitHubStandIn gitHub, RecordedRequest request, Func<Repository, Answer> answer) =>
        gitHub.Repositories.TryGetValue($"{request.Path["owner"]}/{request.Path["repo"]}", out var repository) ? answer(repository) : Answer.NotFound();

    /// <summary>The example with these values in place of its own; a dot leads into an object.</summary>
    public static JsonNode With(this JsonNode example, params ReadOnlySpan<(string Path, JsonNode? Value)> values)
    {
        foreach (var (path, value) in values)
        {
            var names = path.Split('.');
            var target = names[..^1].Aggregate(example, (current, name) => current[name]!);
            target[names[^1]] = value;
        }

        return example;
    }
}
