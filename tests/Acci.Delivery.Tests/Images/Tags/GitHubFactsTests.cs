using System.Text.Json;
using Acci.Delivery.Images.Tags;

namespace Acci.Delivery.Tests.Images.Tags;

public sealed class GitHubFactsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_push_knows_its_branch_its_repository_and_when_it_was_committed()
    {
        var facts = Read(
            """
            {
              "repository": {"name": "acci", "html_url": "https://github.com/owner/acci", "description": null, "default_branch": "main", "license": {"spdx_id": "MIT"}},
              "commits": [{"id": "aaa", "timestamp": "2026-10-31T10:00:00+02:00"}],
              "head_commit": {"id": "bbb", "timestamp": "2026-10-31T11:00:00+02:00"}
            }
            """,
            ("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF", "refs/heads/main"), ("GITHUB_SHA", "bbb"));

        Assert.Equal(
            new BuildFacts
            {
                EventName = "push",
                Ref = "refs/heads/main",
                Sha = "bbb",
                RefShas = ("bbb", ""),
                CommitDate = new DateTimeOffset(2026, 10, 31, 9, 0, 0, TimeSpan.Zero),
                Now = Now,
                Repository = new RepositoryFacts { Name = "acci", Url = "https://github.com/owner/acci", License = "MIT", DefaultBranch = "main" },
            },
            facts);
        Assert.True(facts.IsDefaultBranch);
        Assert.Equal("main", facts.Branch);
    }

    [Theory]
    [InlineData("pull_request", "refs/pull/7/merge")]
    [InlineData("pull_request_target", "refs/heads/main")]
    public void A_pull_request_knows_its_number_and_where_it_goes(string eventName, string reference)
    {
        var facts = Read(
            """{"number": 7, "pull_request": {"head": {"sha": "ccc"}, "base": {"ref": "main"}}}""",
            ("GITHUB_EVENT_NAME", eventName), ("GITHUB_REF", reference), ("GITHUB_SHA", "bbb"));

        Assert.Equal("7", facts.PullRequest);
        Assert.Equal("main", facts.BaseBranch);
        Assert.Equal("bbb", facts.Sha);
        Assert.False(facts.IsDefaultBranch);
    }

    [Fact]
    public void The_head_of_a_pull_request_is_taken_for_its_commit_on_demand() => Assert.Equal(
        "ccc",
        Read(
            """{"number": 7, "pull_request": {"head": {"sha": "ccc"}}}""",
            ("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_REF", "refs/pull/7/merge"), ("GITHUB_SHA", "bbb"), ("DOCKER_METADATA_PR_HEAD_SHA", "true")).Sha);

    [Fact]
    public void A_schedule_has_no_payload_and_always_is_about_the_default_branch()
    {
        var facts = Read(
            "{}",
            ("GITHUB_EVENT_NAME", "schedule"), ("GITHUB_REF", "refs/heads/main"), ("GITHUB_REPOSITORY", "owner/acci"), ("GITHUB_SERVER_URL", "https://github.com"));
        Assert.True(facts.IsDefaultBranch);
        Assert.Null(facts.CommitDate);
        Assert.Equal(new RepositoryFacts { Name = "acci", Url = "https://github.com/owner/acci", DefaultBranch = "main" }, facts.Repository);
    }

    [Fact]
    public void A_short_commit_is_as_long_as_asked_for()
    {
        var sha = "860c1904a1ce19322e91ac35af1ab07466440c37";
        Assert.Equal("860c190", Read("{}", ("GITHUB_SHA", sha)).ShortSha);
        Assert.Equal("860c1904a1ce", Read("{}", ("GITHUB_SHA", sha), ("DOCKER_METADATA_SHORT_SHA_LENGTH", "12")).ShortSha);
        Assert.Equal(sha, Read("{}", ("GITHUB_SHA", sha), ("DOCKER_METADATA_SHORT_SHA_LENGTH", "99")).ShortSha);

        var error = Assert.Throws<DeliveryException>(() => Read("{}", ("DOCKER_METADATA_SHORT_SHA_LENGTH", "long")));
        Assert.Equal("DOCKER_METADATA_SHORT_SHA_LENGTH is 'long'; it must be the number of digits of a short commit, as in 12.", error.Message);
    }

    [Fact]
    public void The_payload_is_read_from_the_file_that_github_names()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, """{"number": 7}""");
            var environment = new Dictionary<string, string> { ["GITHUB_EVENT_NAME"] = "pull_request_target", ["GITHUB_EVENT_PATH"] = file };
            Assert.Equal("7", GitHubFacts.Read(environment, Now).PullRequest);

            File.WriteAllText(file, "no JSON");
            var error = Assert.Throws<DeliveryException>(() => GitHubFacts.Read(environment, Now));
            Assert.StartsWith($"GitHub's event cannot be read from '{file}'", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }

        var missing = new Dictionary<string, string> { ["GITHUB_EVENT_PATH"] = file };
        Assert.Contains("which GITHUB_EVENT_PATH names", Assert.Throws<DeliveryException>(() => GitHubFacts.Read(missing, Now)).Message, StringComparison.Ordinal);
    }

    private static BuildFacts Read(string payload, params (string Name, string Value)[] environment) =>
        GitHubFacts.Read(environment.ToDictionary(x => x.Name, x => x.Value), JsonElement.Parse(payload), Now);
}
