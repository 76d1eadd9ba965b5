using Acci.Delivery.Images.Tags;
using Acci.Testing;

namespace Acci.Delivery.Tests.Images.Tags;

public sealed class GitFactsTests : IDisposable
{
    private const string Begin = "git init --quiet --initial-branch=main";
    private const string Commit = "git commit --quiet --allow-empty -m work";

    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly TemporaryRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_branch_is_built_as_after_a_push()
    {
        await _repository.Run(Begin, Commit, "git remote add origin git@github.com:owner/acci.git");

        var facts = await Read();

        Assert.Equal("push", facts.EventName);
        Assert.Equal("refs/heads/main", facts.Ref);
        Assert.Equal(40, facts.Sha.Length);
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 11, 0, 0, TimeSpan.Zero), facts.CommitDate);
        Assert.Equal(new RepositoryFacts { Name = "acci", Url = "https://github.com/owner/acci", DefaultBranch = "main" }, facts.Repository);
        Assert.True(facts.IsDefaultBranch);
    }

    [Fact]
    public async Task A_commit_with_version_tags_is_built_for_the_highest_of_them()
    {
        await _repository.Run(Begin, Commit, "git tag v1.9.0", "git tag v1.10.0", "git tag v1.10.0-rc.1", "git tag vacation", "git tag zzz");
        Assert.Equal("refs/tags/v1.10.0", (await Read()).Ref);
    }

    [Fact]
    public async Task Of_two_tags_of_one_version_the_usual_one_counts()
    {
        await _repository.Run(Begin, Commit, "git tag V1.2.3", "git tag v1.2.3");
        Assert.Equal("refs/tags/v1.2.3", (await Read()).Ref);
    }

    [Fact]
    public async Task A_tag_may_have_the_name_of_the_branch()
    {
        await _repository.Run(Begin, Commit, "git tag main");
        using var clone = await new TemporaryRepository().Run($"git clone --quiet file://{_repository.Directory} .", "git tag origin/main");

        var facts = await GitFacts.ReadAsync(clone.Directory, Now, TestContext.Current.CancellationToken);

        Assert.Equal(("refs/heads/main", "main"), (facts.Ref, facts.Repository.DefaultBranch));
    }

    [Fact]
    public async Task A_tag_that_is_no_version_leaves_the_branch_what_is_built()
    {
        await _repository.Run(Begin, "git checkout --quiet -b feature/x", Commit, "git tag nice");
        Assert.Equal("refs/heads/feature/x", (await Read()).Ref);
    }

    [Fact]
    public async Task The_default_branch_is_that_of_the_remote()
    {
        await _repository.Run(Begin, Commit);
        using var clone = await new TemporaryRepository().Run($"git clone --quiet file://{_repository.Directory} .", "git checkout --quiet -b feature", Commit);

        var facts = await GitFacts.ReadAsync(clone.Directory, Now, TestContext.Current.CancellationToken);

        Assert.Equal("refs/heads/feature", facts.Ref);
        Assert.Equal("main", facts.Repository.DefaultBranch);
        Assert.False(facts.IsDefaultBranch);
    }

    [Fact]
    public async Task A_detached_head_belongs_to_the_remote_branch_it_is_the_tip_of()
    {
        await _repository.Run(Begin, Commit);
        using var clone = await new TemporaryRepository().Run($"git clone --quiet file://{_repository.Directory} .", "git checkout --quiet --detach");
        Assert.Equal("refs/heads/main", (await GitFacts.ReadAsync(clone.Directory, Now, TestContext.Current.CancellationToken)).Ref);
    }

    [Fact]
    public async Task Without_a_repository_or_a_commit_nothing_is_known_but_the_time()
    {
        var outside = await Read();
        await _repository.Run(Begin);
        var empty = await Read();

        foreach (var facts in new[] { outside, empty })
            Assert.Equal(new BuildFacts { Now = Now }, facts);
    }

    [Theory]
    [InlineData("git@github.com:owner/acci.git", "acci", "https://github.com/owner/acci")]
    [InlineData("ssh://git@github.com:22/owner/acci.git", "acci", "https://github.com/owner/acci")]
    [InlineData("https://github.com/owner/acci", "acci", "https://github.com/owner/acci")]
    [InlineData("https://x-access-token:secret@github.com/owner/acci.git/", "acci", "https://github.com/owner/acci")]
    [InlineData("http://git.example.com:3000/acci.git", "acci", "http://git.example.com:3000/acci")]
    [InlineData("git@GitHub.com:owner/acci.git/", "acci", "https://github.com/owner/acci")]
    [InlineData("ssh://git@github.com/owner/acci/", "acci", "https://github.com/owner/acci")]
    [InlineData("ssh://git@ssh.github.com:443/owner/acci.git", "acci", "https://github.com/owner/acci")]
    [InlineData("git@ssh.github.com:owner/acci.git", "acci", "https://github.com/owner/acci")]
    [InlineData("https://www.github.com/owner/acci.git", "acci", "https://github.com/owner/acci")]
    [InlineData("https://WWW.GitHub.com/owner/acci", "acci", "https://github.com/owner/acci")]
    [InlineData("ssh://git@ssh.github.example.com:443/owner/acci.git", "acci", "https://ssh.github.example.com/owner/acci")]
    [InlineData("https://www.github.example.com/owner/acci", "acci", "https://www.github.example.com/owner/acci")]
    [InlineData("/srv/git/acci.git", "acci", "")]
    [InlineData("file:///srv/git/acci", "acci", "")]
    [InlineData(@"C:\git\acci", "acci", "")]
    public void A_remote_gives_name_and_address_without_its_credentials(string remote, string name, string url) =>
        Assert.Equal(new RepositoryFacts { Name = name, Url = url }, GitFacts.Repository(remote));

    private Task<BuildFacts> Read() => GitFacts.ReadAsync(_repository.Directory, Now, TestContext.Current.CancellationToken);
}
