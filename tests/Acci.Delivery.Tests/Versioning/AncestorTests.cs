using Acci.Delivery.Versioning;
using Acci.Testing;

namespace Acci.Delivery.Tests.Versioning;

/// <summary>Whether a commit comes before another one, or whether this clone cannot tell.</summary>
public sealed class AncestorTests : IDisposable
{
    private const string Elsewhere = "0123456789012345678901234567890123456789";

    private readonly TemporaryRepository _repository = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _repository.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("base", "main", true)]
    [InlineData("main", "main", true)]
    [InlineData("merged", "main", true)]
    [InlineData("main", "base", false)]
    [InlineData("side", "main", false)]
    [InlineData("main", "side", false)]
    [InlineData(Elsewhere, "main", null)]
    [InlineData("main", Elsewhere, null)]
    public async Task Git_tells_which_commit_comes_first(string ancestor, string commit, bool? isAncestor)
    {
        await WriteAsync();
        var git = new Git(_repository.Directory);

        Assert.Equal(isAncestor, await git.IsAncestorAsync(await git.CommitOfAsync(ancestor, Cancellation) ?? ancestor, await git.CommitOfAsync(commit, Cancellation) ?? commit, Cancellation));
    }

    [Fact]
    public async Task Where_the_history_is_cut_off_nobody_knows()
    {
        await WriteAsync();
        var clone = _folder.Combine("clone");
        await _repository.Run($"git clone --quiet --depth 1 --no-single-branch file://{_repository.Directory} {clone}");
        var git = new Git(clone);

        Assert.Null(await git.IsAncestorAsync((await git.CommitOfAsync("origin/side", Cancellation))!, (await git.CommitOfAsync("origin/main", Cancellation))!, Cancellation));
        Assert.Null(await git.IsAncestorAsync((await new Git(_repository.Directory).CommitOfAsync("base", Cancellation))!, (await git.CommitOfAsync("HEAD", Cancellation))!, Cancellation));
    }

    private Task<TemporaryRepository> WriteAsync() => _repository.Run(
        "git init --quiet --initial-branch=main", "git commit --quiet --allow-empty -m base", "git branch base", "git switch --quiet -c side", "git commit --quiet --allow-empty -m side",
        "git switch --quiet -c merged base", "git commit --quiet --allow-empty -m merged", "git switch --quiet main", "git commit --quiet --allow-empty -m work", "git merge --quiet -m merge merged");
}
