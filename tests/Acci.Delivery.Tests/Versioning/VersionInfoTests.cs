using Acci.Delivery.Processes;
using Acci.Delivery.Versioning;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Versioning;

public sealed class VersionInfoTests : IDisposable
{
    private const string Begin = "git init --quiet --initial-branch=main";
    private const string Commit = "git commit --quiet --allow-empty -m work";

    private readonly TemporaryRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_tagged_commit_has_the_version_of_its_tag()
    {
        await _repository.Run(Begin, Commit, "git tag v1.2.3");

        var version = await Read();

        Assert.Equal("1.2.3", version.ToString());
        Assert.Empty(version.Warnings);
    }

    [Fact]
    public async Task Commits_after_a_tag_count_up_to_the_next_patch()
    {
        await _repository.Run(Begin, Commit, "git tag v1.2.3", Commit, Commit);
        Assert.Equal("1.2.4-alpha.0.2", (await Read()).ToString());
    }

    [Fact]
    public async Task Commits_after_a_prerelease_count_up_its_height()
    {
        await _repository.Run(Begin, Commit, "git tag v2.0.0-rc.1", Commit);
        Assert.Equal("2.0.0-rc.1.1", (await Read()).ToString());
    }

    [Theory]
    [InlineData("V1.2.3", "1.2.3")]
    [InlineData("V1.2.3-rc.1", "1.2.3-rc.1")]
    public async Task What_MinVer_takes_for_a_version_tag_is_one(string tag, string version)
    {
        await _repository.Run(Begin, Commit, "git tag v1.0.0", $"git tag {tag}");

        var info = await VersionInfo.ReadAsync(_repository.Directory, TestContext.Current.CancellationToken);

        Assert.Equal((version, tag), (info.ToString(), info.Tag));
    }

    [Fact]
    public async Task A_folder_may_have_a_name_that_ends_with_a_blank()
    {
        await _repository.RunScript("mkdir 'folder '; cd 'folder '; git init -q; git commit -q --allow-empty -m work; git tag v1.2.3");

        Assert.Equal("1.2.3", (await VersionInfo.ReadAsync(Path.Combine(_repository.Directory, "folder "), TestContext.Current.CancellationToken)).ToString());
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_named()
    {
        await _repository.Run(Begin, Commit);
        _repository.Write("file", "content");
        await _repository.Run("git add file", "git commit --quiet -m file");
        await using var taken = new FileStream(Path.Combine(_repository.Directory, "file"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => VersionInfo.ReadAsync(_repository.Directory, TestContext.Current.CancellationToken));

        Assert.StartsWith($"{taken.Name} cannot be read, so the build cannot compare it with the commit: ", failure.Message, StringComparison.Ordinal);
        Assert.NotNull(await VersionInfo.RevisionAsync(_repository.Directory, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("git tag 9.9.9")]
    [InlineData("git tag version-9.9.9")]
    [InlineData("git tag v9.9")]
    public async Task A_tag_of_another_form_is_no_version(string tag)
    {
        await _repository.Run(Begin, Commit, "git tag v1.0.0", Commit, tag);
        Assert.Equal("1.0.1-alpha.0.1", (await Read()).ToString());
    }

    [Fact]
    public async Task The_highest_of_several_tags_counts()
    {
        await _repository.Run(Begin, Commit, "git tag v1.9.0", "git tag v1.10.0", "git tag v1.10.0-rc.1");
        Assert.Equal("1.10.0", (await Read()).ToString());
    }

    [Fact]
    public async Task An_annotated_tag_counts_as_well()
    {
        await _repository.Run(Begin, Commit, "git tag --annotate --message=release v3.0.0");
        Assert.Equal("3.0.0", (await Read()).ToString());
    }

    [Fact]
    public async Task Without_any_tag_the_default_version_counts_the_commits()
    {
        await _repository.Run(Begin, Commit, Commit, Commit);

        var version = await Read();

        Assert.Equal("0.0.0-alpha.0.2", version.ToString());
        Assert.Empty(version.Warnings);
    }

    [Theory]
    [InlineData("release-1.2.3", true)]
    [InlineData("1.2.3", true)]
    [InlineData("v1.2.3.4", true)]
    [InlineData("app_1_2_3", true)]
    [InlineData("release-1-2-3", true)]
    [InlineData("nightly", false)]
    [InlineData("build-4711", false)]
    public async Task A_tag_that_looks_like_a_version_and_is_not_read_as_one_is_named(string tag, bool isNamed)
    {
        await _repository.Run(Begin, Commit, $"git tag {tag}");

        var version = await Read();

        Assert.Equal(
            isNamed ? [$"MinVer reads no version in {tag}, of commit {version.Revision}: version tags look like v1.2.3. The version is 0.0.0-alpha.0."] : [],
            version.Warnings);
    }

    [Fact]
    public async Task A_version_tag_beside_others_is_enough()
    {
        await _repository.Run(Begin, Commit, "git tag v1.2.3", "git tag app-1.2.3");

        Assert.Empty((await Read()).Warnings);
    }

    [Fact]
    public async Task Build_metadata_becomes_part_of_a_valid_image_tag()
    {
        await _repository.Run(Begin, Commit, "git tag v1.2.3+build.7");

        var version = await Read();

        Assert.Equal("1.2.3+build.7", version.ToString());
        Assert.Equal("1.2.3-build.7", version.ImageTag);
        Assert.Equal("acci:1.2.3-build.7", ImageReference.Parse("acci").WithTag(version.ImageTag).ToString());
    }

    [Fact]
    public async Task The_commit_and_its_time_are_read_in_full()
    {
        await _repository.Run(Begin, Commit);
        var head = await CommandRunner.RunAsync(
            new Command("git", "rev-parse", "HEAD") { WorkingDirectory = _repository.Directory }, cancellationToken: TestContext.Current.CancellationToken);

        var version = await Read();

        Assert.Equal(head.StandardOutput.Trim(), version.Revision);
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 11, 0, 0, TimeSpan.Zero), version.CommitTime);
        Assert.Equal(1793530800, version.SourceDateEpoch);
    }

    [Fact]
    public async Task A_clean_tree_is_not_dirty()
    {
        _repository.Write(".gitignore", "ignored");
        await _repository.Run(Begin, "git add .gitignore", Commit);
        _repository.Write("ignored", "");
        Assert.False((await Read()).IsDirty);
    }

    [Theory]
    [InlineData("committed")]
    [InlineData("new")]
    public async Task A_changed_or_a_new_file_makes_the_tree_dirty(string file)
    {
        _repository.Write("committed", "before");
        await _repository.Run(Begin, "git add committed", Commit);
        _repository.Write(file, "after");
        Assert.True((await Read()).IsDirty);
    }

    [Fact]
    public async Task A_folder_outside_any_repository_gets_the_default_version_and_a_warning()
    {
        var version = await Read();

        Assert.Equal("0.0.0-alpha.0", version.ToString());
        Assert.Null(version.Revision);
        Assert.Null(version.SourceDateEpoch);
        Assert.Equal([$"'{_repository.Directory}' is not a valid Git working directory. Using default version 0.0.0-alpha.0."], version.Warnings);
    }

    [Fact]
    public async Task A_relative_folder_is_read_too()
    {
        await _repository.Run(Begin, Commit, "git tag v1.2.3");

        var version = await VersionInfo.ReadAsync(Path.GetRelativePath(Environment.CurrentDirectory, _repository.Directory), TestContext.Current.CancellationToken);

        Assert.Equal(("1.2.3", false), (version.ToString(), version.IsDirty));
    }

    [Fact]
    public async Task A_repository_that_ignores_a_folder_and_has_no_file_of_it_is_not_that_folders()
    {
        _repository.Write(".gitignore", "*\n");
        await _repository.Run(Begin, "git add --force .gitignore", Commit, "git tag v3.0.0");
        var project = Directory.CreateDirectory(Path.Combine(_repository.Directory, "project")).FullName;
        _repository.Write("project/file", "");
        foreach (var command in new[] { "git status", "git add --force project/file" })
        {
            await _repository.Run(command);
            var error = await Assert.ThrowsAsync<DeliveryException>(() => VersionInfo.ReadAsync(project, TestContext.Current.CancellationToken));
            Assert.Contains($"Run `git init` in '{project}'", error.Message, StringComparison.Ordinal);
        }

        await _repository.Run("git commit --quiet -m project", "git tag v3.1.0");
        Assert.Equal("3.1.0", (await VersionInfo.ReadAsync(project, TestContext.Current.CancellationToken)).ToString());
    }

    [Fact]
    public async Task A_new_folder_of_a_repository_is_a_change_in_it()
    {
        await _repository.Run(Begin, Commit);
        var project = Directory.CreateDirectory(Path.Combine(_repository.Directory, "project")).FullName;
        _repository.Write("project/file", "");

        Assert.Equal(["?? project/file"], (await VersionInfo.ReadAsync(project, TestContext.Current.CancellationToken)).Changes);
    }

    [Fact]
    public async Task A_status_that_git_cannot_tell_is_an_error_in_its_words()
    {
        _repository.Write("file", "one");
        _repository.Write(".gitattributes", "file filter=gone");
        await _repository.Run(Begin, "git add .", Commit, "git tag v1.2.3", "git config filter.gone.required true", "git config filter.gone.clean no-such-program");
        File.SetLastWriteTimeUtc(Path.Combine(_repository.Directory, "file"), DateTime.UnixEpoch);

        var error = await Assert.ThrowsAsync<DeliveryException>(Read);

        Assert.Contains("clean filter 'gone' failed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_without_commits_gets_the_default_version_and_a_warning()
    {
        await _repository.Run(Begin);

        var version = await Read();

        Assert.Equal("0.0.0-alpha.0", version.ToString());
        Assert.Equal([$"The repository in '{_repository.Directory}' has no commit. Using default version 0.0.0-alpha.0."], version.Warnings);
    }

    [Fact]
    public async Task A_shallow_clone_that_lacks_the_tag_says_so_and_how_to_get_it()
    {
        await _repository.Run(Begin, Commit, "git tag v1.2.3", Commit, Commit);
        using var clone = await new TemporaryRepository().Run($"git clone --quiet --depth=1 file://{_repository.Directory} .");

        var version = await VersionInfo.ReadAsync(clone.Directory, TestContext.Current.CancellationToken);

        Assert.Equal("0.0.0-alpha.0", version.ToString());
        Assert.Contains("git fetch --unshallow --tags", Assert.Single(version.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shallow_clone_of_a_tagged_commit_is_as_good_as_a_whole_one()
    {
        await _repository.Run(Begin, Commit, Commit, "git tag v1.2.3");
        using var clone = await new TemporaryRepository().Run($"git clone --quiet --depth=1 --branch=v1.2.3 -c advice.detachedHead=false file://{_repository.Directory} .");

        var version = await VersionInfo.ReadAsync(clone.Directory, TestContext.Current.CancellationToken);

        Assert.Equal("1.2.3", version.ToString());
        Assert.Empty(version.Warnings);
    }

    [Fact]
    public async Task A_repository_that_belongs_to_someone_else_is_an_error_that_says_how_to_allow_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can give a folder to another user.");
        await _repository.Run(Begin, Commit);
        await _repository.Run("chown -R 12345 .");

        var error = await Assert.ThrowsAsync<DeliveryException>(Read);

        Assert.Contains($"git config --global --add safe.directory '{_repository.Directory}'", error.Message, StringComparison.Ordinal);
        // git looks for the top folder in that list.
        var below = Directory.CreateDirectory(Path.Combine(_repository.Directory, "below")).FullName;
        var same = await Assert.ThrowsAsync<DeliveryException>(() => VersionInfo.ReadAsync(below, TestContext.Current.CancellationToken));
        Assert.Contains($"git config --global --add safe.directory '{_repository.Directory}'", same.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1700000000 +51800", 1700000000)]
    [InlineData("1700000000 -0330", 1700000000)]
    [InlineData("1700000000 +0000", 1700000000)]
    public async Task A_commit_s_time_is_read_in_whatever_zone_it_says(string date, long seconds)
    {
        await CommitAtAsync(date);
        Assert.Equal(seconds, (await Read()).SourceDateEpoch);
    }

    [Fact]
    public async Task A_commit_of_a_year_that_no_calendar_knows_is_an_error_that_names_it()
    {
        await CommitAtAsync("999999999999 +0000");
        Assert.Matches("^The commit [0-9a-f]{40} has a date that no calendar knows \\(999999999999 seconds since 1970\\)", await RefusedAsync());
    }

    [Fact]
    public async Task What_git_cannot_answer_is_not_taken_for_a_clean_tree()
    {
        await _repository.Run(Begin, Commit, "git tag v9.9.9");
        _repository.Write(".git/index", "garbage");

        Assert.Matches("^git cannot answer `git ls-files .*`.*index file smaller than expected", await RefusedAsync());
    }

    [Theory]
    [InlineData("zzz")]
    [InlineData("1111111111111111111111111111111111111111")]
    public async Task A_damaged_tag_is_an_error_and_does_not_hide_the_others(string content)
    {
        await _repository.Run(Begin, Commit, "git tag v9.9.9");
        _repository.Write(".git/refs/tags/v8.8.8", content + "\n");

        Assert.Contains("bad ref refs/tags/v8.8.8", await RefusedAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".git/HEAD", "garbage")]
    [InlineData(".git", "gitdir: /nowhere/.git/worktrees/x")]
    public async Task A_repository_that_git_cannot_use_is_not_taken_for_a_folder_without_one(string file, string content)
    {
        if (file != ".git") await _repository.Run(Begin, Commit);
        _repository.Write(file, content);

        Assert.StartsWith($"git cannot use the repository in '{_repository.Directory}': not a git repository", await RefusedAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status.showUntrackedFiles", "no")]
    [InlineData("column.ui", "always")]
    [InlineData("color.ui", "always")]
    [InlineData("log.showSignature", "true")]
    [InlineData("tag.sort", "-refname")]
    public async Task Git_s_configuration_hides_nothing(string name, string value)
    {
        await _repository.Run(Begin, Commit, "git tag v9.9.9", "git tag v9.9.10", $"git config {name} {value}");
        _repository.Write("new", "");

        var version = await Read();

        Assert.Equal(("9.9.10", true), (version.ToString(), version.IsDirty));
        Assert.Equal(["v9.9.10", "v9.9.9"], (await new Git(_repository.Directory).TagsAtHeadAsync(TestContext.Current.CancellationToken)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_changed_submodule_is_a_change_whatever_is_configured()
    {
        using var other = await new TemporaryRepository().Run(Begin, Commit);
        await _repository.Run(
            Begin, $"git -c protocol.file.allow=always submodule --quiet add {other.Directory} sub", Commit, "git config diff.ignoreSubmodules all", "git config submodule.sub.ignore all");
        Assert.False((await Read()).IsDirty);

        _repository.Write("sub/new", "");

        Assert.True((await Read()).IsDirty);
    }

    [Fact]
    public async Task A_submodule_whose_repository_is_gone_is_an_error_and_no_clean_tree()
    {
        using var other = await new TemporaryRepository().Run(Begin, Commit);
        await _repository.Run(Begin, $"git -c protocol.file.allow=always submodule --quiet add {other.Directory} sub", Commit);
        _repository.Write("sub/.git", "gitdir: /nowhere");

        Assert.Matches("^git cannot answer `git rev-parse --resolve-git-dir .*sub/.git`.*: not a git", await RefusedAsync());
    }

    // Written as it is: git itself would refuse the date.
    private async Task CommitAtAsync(string date)
    {
        await _repository.Run(Begin, Commit);
        var cancellation = TestContext.Current.CancellationToken;
        var script = $"git update-ref HEAD $(git cat-file commit HEAD | sed 's/^committer .*/committer a <a@b> {date}/' | git hash-object -t commit -w --stdin --literally)";
        await CommandRunner.RunAsync(new Command("bash", "-c", script) { WorkingDirectory = _repository.Directory }, cancellationToken: cancellation);
    }

    private async Task<string> RefusedAsync() => (await Assert.ThrowsAsync<DeliveryException>(Read)).Message;

    [Fact]
    public async Task A_missing_folder_is_an_error_that_names_it()
    {
        var missing = Path.Combine(_repository.Directory, "gone");
        var error = await Assert.ThrowsAsync<DeliveryException>(() => VersionInfo.ReadAsync(missing, TestContext.Current.CancellationToken));
        Assert.Equal($"The folder '{missing}' does not exist, its version cannot be read.", error.Message);
    }

    private Task<VersionInfo> Read() => VersionInfo.ReadAsync(_repository.Directory, TestContext.Current.CancellationToken);
}
