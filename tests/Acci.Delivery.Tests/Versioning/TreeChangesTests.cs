using Acci.Delivery.Versioning;
using Acci.Testing;
using NuGet.Versioning;

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
        "`git status` does not show what no committed .gitignore ignores, or what is committed in other upper and lower case: .DS_Store. Add it to a committed .gitignore, rename it, or delete it.")]
    [InlineData(
        "git sparse-checkout set --no-cone '/*' '!/folder/'", "D folder/inner",
        "`git status` does not show what is missing: folder/inner. Run `git sparse-checkout disable` and `git checkout -- FILE`.")]
    [InlineData(
        "git update-index --assume-unchanged file; echo other > file", "M file",
        "`git status` does not show files with other bytes than a new clone's, such as other line endings: file. "
        + "Remove attributes that are not committed (.git/info/attributes, core.attributesFile), and run `rm FILE && git checkout -- FILE`.")]
    [InlineData(
        "git init -q .git/other; git -C .git/other commit -q --allow-empty -m other; git -c protocol.file.allow=always submodule --quiet add ./.git/other sub; git commit -q -m sub; "
        + "echo new >> .git/modules/sub/info/exclude; touch sub/new", "m sub",
        "`git status` does not show what a submodule has besides its commit: sub. Run `git status --ignored` in it, or build in a new clone (git clone --recurse-submodules).")]
    [InlineData(
        "ln -s file link; git add link; git commit -q -m link; git config core.symlinks false; rm link; git checkout -q link", "T link",
        "`git status` does not show files of another type, such as links: link. Run `git config core.symlinks true` and `rm FILE && git checkout -- FILE`.")]
    public async Task What_helps_is_said_for_each_kind(string command, string named, string remedy)
    {
        await _repository.RunScript($"git init --quiet; mkdir folder; echo inner > folder/inner; echo file > file; git add .; git commit --quiet -m work; {command}");
        var version = await VersionInfo.ReadAsync(_repository.Directory, TestContext.Current.CancellationToken);

        var changes = await TreeChanges.ReadAsync(_repository.Directory, version, TestContext.Current.CancellationToken);

        Assert.Equal((named, remedy), (changes.ToString(), changes.Remedy));
    }

    [Fact]
    public async Task What_helps_is_said_where_git_status_fails()
    {
        await _repository.RunScript("git init --quiet; echo file > file; echo 'file filter=gone' > .gitattributes; git add .; git commit --quiet -m work; "
            + "git config filter.gone.required true; git config filter.gone.clean no-such-program; echo more > file");
        var version = new VersionInfo { Version = new SemanticVersion(1, 0, 0), Changes = [" M file"] };

        var changes = await TreeChanges.ReadAsync(_repository.Directory, version, TestContext.Current.CancellationToken);

        Assert.Equal("M file", changes.ToString());
        Assert.Contains("file: clean filter 'gone' failed", changes.Remedy, StringComparison.Ordinal);
        Assert.Contains("`rm FILE && git checkout -- FILE`", changes.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_few_files_are_named()
    {
        var changes = new TreeChanges([.. "abcdef".Select(x => $"?? {x}")], [" M g"]);

        Assert.Equal("?? a, ?? b, ?? c, ?? d, ?? e …", changes.ToString());
        Assert.StartsWith("Commit or stash the changes (git status). `git status` does not show files with other bytes", changes.Remedy, StringComparison.Ordinal);
    }
}
