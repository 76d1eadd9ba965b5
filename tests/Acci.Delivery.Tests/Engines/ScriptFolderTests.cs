using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

public sealed class ScriptFolderTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryFolder _folder = new();
    private readonly ScriptFolder _scripts;

    public ScriptFolderTests() => _scripts = new ScriptFolder(new CacheDirectory(_folder.Combine("cache")));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_script_of_the_source_is_unpacked_and_nothing_else()
    {
        var source = Path.Combine(SourceTree.Root, "src", "Acci.Delivery", "Engines", "Scripts");

        var unpacked = _scripts.Ensure();

        Assert.Equal(FilesIn(source), FilesIn(unpacked));
        Assert.All(FilesIn(source), file => Assert.Equal(File.ReadAllBytes(Path.Combine(source, file)), File.ReadAllBytes(Path.Combine(unpacked, file))));
        Assert.Equal([Path.GetFileName(unpacked)], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(unpacked)!).Select(Path.GetFileName));
    }

    [Fact]
    public void Programs_can_be_run_as_in_the_source_and_nobody_else_can_read_anything()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        var source = Path.Combine(SourceTree.Root, "src", "Acci.Delivery", "Engines", "Scripts");

        var unpacked = _scripts.Ensure();

        Assert.All(FilesIn(source), file => Assert.Equal(File.GetUnixFileMode(Path.Combine(source, file)) & Owner, File.GetUnixFileMode(Path.Combine(unpacked, file))));
        Assert.All(Directory.EnumerateDirectories(unpacked, "*", SearchOption.AllDirectories).Append(unpacked), folder => Assert.Equal(Owner, File.GetUnixFileMode(folder)));
    }

    [Fact]
    public void What_is_there_as_it_should_be_stays()
    {
        var file = Path.Combine(_scripts.Ensure(), "engine", "up.sh");
        var before = new DateTime(2020, 2, 2, 2, 2, 2, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(file, before);

        _scripts.Ensure();

        Assert.Equal(before, File.GetLastWriteTimeUtc(file));
    }

    [Fact]
    public void What_was_changed_is_unpacked_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        (string What, Action<string> Change)[] changes =
        [
            ("a changed file", folder => File.AppendAllText(Path.Combine(folder, "engine", "up.sh"), "echo mine\n")),
            ("a missing file", folder => File.Delete(Path.Combine(folder, "engine", "lib", "apt.sh"))),
            ("another file", folder => File.WriteAllText(Path.Combine(folder, "stand-ins", "recipes", "mine.sh"), "echo mine\n")),
            ("a file that others may write", folder => File.SetUnixFileMode(Path.Combine(folder, "engine", "up.sh"), Owner | UnixFileMode.OtherWrite)),
            ("a folder that others may write", folder => File.SetUnixFileMode(Path.Combine(folder, "engine"), Owner | UnixFileMode.GroupWrite)),
            ("a link to the same text", folder => ReplaceByLink(Path.Combine(folder, "engine", "down.sh"))),
            ("a file in the folder's place", folder =>
            {
                Directory.Delete(folder, recursive: true);
                File.WriteAllText(folder, "");
            }),
        ];

        foreach (var (what, change) in changes)
        {
            var source = FilesIn(_scripts.Ensure());
            change(_scripts.Path);

            var unpacked = _scripts.Ensure();

            Assert.True(source.SequenceEqual(FilesIn(unpacked)), what);
            Assert.Null(new FileInfo(Path.Combine(unpacked, "engine", "down.sh")).LinkTarget);
            Assert.DoesNotContain("echo mine", File.ReadAllText(Path.Combine(unpacked, "engine", "up.sh")), StringComparison.Ordinal);
            Assert.Equal(Owner, File.GetUnixFileMode(Path.Combine(unpacked, "engine")));
            Assert.Equal(Owner, File.GetUnixFileMode(Path.Combine(unpacked, "engine", "up.sh")));
        }
    }

    [Fact]
    public async Task Runs_at_the_same_time_get_the_same_whole_folder()
    {
        var found = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => new ScriptFolder(new CacheDirectory(_folder.Combine("cache"))).Ensure())));

        Assert.Equal(_scripts.Path, Assert.Single(found.Distinct()));
        Assert.Equal(EmbeddedScript.All.Select(x => x.Path), FilesIn(_scripts.Path));
    }

    [Fact]
    public async Task While_another_run_unpacks_them_nothing_is_moved()
    {
        var script = Path.Combine(_scripts.Ensure(), "engine", "up.sh");
        File.AppendAllText(script, "echo mine\n");
        using var other = await CheckoutLock.TakeAsync(_folder.Combine("cache", "scripts.lock"), TestContext.Current.CancellationToken);

        var waiting = Task.Run(_scripts.Ensure, TestContext.Current.CancellationToken);
        // What the other run does: the file is as it should be before the lock is gone.
        await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken));
        Assert.False(waiting.IsCompleted);
        File.WriteAllBytes(script, EmbeddedScript.All.Single(x => x.Path == "engine/up.sh").Content);
        var restored = new DateTime(2020, 2, 2, 2, 2, 2, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(script, restored);
        other.Dispose();
        await waiting;

        Assert.Equal(restored, File.GetLastWriteTimeUtc(script));
    }

    [Fact]
    public void Another_state_of_the_scripts_gets_another_folder()
    {
        EmbeddedScript[] one = [new("a", [1, 2])], other = [new("a", [1, 3])], renamed = [new("b", [1, 2])];

        Assert.Equal(3, new[] { one, other, renamed }.Select(EmbeddedScript.HashOf).Distinct().Count());
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_named()
    {
        var file = _folder.Combine("file");
        File.WriteAllText(file, "");

        var failure = Assert.Throws<DeliveryException>(() => new ScriptFolder(new CacheDirectory(file)).Ensure());

        Assert.Contains("Cannot unpack", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_runs_from_there()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The scripts run on Linux only.");
        var cache = new CacheDirectory(_folder.Combine("cache"));

        // Nothing was ever started below this folder, so there is nothing to stop.
        Assert.Empty(await new EngineScripts(cache).RunAsync("engine/down.sh", [], TestContext.Current.CancellationToken));
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => new EngineScripts(cache).RunAsync("engine/fetch.sh", ["nothing"], TestContext.Current.CancellationToken));
        Assert.Contains("unknown group 'nothing'", failure.Message, StringComparison.Ordinal);
    }

    private static void ReplaceByLink(string file)
    {
        File.Move(file, $"{file}.moved");
        File.CreateSymbolicLink(file, $"{file}.moved");
    }

    private static IReadOnlyList<string> FilesIn(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(x => Path.GetRelativePath(folder, x)).Order(StringComparer.Ordinal)];
}
