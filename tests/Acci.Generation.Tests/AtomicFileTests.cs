using Acci.Testing;

namespace Acci.Generation.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_beside_it()
    {
        var file = _folder.Combine("record.json");
        AtomicFile.Write(file, "old");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(file, stream =>
        {
            stream.Write("half of it"u8);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", File.ReadAllText(file));
        Assert.Equal([file], Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_said_to_be_one()
    {
        var (file, draft) = (_folder.Combine("record.json"), _folder.Combine("draft"));
        Directory.CreateDirectory(file);
        File.WriteAllText(draft, "text");

        foreach (var act in new Action[] { () => AtomicFile.Write(file, "text"), () => AtomicFile.Put(draft, file), () => new GeneratedFile("record.json", "text").IsUpToDate(_folder.Path) })
            Assert.Equal($"{file} is a folder, and should be a file: move it away.", Assert.Throws<GenerationException>(act).Message);
        Assert.Equal([draft], Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public void A_secret_can_be_read_by_nobody_else_at_any_moment()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        var file = _folder.Combine("deep", "secret");
        UnixFileMode? written = null;

        AtomicFile.Write(file, _ => written = File.GetUnixFileMode(Directory.EnumerateFiles(_folder.Combine("deep")).Single()), AtomicFile.OwnerOnly);

        Assert.Equal(AtomicFile.OwnerOnly, written);
        Assert.Equal(AtomicFile.OwnerOnly, File.GetUnixFileMode(file));
    }

    [Fact]
    public void A_file_keeps_the_mode_it_has_unless_another_one_is_asked_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        const UnixFileMode program = AtomicFile.OwnerOnly | UnixFileMode.UserExecute;
        var file = _folder.Combine("script");

        AtomicFile.Write(file, "one", program);
        AtomicFile.Write(file, "two");
        Assert.Equal(program, File.GetUnixFileMode(file));

        AtomicFile.Write(file, "three", AtomicFile.OwnerOnly);
        Assert.Equal(AtomicFile.OwnerOnly, File.GetUnixFileMode(file));
    }

    [Fact]
    public void A_draft_that_a_killed_writer_left_goes_and_one_that_is_written_stays()
    {
        var file = _folder.Combine("record.json");
        string[] drafts = [AtomicFile.DraftOf(file), AtomicFile.DraftOf(file), AtomicFile.DraftOf(file)];
        foreach (var draft in drafts) File.WriteAllText(draft, "half");
        File.SetLastWriteTimeUtc(drafts[0], File.GetLastWriteTimeUtc(drafts[0]).AddHours(-1));
        File.SetLastWriteTimeUtc(drafts[1], File.GetLastWriteTimeUtc(drafts[1]).AddHours(-1));
        using var atWork = new FileStream(drafts[1], FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        AtomicFile.Write(file, "whole");

        Assert.Equal(new[] { file, drafts[1], drafts[2] }.Order(StringComparer.Ordinal), Directory.EnumerateFiles(_folder.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Readers_find_it_whole_while_several_write_it_at_once()
    {
        var file = _folder.Combine("shared");
        string[] texts = [new('a', 100_000), new('b', 100_000)];
        AtomicFile.Write(file, texts[0]);

        await Task.WhenAll(
            Writing(texts[0]), Writing(texts[1]),
            Task.Run(() => Assert.All(Enumerable.Range(0, 200), _ => Assert.Contains(File.ReadAllText(file), texts)), TestContext.Current.CancellationToken));

        Assert.Equal([file], Directory.EnumerateFiles(_folder.Path));

        Task Writing(string text) => Task.Run(
            () =>
            {
                for (var i = 0; i < 20; i++) AtomicFile.Write(file, text);
            },
            TestContext.Current.CancellationToken);
    }
}
