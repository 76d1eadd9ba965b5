using Acci.Delivery.GitHub;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.GitHub;

/// <summary>For which commit and ref findings are shown.</summary>
public sealed class AnalysisTargetTests : IDisposable
{
    private readonly TemporaryRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("refs/heads/main")]
    [InlineData("refs/tags/v1.2.3")]
    [InlineData("refs/heads/feature/x")]
    public async Task A_push_is_shown_for_its_ref_and_what_is_checked_out(string named)
    {
        var head = await CommitAsync();

        Assert.Equal(new AnalysisTarget(head, named), await ReadAsync(("GITHUB_REF", named), ("GITHUB_SHA", head)));
        Assert.Equal(new AnalysisTarget(head, named), await ReadAsync(("GITHUB_REF", named)));
    }

    [Theory]
    [InlineData("push", "refs/heads/main", "{}")]
    [InlineData("push", "refs/tags/v1.2.3", "{}")]
    [InlineData("schedule", "refs/heads/main", "{}")]
    [InlineData("pull_request", "refs/pull/7/merge", """{ "number": 7, "pull_request": { "head": { "sha": "1111111111111111111111111111111111111111" } } }""")]
    [InlineData("pull_request_target", "refs/heads/main", """{ "number": 7, "pull_request": { "head": { "sha": "1111111111111111111111111111111111111111" } } }""")]
    public async Task What_another_commit_than_the_workflow_s_has_is_not_shown_for_the_workflow_s_ref(string name, string named, string payload)
    {
        var head = await CommitAsync();
        _repository.Write("event.json", payload);

        var obstacle = await ObstacleAsync(("GITHUB_EVENT_NAME", name), ("GITHUB_REF", named), ("GITHUB_SHA", new string('0', 40)), ("GITHUB_EVENT_PATH", Path.Combine(_repository.Directory, "event.json")));

        Assert.StartsWith($"this workflow runs for commit {new string('0', 40)} (GITHUB_SHA), and {head} is checked out, whose findings would be shown as those of {named}: ", obstacle, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pull_request", "refs/pull/7/merge")]
    [InlineData("pull_request_target", "refs/heads/main")]
    public async Task The_head_of_a_pull_request_is_shown_for_it_whatever_its_workflow_runs_for(string name, string named)
    {
        var head = await CommitAsync();
        _repository.Write("event.json", $$"""{ "number": 7, "pull_request": { "head": { "sha": "{{head}}" } } }""");

        Assert.Equal(
            new AnalysisTarget(head, "refs/pull/7/head"),
            await ReadAsync(("GITHUB_EVENT_NAME", name), ("GITHUB_REF", named), ("GITHUB_SHA", new string('0', 40)), ("GITHUB_EVENT_PATH", Path.Combine(_repository.Directory, "event.json"))));
    }

    [Fact]
    public async Task What_a_workflow_runs_for_in_a_pull_request_s_name_is_shown_for_its_branch()
    {
        var head = await CommitAsync();

        Assert.Equal(new AnalysisTarget(head, "refs/heads/main"), await ReadAsync(("GITHUB_EVENT_NAME", "pull_request_target"), ("GITHUB_REF", "refs/heads/main"), ("GITHUB_SHA", head)));
    }

    [Fact]
    public async Task A_pull_request_is_shown_for_its_merge_commit_when_that_is_checked_out()
    {
        var head = await CommitAsync();

        Assert.Equal(new AnalysisTarget(head, "refs/pull/7/merge"), await ReadAsync(("GITHUB_REF", "refs/pull/7/merge"), ("GITHUB_SHA", head)));
    }

    [Fact]
    public async Task A_pull_request_is_shown_for_its_head_when_something_else_is_checked_out()
    {
        var head = await CommitAsync();

        Assert.Equal(new AnalysisTarget(head, "refs/pull/7/head"), await ReadAsync(("GITHUB_REF", "refs/pull/7/merge"), ("GITHUB_SHA", new string('0', 40))));
    }

    [Fact]
    public async Task A_merge_commit_that_moved_on_since_the_event_is_still_the_merge()
    {
        var head = await CommitAsync();
        await _repository.Run("git update-ref refs/remotes/pull/7/merge HEAD");

        Assert.Equal(new AnalysisTarget(head, "refs/pull/7/merge"), await ReadAsync(("GITHUB_REF", "refs/pull/7/merge"), ("GITHUB_SHA", new string('0', 40))));
    }

    [Fact]
    public async Task Outside_of_a_workflow_it_is_the_branch_or_else_the_tag()
    {
        var head = await CommitAsync();
        Assert.Equal(new AnalysisTarget(head, "refs/heads/trunk"), await ReadAsync());

        await _repository.Run("git tag v1", "git checkout -q --detach");
        Assert.Equal(new AnalysisTarget(head, "refs/tags/v1"), await ReadAsync());

        await _repository.Run("git tag -d v1");
        Assert.Contains("GITHUB_REF", (await AnalysisTarget.ReadAsync(_repository.Directory, new Dictionary<string, string>(), Cancellation)).Obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_commit_there_is_nothing_to_show_findings_for() =>
        Assert.Contains("no commit", (await AnalysisTarget.ReadAsync(_repository.Directory, new Dictionary<string, string>(), Cancellation)).Obstacle, StringComparison.Ordinal);

    [Theory]
    [InlineData("pull_request", """{ "pull_request": { "head": { "repo": { "full_name": "fork/app" } } }, "repository": { "full_name": "octo/app" } }""", true)]
    [InlineData("pull_request", """{ "pull_request": { "head": { "repo": { "full_name": "octo/app" } } }, "repository": { "full_name": "octo/app" } }""", false)]
    [InlineData("pull_request", """{ "pull_request": { "head": { "repo": null } }, "repository": { "full_name": "octo/app" } }""", true)]
    [InlineData("push", """{ "repository": { "full_name": "octo/app" } }""", false)]
    [InlineData("pull_request", "{", false)]
    public void A_pull_request_from_a_fork_is_known_by_its_event(string name, string payload, bool expected)
    {
        _repository.Write("event.json", payload);

        Assert.Equal(expected, AnalysisTarget.IsForkPullRequest(new Dictionary<string, string> { ["GITHUB_EVENT_NAME"] = name, ["GITHUB_EVENT_PATH"] = Path.Combine(_repository.Directory, "event.json") }));
    }

    private async Task<AnalysisTarget?> ReadAsync(params (string Name, string Value)[] environment)
    {
        var (target, obstacle) = await AnalysisTarget.ReadAsync(_repository.Directory, environment.ToDictionary(x => x.Name, x => x.Value), Cancellation);
        Assert.Null(obstacle);
        return target;
    }

    private async Task<string?> ObstacleAsync(params (string Name, string Value)[] environment) =>
        (await AnalysisTarget.ReadAsync(_repository.Directory, environment.ToDictionary(x => x.Name, x => x.Value), Cancellation)).Obstacle;

    private async Task<string> CommitAsync()
    {
        await _repository.Run("git init -q -b trunk", "git commit -q --allow-empty -m one");
        return (await CommandRunner.RunAsync(new Command("git", "rev-parse", "HEAD") { WorkingDirectory = _repository.Directory }, cancellationToken: Cancellation)).StandardOutput.Trim();
    }
}
