using System.Formats.Tar;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Tests;

/// <summary>Whose the folders are that programs are run from, and whether these are what was fetched.</summary>
public sealed class OwnFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("acci-own-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private CacheDirectory Cache => new(Path.Combine(_folder, "cache"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_that_is_not_there_is_made_so_that_nobody_else_can_write_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        Cache.EnsureOwn("bin");

        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Cache.Path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        Assert.False(Directory.Exists(Cache.Combine("bin")));
    }

    [Fact]
    public async Task What_a_program_of_the_cache_starts_finds_that_program_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It is a shell script.");
        var program = Path.Combine(_folder, "docker");
        await File.WriteAllTextAsync(program, "#!/bin/sh\ncommand -v docker\n", Cancellation);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var shortcut = Shortcut.Write(Cache, program);

        Assert.Equal(shortcut, (await CommandRunner.RunAsync(new Command(shortcut), cancellationToken: Cancellation)).StandardOutput.Trim());
    }

    [Fact]
    public async Task A_program_of_the_cache_that_is_started_without_a_PATH_looks_in_no_current_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It is a shell script.");
        var program = Path.Combine(_folder, "docker");
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho \"$PATH\"\n", Cancellation);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var shortcut = Shortcut.Write(Cache, program);

        var path = await CommandRunner.RunAsync(new Command("/usr/bin/env", "-i", shortcut), cancellationToken: Cancellation);
        var other = await CommandRunner.RunAsync(new Command("/usr/bin/env", "-i", "PATH=", shortcut), cancellationToken: Cancellation);

        Assert.DoesNotContain("", path.StandardOutput.Trim().Split(':'));
        Assert.Equal(Path.GetDirectoryName(shortcut), other.StandardOutput.Trim());
    }

    [Theory]
    [InlineData("chmod 777 cache", "Everybody can write the cache folder ")]
    [InlineData("chmod 1777 cache", "Everybody can write the cache folder ")]
    [InlineData("mkdir -m 777 cache/tools", "Everybody can write the cache folder ")]
    [InlineData("mkdir -m 777 other && rmdir cache && ln -s other cache", "Everybody can write ")]
    [InlineData("chmod 777 .", "Everybody can write ")]
    [InlineData("mkdir -m 777 open && mv cache other && ln -s ../other open/link && ln -s open/link cache", "Everybody can write ")]
    [InlineData("mkdir -m 777 open && mkdir open/real && mv cache open/real && ln -s open/real linked && ln -s linked/cache cache", "Everybody can write ")]
    [InlineData("mkdir -m 777 open && mkdir open/in && mv cache other && ln -s open/in/../../other cache", "Everybody can write ")]
    public async Task One_that_others_can_write_is_refused_in_a_line(string before, string message)
    {
        await PrepareAsync(before);

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => new EngineScripts(Cache).RunAsync("engine/down.sh", [], Cancellation));

        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Theory]
    [InlineData("chown 12345 cache")]
    [InlineData("mkdir cache/engine && chown 12345 cache/engine")]
    [InlineData("mv cache other && ln -s other cache && chown -h 12345 cache")]
    [InlineData("mv cache other && ln -s other cache && chown 12345 other")]
    [InlineData("chown 12345 .")]
    [InlineData("chown 12345 . && chmod 1777 .")]
    [InlineData("mkdir -m 1777 open && mkdir open/in && mv cache open/in && ln -s open/in/cache cache && chown 12345 open/in")]
    [InlineData("mkdir -m 1777 open && mv cache other && ln -s ../other open/link && chown -h 12345 open/link && ln -s open/link cache")]
    public async Task One_that_belongs_to_somebody_else_is_refused(string before)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows(), "Only root gives folders away.");
        await PrepareAsync(before);

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => new EngineScripts(Cache).RunAsync("engine/down.sh", [], Cancellation));

        Assert.Contains("belongs to somebody else (user id 12345)", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chgrp 12345 cache && chmod 775 cache")]
    [InlineData("chgrp 12345 . && chmod 775 .")]
    [InlineData("chgrp 12345 . && chmod 2775 .")]
    [InlineData("mkdir open && mv cache open && ln -s open/cache cache && chgrp 12345 open && chmod g+w open")]
    public async Task One_that_a_group_can_write_or_put_something_else_in_the_place_of_is_refused_and_what_helps_is_said(string before)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows(), "Only root gives folders to any group.");
        await PrepareAsync(before);

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => new EngineScripts(Cache).RunAsync("engine/down.sh", [], Cancellation));

        Assert.StartsWith("The group 12345, which may have other members than you, can write ", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"take that from them (chmod g-w {_folder}", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, "me", "me:x:1000:", true)]
    [InlineData(1000, "me", "me:x:1000:me", true)]
    [InlineData(1000, "me", "me:x:1000:you", false)]
    [InlineData(1001, "me", "me:x:1001:", true)]
    [InlineData(1002, "me", "me:x:1002:", false)]
    [InlineData(1000, "staff", "staff:x:1000:", false)]
    [InlineData(100, "users", "users:x:100:", false)]
    [InlineData(1000, "", "", false)]
    [InlineData(4711, "", "", false)]
    [InlineData(0, "root", "root:x:0:", true)]
    [InlineData(0, "wheel", "wheel:x:0:root,you", false)]
    // From LDAP: there is no line.
    [InlineData(1000, "me", "", false)]
    [InlineData(1000, "me", "others:x:1001:", false)]
    [InlineData(0, "root", "root:x:0:", false, "pod:x:1004:0::/:/bin/sh")]
    [InlineData(0, "root", "root:x:0:", true, "default:x:1004:0::/:/sbin/nologin")]
    [InlineData(0, "root", "root:x:0:", true, "sync:x:5:0::/sbin:/bin/sync")]
    [InlineData(0, "root", "root:x:0:", false, "deploy:x:500:0::/home/deploy:/bin/bash")]
    // Who knows the password may join.
    [InlineData(1000, "me", "me:$6$salt$hash:1000:", false)]
    [InlineData(1000, "me", "me:!:1000:", true)]
    // From NIS: anybody may follow.
    [InlineData(1000, "me", "me:x:1000:\n+:::", false)]
    [InlineData(1000, "me", "me:x:1000:", false, "+::::::")]
    [InlineData(1000, "me", "me:x:1000:\nothers:x:01000:you", false)]
    [InlineData(1000, "me", "me:x:1000:", false, "her:x:1005:01000::/home/her:/bin/sh")]
    public void A_group_is_private_where_it_is_named_as_its_user_and_has_nobody_else_in_it(int group, string name, string groups, bool isPrivate, string account = "")
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        File.WriteAllText(Path.Combine(_folder, "group"), $"{groups}\n");
        File.WriteAllText(Path.Combine(_folder, "passwd"), "root:x:0:0::/root:/bin/sh\noperator:x:11:0::/:/bin/false\nme:x:1000:1000::/home/me:/bin/sh\nyou:x:1003:1002::/home/you:/bin/sh\n" + account);

        Assert.Equal(isPrivate, PrivateGroup.IsOf(
            _folder, new PaxTarEntry(TarEntryType.Directory, "folder") { Gid = group, GroupName = name }, new PaxTarEntry(TarEntryType.Directory, "mine") { Uid = 1000, UserName = "me" }, _folder));
    }

    [Theory]
    [InlineData("me:!::", true)]
    [InlineData("me:!:me:me", true)]
    [InlineData("me:$6$salt$hash::", false)]
    [InlineData("me:!:you:", false)]
    [InlineData("me:!::you", false)]
    public void A_group_with_a_password_or_members_that_only_root_can_read_is_not_private(string shadow, bool isPrivate)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        File.WriteAllText(Path.Combine(_folder, "group"), "me:x:1000:\n");
        File.WriteAllText(Path.Combine(_folder, "gshadow"), $"{shadow}\nothers:$6$salt$hash::you\n");

        Assert.Equal(isPrivate, PrivateGroup.IsOf(
            _folder, new PaxTarEntry(TarEntryType.Directory, "folder") { Gid = 1000, GroupName = "me" }, new PaxTarEntry(TarEntryType.Directory, "mine") { Uid = 1000, UserName = "me" }, _folder));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("[ $(id -u) != 0 ] || { chgrp 0 . && chmod 2775 .; }")]
    [InlineData("[ $(id -u) != 0 ] || { chgrp 0 cache && chmod 2775 cache; }")]
    [InlineData("mkdir -p a/b && mv cache a/b/cache && ln -s a x && ln -s $PWD/x/../a/./b/ y && ln -s y/cache cache")]
    [InlineData("mv cache other && ln -s other cache")]
    [InlineData("chmod 1777 .")]
    public async Task One_of_ones_own_is_used(string before)
    {
        await PrepareAsync(before);

        Assert.Empty(await new EngineScripts(Cache).RunAsync("engine/down.sh", [], Cancellation));
    }

    [Fact]
    public async Task A_path_from_the_working_directory_is_one_too()
    {
        await PrepareAsync("chmod 777 cache");
        var cache = new CacheDirectory(Path.GetRelativePath(Environment.CurrentDirectory, Cache.Path));

        Assert.Throws<DeliveryException>(() => cache.EnsureOwn());
        await CommandRunner.RunAsync(new Command("chmod", "755", Cache.Path), cancellationToken: Cancellation);
        cache.EnsureOwn();
    }

    [Fact]
    public async Task A_program_that_is_another_one_than_was_fetched_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "recipe", "bin"));
        var (program, other) = (Path.Combine(_folder, "recipe", "bin", "cosign"), Path.Combine(_folder, "recipe", "bin", "oras"));
        await File.WriteAllTextAsync(program, "the program", Cancellation);
        await File.WriteAllTextAsync(other, "no record", Cancellation);
        await FetchedProgram.RecordAsync(program, Cancellation);
        await File.WriteAllTextAsync(program, "the pr0gram", Cancellation);

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => FetchedProgram.EnsureAsync(program, Cancellation));
        Assert.StartsWith($"{program} is not what was fetched", failure.Message, StringComparison.Ordinal);
        var unknown = await Assert.ThrowsAsync<DeliveryException>(() => FetchedProgram.EnsureAsync(other, Cancellation));
        Assert.Contains($"its SHA-256 is not known, because {other}.sha256 is not there.", unknown.Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(program, "the program", Cancellation);
        await FetchedProgram.EnsureAsync(program, Cancellation);
    }

    private async Task PrepareAsync(string commands)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        await CommandRunner.RunAsync(new Command("sh", "-ec", $"umask 022; mkdir cache; {commands}") { WorkingDirectory = _folder }, cancellationToken: Cancellation);
    }
}
