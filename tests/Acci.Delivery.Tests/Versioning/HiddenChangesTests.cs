using Acci.Delivery.Versioning;
using Acci.Testing;

namespace Acci.Delivery.Tests.Versioning;

/// <summary>A tree is its commit's only where every file is, whatever git was told not to look at.</summary>
public sealed class HiddenChangesTests : IAsyncLifetime
{
    private const string Script = "#!/bin/sh\n";

    private readonly TemporaryRepository _repository = new();

    public async ValueTask InitializeAsync()
    {
        await _repository.Run("git init --quiet --initial-branch=main");
        _repository.Write("file", "one\n");
        _repository.Write("script", Script);
        _repository.Write(".gitignore", "*.log\n");
        Directory.CreateDirectory(Path.Combine(_repository.Directory, "folder"));
        _repository.Write("folder/inner", "inner\n");
        await _repository.Run("git add .", "git commit --quiet -m one", "git tag v1.2.3");
    }

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("git update-index --assume-unchanged file")]
    [InlineData("git update-index --skip-worktree file")]
    [InlineData("git config core.fsmonitor true")]
    public async Task A_change_that_git_was_told_not_to_see_is_one(string command)
    {
        if (command.Contains("fsmonitor", StringComparison.Ordinal)) await AnswerFsMonitorAsync();
        else await _repository.Run(command);
        Assert.False(await IsDirtyAsync());

        _repository.Write("file", "two\n");
        Assert.True(await IsDirtyAsync());

        File.Delete(Path.Combine(_repository.Directory, "file"));
        Assert.True(await IsDirtyAsync());
    }

    [Fact]
    public async Task Settings_that_take_a_changed_file_for_the_committed_one_do_not_count()
    {
        await _repository.Run("git config core.ignoreStat true", "git update-index --refresh", "git checkout --quiet HEAD -- .");
        _repository.Write("file", "two\n");
        Assert.True(await IsDirtyAsync());
    }

    [Fact]
    public async Task A_file_of_the_same_size_and_time_is_looked_at()
    {
        var file = Path.Combine(_repository.Directory, "file");
        var time = File.GetLastWriteTimeUtc(file);
        await _repository.Run("git config core.checkStat minimal", "git config core.trustctime false", "git update-index --really-refresh");
        // git looks at the bytes of a file that is as young as its index.
        File.SetLastWriteTimeUtc(file, time - TimeSpan.FromHours(1));
        await _repository.Run("git update-index --really-refresh");
        // It compares whole seconds.
        await Task.Delay(TimeSpan.FromSeconds(1.1), TestContext.Current.CancellationToken);

        File.WriteAllText(file, "two\n");
        File.SetLastWriteTimeUtc(file, time - TimeSpan.FromHours(1));

        Assert.True(await IsDirtyAsync());
    }

    [Fact]
    public async Task A_mode_is_part_of_a_commit()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        await _repository.Run("git config core.fileMode false");
        Assert.False(await IsDirtyAsync());

        await _repository.Run("chmod +x script");

        Assert.True(await IsDirtyAsync());
    }

    [Theory]
    [InlineData("info/exclude")]
    [InlineData("core.excludesFile")]
    public async Task A_list_of_ignored_files_that_is_not_in_the_commit_hides_nothing(string list)
    {
        var file = Path.Combine(_repository.Directory, ".git", "info", "exclude");
        if (list != "info/exclude") await _repository.Run($"git config {list} {file = Path.Combine(_repository.Directory, ".git", "own")}");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "new\n", TestContext.Current.CancellationToken);
        _repository.Write("build.log", "ignored by the commit");
        Assert.False(await IsDirtyAsync());

        _repository.Write("folder/new", "");

        Assert.Equal(["?? folder/new"], await new Git(_repository.Directory).ChangesAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["?? folder/new"], await new Git(Path.Combine(_repository.Directory, "folder")).ChangesAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_sparse_checkout_is_not_the_commit()
    {
        await _repository.Run("git sparse-checkout init --cone");

        Assert.Equal([" M folder/inner"], await new Git(_repository.Directory).ChangesAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_replaces_a_commit_in_this_clone_alone_is_not_that_commit()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no env here, and a build takes the variable from its tests.");
        _repository.Write("file", "two\n");
        await _repository.Run("git commit --quiet --all -m two", "git replace v1.2.3 HEAD", "env -u GIT_NO_REPLACE_OBJECTS git checkout --quiet v1.2.3");

        // What is checked out is the other's tree.
        Assert.True(await IsDirtyAsync());
    }

    [Fact]
    public async Task Files_where_a_submodule_was_are_changes_and_an_empty_folder_is_none()
    {
        using var other = await new TemporaryRepository().Run("git init --quiet --initial-branch=main", "git commit --quiet --allow-empty -m other");
        await _repository.Run($"git -c protocol.file.allow=always submodule --quiet add {other.Directory} sub", "git commit --quiet -m sub", "git submodule --quiet deinit --force sub");
        Assert.False(await IsDirtyAsync());

        _repository.Write("sub/new", "");

        Assert.Equal([" M sub"], await new Git(_repository.Directory).ChangesAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_branch_that_is_gone_leaves_changes_and_no_clean_tree()
    {
        await _repository.Run("git update-ref -d refs/heads/main");

        Assert.True(await IsDirtyAsync());
    }

    [Theory]
    [InlineData("core.worktree folder")]
    [InlineData("core.bare true")]
    public async Task A_repository_whose_working_tree_is_elsewhere_is_refused(string setting)
    {
        // The path is seen from the folder .git.
        await _repository.Run($"git config {setting.Replace(" folder", " ../folder", StringComparison.Ordinal)}");

        var error = await Assert.ThrowsAsync<DeliveryException>(() => VersionInfo.ReadAsync(_repository.Directory, TestContext.Current.CancellationToken));

        Assert.Contains("its working tree is elsewhere, or it has none", error.Message, StringComparison.Ordinal);
    }

    // A monitor that says of every file that nothing happened to it. Source: githooks(5), fsmonitor-watchman.
    private async Task AnswerFsMonitorAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The monitor is a shell script.");
        var hook = Path.Combine(_repository.Directory, ".git", "monitor");
        await File.WriteAllTextAsync(hook, "#!/bin/sh\nprintf 'token\\0'\n", TestContext.Current.CancellationToken);
        await _repository.Run($"chmod +x {hook}", $"git config core.fsmonitor {hook}", "git status --short");
    }

    private async Task<bool> IsDirtyAsync() => (await VersionInfo.ReadAsync(_repository.Directory, TestContext.Current.CancellationToken)).IsDirty;
}
