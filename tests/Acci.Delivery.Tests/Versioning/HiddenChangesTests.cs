using System.Net.Sockets;
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

        Assert.Equal(["?? folder/new"], await ChangesAsync());
        Assert.Equal(["?? folder/new"], await new Git(Path.Combine(_repository.Directory, "folder")).ChangesAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    // Ignored by lists that are not committed, and that ignore themselves.
    [InlineData("printf '/.gitignore\\nextra\\n' >> .gitignore; git checkout -q .gitignore; printf '.gitignore\\nextra\\n' > folder/.gitignore; touch folder/extra", "?? folder/.gitignore ?? folder/extra")]
    [InlineData("mkdir cache; echo '*' > cache/.gitignore; touch cache/extra", "?? cache/.gitignore ?? cache/extra")]
    [InlineData("printf '.git*\\n' > folder/.gitignore; echo 'inner filter=hide' > folder/.gitattributes; git config filter.hide.clean 'echo inner'; echo new > folder/inner",
        " M folder/inner ?? folder/.gitattributes ?? folder/.gitignore")]
    // Ignored by a committed list, which decides about none of what lies beside them.
    [InlineData("echo folder/ > .gitignore; git commit -q -a -m list; echo '* text=auto' > folder/.gitattributes; printf 'inner\\r\\n' > folder/inner", " M folder/inner")]
    [InlineData("echo folder/ > .gitignore; git commit -q -a -m list; echo 'inner filter=hide' > folder/.gitattributes; git config filter.hide.clean 'echo inner'; git config filter.hide.smudge 'echo new'; echo new > folder/inner",
        " M folder/inner")]
    [InlineData("printf '/dist/*\\n!/dist/src/\\n' > .gitignore; git commit -q -a -m list; mkdir -p dist/src dist/other; touch dist/src/new dist/other/new; echo new > dist/.gitignore", "?? dist/src/new")]
    // What git leaves out when it commits a file.
    [InlineData("echo '* text=auto' > .gitattributes; git add .gitattributes; git commit -q -m text; printf 'one\\r\\n' > file", " M file")]
    [InlineData("echo '* text eol=lf' > .gitattributes; git add .gitattributes; git commit -q -m text; sed -i 's/$/\\r/' script", " M script")]
    [InlineData("echo 'file ident' > .gitattributes; echo '$Id$' > file; git add .; git commit -q -m ident; echo '$Id: \"; evil \"$' > file", " M file")]
    [InlineData("echo 'file filter=strip' > .gitattributes; git add .; git commit -q -m strip; git config filter.strip.clean 'head -n 1'; echo two >> file", " M file")]
    // A mode, or a link to the same bytes, of a file that is not to be looked at.
    [InlineData("git update-index --assume-unchanged file; chmod +x file", " M file")]
    [InlineData("git update-index --skip-worktree file; cp file .git/same; ln -sf .git/same file", " T file")]
    // Names and links of another system.
    [InlineData("git config core.ignoreCase true; touch FILE X.LOG", "?? FILE ?? X.LOG")]
    [InlineData("mkdir .GIT; touch .GIT/new FILE X.LOG", "?? .GIT/new ?? FILE ?? X.LOG")]
    [InlineData("ln -s file link; git add link; git commit -q -m link; git config core.symlinks false; rm link; printf file > link", " T link")]
    // Attributes and filters of this clone alone.
    [InlineData("mkdir -p .git/info; echo 'file filter=hide' > .git/info/attributes; git config filter.hide.clean 'echo one'; echo two > file; git add file", " M file")]
    [InlineData("echo 'file filter=hide' > .git/own; git config core.attributesFile .git/own; git config filter.hide.clean 'echo one'; echo two > file; git add file", " M file")]
    [InlineData("git config core.autocrlf input; printf 'one\\r\\n' > file; git add file", " M file")]
    // A pointer of Git LFS where the commit does not say that it is one.
    [InlineData("printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize 6\\n' $(printf 'large\\n' | sha256sum | cut -d' ' -f1) > file; git commit -q -a -m pointer; echo large > file", " M file")]
    [InlineData("echo 'file filter=lfs' > .git/info/attributes; printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize 6\\n' $(printf 'large\\n' | sha256sum | cut -d' ' -f1) > file; git commit -q -a -m pointer; echo large > file", " M file")]
    // A repository of its own in a folder of the commit.
    [InlineData("git init -q folder; echo new > folder/inner; touch folder/new", " M folder/inner ?? folder/new")]
    public async Task What_belongs_to_this_clone_alone_hides_nothing(string script, string expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The commands are Linux's.");
        await ScriptAsync(script);

        Assert.Equal(expected, string.Join(' ', (await ChangesAsync()).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("git update-index --assume-unchanged file")]
    [InlineData("ln -s nowhere link; git add link; git commit -q -m link; git update-index --assume-unchanged link")]
    [InlineData("mkdir -p bin/x; echo bin > folder/.gitignore; git add folder; git commit -q -m ignore; mkdir folder/bin; echo '*' > folder/bin/.gitignore")]
    // Windows' line endings, which git writes for the committed ones.
    [InlineData("git config core.autocrlf true; rm file; git checkout -q file; grep -q $'\\r' file")]
    // A filter that is a program of the repository.
    [InlineData("echo 'file filter=own' > .gitattributes; printf '#!/bin/sh\\ntr a-z A-Z\\n' > script; chmod +x script; git add .; git commit -q -m own; git config filter.own.smudge ./script; git config filter.own.required true; "
        + "git config filter.own.clean 'tr A-Z a-z'; rm file; git checkout -q file; grep -q ONE file")]
    [InlineData("echo 'file filter=upper' > .gitattributes; git add .gitattributes; git commit -q -m upper; git config filter.upper.smudge 'tr a-z A-Z'; git config filter.upper.clean 'tr A-Z a-z'; rm file; git checkout -q file; grep -q ONE file")]
    [InlineData("printf 'one\\r\\n' > file; git commit -q -a -m crlf; echo 'file text eol=crlf' > .gitattributes; git add .gitattributes; git commit -q -m later; rm file; git checkout -q file; grep -q $'\\r' file")]
    [InlineData("echo 'file text working-tree-encoding=UTF-16' > .gitattributes; git add .gitattributes; git commit -q -m utf16; rm file; git checkout -q file; ! grep -q one file")]
    [InlineData("echo 'file ident' > .gitattributes; echo '$Id$' > file; git add .; git commit -q -m ident; rm file; git checkout -q file; grep -q 'Id:' file")]
    // Git LFS, though it is not installed, or writes nothing by itself.
    [InlineData("echo 'file filter=lfs -text' > .gitattributes; printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize 6\\n' $(printf 'large\\n' | sha256sum | cut -d' ' -f1) > file; "
        + "git add .; git commit -q -m pointer; git config filter.lfs.required true; git config filter.lfs.smudge false; git config filter.lfs.process false; echo large > file")]
    [InlineData("echo 'file filter=lfs' > .gitattributes; printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize 6\\n' $(printf 'large\\n' | sha256sum | cut -d' ' -f1) > file; git add .; git commit -q -m pointer; git config core.autocrlf true; echo large > file")]
    [InlineData("echo '[attr]big filter=lfs -text' > .gitattributes; echo '* big' >> .gitattributes; echo '.git* !filter' >> .gitattributes; printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize 6\\n' $(printf 'large\\n' | sha256sum | cut -d' ' -f1) > file; git add .; git commit -q -m pointer; echo large > file")]
    [InlineData("echo 'file filter=lfs' > .gitattributes; printf 'version https://hawser.github.com/spec/v1\\noid sha256:%s\\nsize 6\\n' $(printf 'large\\n' | sha256sum | cut -d' ' -f1) > file; git add .; git commit -q -m pointer; echo large > file")]
    [InlineData("echo 'file filter=lfs' > .gitattributes; git add .; git commit -q -m lfs; git config filter.lfs.required true; git config filter.lfs.process false")]
    // A filter that asks git for what only the clone knows, as those do that decrypt.
    [InlineData("echo 'file filter=key' > .gitattributes; git add .gitattributes; git commit -q -m key; git config my.key secret; git config filter.key.required true; "
        + "git config filter.key.smudge 'sed s/one/$(git config my.key)/'; git config filter.key.clean 'sed s/$(git config my.key)/one/'; rm file; git checkout -q file; grep -q secret file")]
    [InlineData("echo 'file filter=none' > .gitattributes; git add .gitattributes; git commit -q -m none; git config filter.none.clean ''; git config filter.none.process ''")]
    [InlineData("git rm -q --cached file")]
    [InlineData("git worktree add -q --detach .git/other; rm -rf .git/other")]
    public async Task What_a_clone_has_as_the_commit_says_is_no_change(string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The commands are Linux's.");
        await ScriptAsync(script);

        Assert.Empty(await ChangesAsync());
    }

    [Fact]
    public async Task A_file_of_Git_LFS_is_compared_with_the_digest_that_is_committed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The commands are Linux's.");
        await ScriptAsync("echo 'file filter=lfs -text' > .gitattributes; printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize 6\\n' $(printf 'large\\n' | sha256sum | cut -d' ' -f1) > file; "
            + "git add .; git commit -q -m pointer; echo large > file");
        Assert.Empty(await ChangesAsync());

        _repository.Write("file", "other\n");

        Assert.Equal([" M file"], await ChangesAsync());
    }

    [Fact]
    public async Task A_filter_that_cannot_run_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The commands are Linux's.");
        await ScriptAsync("echo 'file filter=secret' > .gitattributes; git add .; git commit -q -m secret; git config filter.secret.required true; git config filter.secret.smudge no-such-program");
        Assert.Empty(await ChangesAsync());

        _repository.Write("file", "two\n");

        var error = await Assert.ThrowsAsync<DeliveryException>(ChangesAsync);
        Assert.Contains("no-such-program", error.Message, StringComparison.Ordinal);
        Assert.Contains("TMPDIR", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mkfifo pipe; rm file; mv pipe file", " T file")]
    [InlineData("touch empty; git add empty; git commit -q -m empty", "")]
    [InlineData("touch empty; git add empty; git commit -q -m empty; rm empty; mkfifo empty", " T empty")]
    [InlineData("echo 'file filter=none' > .gitattributes; git add .; git commit -q -m none; git config filter.none.smudge 'head -c 0'; rm file; mkfifo file", " T file")]
    // git does not know these.
    [InlineData("mkdir -p new/empty; mkfifo new/pipe", "")]
    [InlineData("mv folder .git/folder; ln -s .git/folder folder", " D folder/inner ?? folder")]
    [InlineData("rm file; mkdir file; touch file/new", " D file")]
    [InlineData("mkdir -p new/empty; touch new/a :b '(c)'; git init -q nested; touch nested/x", "?? (c) ?? :b ?? nested/ ?? new/a")]
    [InlineData("printf 'x\\n' > $(printf 'caf\\351'); git add .; git commit -q -m latin; printf 'y\\n' > $(printf 'caf\\351')", " M caf\ufffd")]
    [InlineData("printf 'x\\n' > $(printf 'caf\\351'); git add .; git commit -q -m latin", "")]
    [InlineData("echo '* text=auto' > .gitattributes; printf 'x\\n' > $(printf 'caf\\351'); git add .; git commit -q -m latin; printf 'x\\r\\n' > $(printf 'caf\\351')", " M caf\ufffd")]
    [InlineData("touch $(printf 'caf\\351')", "?? caf\ufffd")]
    [InlineData("mkdir $(printf 'caf\\351'); touch $(printf 'caf\\351')/new", "?? caf\ufffd/")]
    [InlineData("mkdir $(printf 'caf\\351') $(printf 'caf\\357\\277\\275'); touch $(printf 'caf\\351')/new $(printf 'caf\\357\\277\\275')/new", "?? caf\ufffd/ ?? caf\ufffd/new")]
    [InlineData("mkdir -p new/bin; touch new/bin/$(printf 'caf\\351') new/$(printf 'caf\\351'); echo bin/ > .gitignore; git commit -q -a -m list", "?? new/caf\ufffd")]
    [InlineData("printf '*\\357\\277\\275\\n' > .gitignore; git commit -q -a -m list; touch $(printf 'caf\\351')", "?? caf\ufffd")]
    [InlineData("mkdir -p node_modules/a; printf 'node_modules/\\n' > .gitignore; git commit -q -a -m list; touch node_modules/a/b", "")]
    public async Task What_lies_there_is_a_file_a_link_or_a_folder_under_any_name(string script, string expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The commands are Linux's.");
        await ScriptAsync(script);

        var changes = await ChangesAsync();
        // .NET cannot delete one with such a name.
        await ScriptAsync("rm -rf caf* new");
        Assert.Equal(expected, string.Join(' ', changes.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_socket_is_not_the_empty_file_that_is_committed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows' sockets are no files.");
        await ScriptAsync("touch empty; git add empty; git commit -q -m empty; rm empty");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(_repository.Directory, "empty")));

        Assert.Equal([" T empty"], await ChangesAsync());
    }

    [Theory]
    [InlineData("mv libs/sub .git/sub; ln -s ../.git/sub libs/sub; FOLDER=.git/sub", " T libs/sub")]
    [InlineData("mv libs .git/libs; ln -s .git/libs libs; FOLDER=.git/libs/sub", " D libs/sub ?? libs")]
    public async Task What_lies_behind_a_link_is_not_the_submodule_that_is_committed(string script, string expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The commands are Linux's.");
        using var other = await new TemporaryRepository().Run("git init --quiet --initial-branch=main", "git commit --quiet --allow-empty -m other");
        await _repository.Run($"git -c protocol.file.allow=always submodule --quiet add {other.Directory} libs/sub", "git commit --quiet -m sub");

        await ScriptAsync($"{script}; echo gitdir: $PWD/.git/modules/libs/sub > $FOLDER/.git; git config --file .git/modules/libs/sub/config core.worktree $PWD/$FOLDER; git -C $FOLDER status -s");

        Assert.Equal(expected, string.Join(' ', (await ChangesAsync()).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_file_system_that_shows_all_files_alike_or_most_of_them_wrong_has_no_modes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        await ScriptAsync("chmod +x script; git commit -q -a -m program; git config core.fileMode false; chmod 644 script");
        Assert.Empty(await ChangesAsync());

        await ScriptAsync("chmod 777 file script folder/inner .gitignore");
        Assert.Empty(await ChangesAsync());

        // Windows' file system in Linux, where one file was written by Linux.
        await ScriptAsync("chmod 644 file");
        Assert.Empty(await ChangesAsync());

        await ScriptAsync("git config core.fileMode true");
        Assert.Equal([" M .gitignore", " M folder/inner"], await ChangesAsync());
    }

    [Theory]
    [InlineData("git clone -q --shared . CLONE")]
    [InlineData("git worktree add -q --detach CLONE")]
    [InlineData("git clone -q . CLONE; cd CLONE; echo 'file filter=upper' > .gitattributes; git add .gitattributes; git -c user.name=a -c user.email=a@b commit -q -m upper; "
        + "git config filter.upper.smudge 'test %f = file && tr a-z A-Z'; git config filter.upper.clean 'tr A-Z a-z'; rm file; git checkout -q file; grep -q ONE file")]
    [InlineData("git init -q --object-format=sha256 CLONE; cd CLONE; touch file; git add file; git commit -q -m one")]
    public async Task A_clone_that_has_its_objects_elsewhere_or_under_other_hashes_is_compared_too(string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The commands are Linux's.");
        using var folder = new TemporaryFolder();
        var clone = folder.Combine("clone%f");
        await ScriptAsync(script.Replace("CLONE", clone, StringComparison.Ordinal));
        Assert.Empty(await new Git(clone).ChangesAsync(TestContext.Current.CancellationToken));

        await File.WriteAllTextAsync(Path.Combine(clone, "file"), "two\n", TestContext.Current.CancellationToken);

        Assert.Equal([" M file"], await new Git(clone).ChangesAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Whose_folder_a_submodule_is_in_is_not_asked_anew()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root gives files away.");
        using var other = await new TemporaryRepository().Run("git init --quiet --initial-branch=main", "git commit --quiet --allow-empty -m other");
        await _repository.Run($"git -c protocol.file.allow=always submodule --quiet add {other.Directory} sub", "git commit --quiet -m sub", "chown -R 12345 sub");
        Assert.Empty(await ChangesAsync());

        _repository.Write("sub/new", "");

        Assert.Equal([" m sub"], await ChangesAsync());
    }

    [Theory]
    [InlineData("git update-index --assume-unchanged s; echo two > s", " m")]
    [InlineData("echo extra >> $(git rev-parse --git-path info/exclude); touch extra", " m")]
    [InlineData("git config status.showUntrackedFiles no; touch extra", " m")]
    [InlineData("echo two > s; git commit -q -a -m two; git replace HEAD~ HEAD; git reset -q --hard HEAD~", " m")]
    [InlineData("git -c user.name=a -c user.email=a@b commit -q --allow-empty -m two", " M")]
    [InlineData("mkdir ../.git/elsewhere; cp s ../.git/elsewhere; git config core.worktree ../../elsewhere; echo two > s", " m")]
    public async Task A_submodule_is_looked_at_in_the_same_way(string script, string kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The commands are Linux's.");
        using var other = await new TemporaryRepository().Run("git init --quiet --initial-branch=main");
        other.Write("s", "one\n");
        await other.Run("git add .", "git commit --quiet -m other");
        await _repository.Run($"git -c protocol.file.allow=always submodule --quiet add {other.Directory} sub", "git commit --quiet -m sub");
        Assert.Empty(await ChangesAsync());

        await ScriptAsync($"cd sub; {script}");

        Assert.Equal([kind + " sub"], await ChangesAsync());
    }

    [Fact]
    public async Task A_clone_without_the_files_that_are_not_checked_out_is_compared_too()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The commands are Linux's.");
        using var folder = new TemporaryFolder();
        var clone = folder.Combine("clone");
        await ScriptAsync("echo other > folder/.gitignore; git add .; git commit -q -m list; git config uploadpack.allowFilter true; "
            + $"git clone -q --no-local --filter=blob:none --sparse . {clone}; touch {clone}/build.log {clone}/new");

        Assert.Equal([" D folder/.gitignore", " D folder/inner", "?? new"], await new Git(clone).ChangesAsync(TestContext.Current.CancellationToken));

        await ScriptAsync($"cd {clone}; git remote set-url origin {folder.Combine("gone")}; mkdir folder; touch folder/other");
        var error = await Assert.ThrowsAsync<DeliveryException>(() => new Git(clone).ChangesAsync(TestContext.Current.CancellationToken));
        Assert.Contains("`git fetch --refetch --no-filter`", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sparse_checkout_is_not_the_commit()
    {
        await _repository.Run("git sparse-checkout init --cone");

        Assert.Equal([" D folder/inner"], await ChangesAsync());
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

        Assert.Equal([" m sub"], await ChangesAsync());
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

    // The tests may run in a build, which has git read commits as they are.
    private Task ScriptAsync(string script) => _repository.RunScript($"unset GIT_NO_REPLACE_OBJECTS; {script}");

    private Task<IReadOnlyList<string>> ChangesAsync() => new Git(_repository.Directory).ChangesAsync(TestContext.Current.CancellationToken);

    private async Task<bool> IsDirtyAsync() => (await VersionInfo.ReadAsync(_repository.Directory, TestContext.Current.CancellationToken)).IsDirty;
}
