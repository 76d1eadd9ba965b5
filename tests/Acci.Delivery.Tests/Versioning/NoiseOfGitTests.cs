using Acci.Delivery.Images.Tags;
using Acci.Delivery.Tests.Sarif;
using Acci.Delivery.Versioning;
using Acci.Testing;

namespace Acci.Delivery.Tests.Versioning;

/// <summary>What git says beside its answers. One test changes the process's environment.</summary>
[Collection(nameof(LargeReportTests.Alone))]
public sealed class NoiseOfGitTests : IDisposable
{
    private readonly TemporaryRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("GIT_TRACE")]
    [InlineData("GIT_TRACE2")]
    [InlineData("GIT_TRACE2_EVENT")]
    [InlineData("GIT_TRACE_SETUP")]
    public async Task A_trace_is_no_answer(string variable)
    {
        await DetachedAsync();
        Environment.SetEnvironmentVariable(variable, "1");
        try
        {
            await EnsureReadAsync();
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }
    }

    [Fact]
    public async Task A_warning_is_no_answer()
    {
        await DetachedAsync();
        // git says so at every question.
        await _repository.Run("git config core.fsyncObjectFiles true");

        await EnsureReadAsync();
    }

    [Fact]
    public async Task A_branch_that_is_damaged_is_not_one_that_is_not_there()
    {
        await _repository.Run("git init --quiet --initial-branch=main", "git commit --quiet --allow-empty -m work");
        _repository.Write(".git/refs/heads/main", "zzz\n");

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new Git(_repository.Directory).CommitOfAsync("main", TestContext.Current.CancellationToken));

        Assert.Contains("ignoring broken ref refs/heads/main", error.Message, StringComparison.Ordinal);
    }

    private Task<TemporaryRepository> DetachedAsync() =>
        _repository.Run("git init --quiet --initial-branch=main", "git commit --quiet --allow-empty -m work", "git checkout --quiet --detach");

    private async Task EnsureReadAsync()
    {
        var git = new Git(_repository.Directory);
        Assert.Null(await git.BranchAsync(TestContext.Current.CancellationToken));
        Assert.Null(await git.CommitOfAsync("none", TestContext.Current.CancellationToken));
        Assert.Empty(await git.TagsAtHeadAsync(TestContext.Current.CancellationToken));
        Assert.NotNull((await VersionInfo.ReadAsync(_repository.Directory, TestContext.Current.CancellationToken)).Revision);
        Assert.NotEmpty((await GitFacts.ReadAsync(_repository.Directory, DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken)).Sha);
    }
}
