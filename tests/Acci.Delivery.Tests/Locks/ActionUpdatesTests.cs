using Acci.Delivery.Locks;
using Acci.Delivery.Tests.GitHub;
using Acci.Generation.Workflows;
using Acci.GitHub.StandIn;

namespace Acci.Delivery.Tests.Locks;

public class ActionUpdatesTests : GitHubFixture
{
    private const string Old = "1111111111111111111111111111111111111111";
    private const string New = "2222222222222222222222222222222222222222";

    private static readonly ActionReference Action = new("octo/action", Old, "v1.0.0");

    private readonly List<LockChange> _changes = [];

    [Fact]
    public async Task A_newer_release_is_pinned_by_its_commit()
    {
        Release("v1.1.0", New, TimeSpan.FromDays(30));

        Assert.Equal([new ActionReference("octo/action", New, "v1.1.0")], await FindAsync());
        Assert.Equal("octo/action: v1.0.0 (111111111111) → v1.1.0 (222222222222)", Assert.Single(_changes).ToString());
    }

    [Fact]
    public async Task A_release_of_yesterday_is_left_alone()
    {
        Release("v1.1.0", New, TimeSpan.FromDays(1));

        Assert.Equal([Action], await FindAsync());
        Assert.Contains("out for 1 days only", Assert.Single(_changes).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_highest_version_is_pinned_and_not_the_one_that_came_last()
    {
        Release("v1.10.0", New, TimeSpan.FromDays(30));
        Release("v1.9.1", Old, TimeSpan.FromDays(20));
        Release("v0.9.9", Old, TimeSpan.FromDays(10));

        Assert.Equal([new ActionReference("octo/action", New, "v1.10.0")], await FindAsync());
    }

    [Fact]
    public async Task An_older_version_is_never_pinned()
    {
        Release("v0.9.9", New, TimeSpan.FromDays(10));

        Assert.Equal([Action], await FindAsync());
        Assert.Empty(_changes);
    }

    [Fact]
    public async Task Drafts_and_pre_releases_are_passed_over_and_the_youngest_is_waited_for()
    {
        Release("v1.1.0", New, TimeSpan.FromDays(30));
        Release("v1.2.0", Old, TimeSpan.FromDays(1));
        Release("v2.0.0-rc.1", Old, TimeSpan.FromDays(30));
        Release("v2.0.0", Old, TimeSpan.FromDays(30)).Prerelease = true;
        Release("v3.0.0", Old, TimeSpan.FromDays(30)).Draft = true;

        Assert.Equal([new ActionReference("octo/action", New, "v1.1.0")], await FindAsync());
        Assert.Equal([false, true], _changes.Select(x => x.IsChange));
        Assert.Contains("v1.2.0 has been out for 1 days only", _changes[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_was_moved_is_not_followed()
    {
        Release("v1.0.0", New, TimeSpan.FromDays(30));

        Assert.Equal([Action], await FindAsync());
        Assert.False(Assert.Single(_changes).IsChange);
        Assert.Contains("has been moved", _changes[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_newest_already_stays_and_nothing_is_said()
    {
        Release("v1.0.0", Old, TimeSpan.FromDays(30));

        Assert.Equal([Action], await FindAsync());
        Assert.Empty(_changes);
    }

    [Fact]
    public async Task An_action_without_releases_stays_and_is_named()
    {
        GitHub.AddRepository("octo/action");

        Assert.Equal([Action], await FindAsync());
        Assert.Contains("no release", Assert.Single(_changes).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_action_that_was_only_named_is_pinned_to_its_newest_release()
    {
        Release("v1.1.0", New, TimeSpan.FromDays(30));
        GitHub.AddRepository("octo/other");

        Assert.Equal([new ActionReference("octo/action", New, "v1.1.0")], await new ActionUpdates(Connect(), TimeSpan.FromDays(7)).FindNewAsync(["octo/action", "octo/other"], _changes.Add, Cancellation));
        Assert.Equal("octo/action: not pinned → v1.1.0 (222222222222)", _changes[0].ToString());
        Assert.False(_changes[1].IsChange);
    }

    private Task<IReadOnlyList<ActionReference>> FindAsync() => new ActionUpdates(Connect(), TimeSpan.FromDays(7)).FindAsync([Action], _changes.Add, Cancellation);

    private Release Release(string tag, string commit, TimeSpan age)
    {
        var repository = GitHub.AddRepository("octo/action");
        repository.Refs[$"refs/tags/{tag}"] = commit;
        var release = new Release(1) { TagName = tag, Name = tag, TargetCommitish = "main", PublishedAt = DateTimeOffset.UtcNow - age };
        repository.Releases.Add(release);
        return release;
    }
}
