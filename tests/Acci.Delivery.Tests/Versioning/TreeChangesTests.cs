using Acci.Delivery.Versioning;
using Acci.Testing;

namespace Acci.Delivery.Tests.Versioning;

/// <summary>A file that is not the commit's is named, with what helps against it: git itself says nothing of some of them.</summary>
public sealed class TreeChangesTests : IDisposable
{
    private readonly TemporaryRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("echo x > new", "?? new", "Commit or stash the changes (git status).")]
    [InlineData(
        "echo .DS_Store >> .git/info/exclude; touch .DS_Store", "?? .DS_Store",
        "`git status` does not show what only an ignore list ignores that is not committed: .DS_Store. Add it to a committed .gitignore, or delete it.")]
    [InlineData(
        "git sparse-checkout set --no-cone '/*' '!/folder/'", "D folder/inner",
        "`git status` does not show what is missing: folder/inner. Run `git sparse-checkout disable` and `git checkout -- FILE`.")]
    [InlineData(
        "git update-index --assume-unchanged file; echo other > file", "M file",
        "`git status` does not show files with other bytes than a new clone's, such as other line endings: file. Run `rm FILE && git checkout -- FILE`.")]
    public async Task What_helps_is_said_for_each_kind(string command, string named, string remedy)
    {
        await _repository.RunScript($"git init --quiet; mkdir folder; echo inner > folder/inner; echo file > file; git add .; git commit --quiet -m work; {command}");
        var version = await VersionInfo.ReadAsync(_repository.Directory, TestContext.Current.CancellationToken);

        var changes = await TreeChanges.ReadAsync(_repository.Directory, version, TestContext.Current.CancellationToken);

        Assert.Equal((named, remedy), (changes.ToString(), changes.Remedy));
    }

    [Fact]
    public void A_few_files_are_named()
    {
        var changes = new TreeChanges([.. "abcdef".Select(x => $"?? {x}")], [" M g"]);

        Assert.Equal("?? a, ?? b, ?? c, ?? d, ?? e …", changes.ToString());
        Assert.StartsWith("Commit or stash the changes (git status). `git status` does not show files with other bytes", changes.Remedy, StringComparison.Ordinal);
    }
}
