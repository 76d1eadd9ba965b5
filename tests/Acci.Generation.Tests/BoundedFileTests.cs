using System.Diagnostics;
using Acci.Generation.Workflows;
using Acci.Testing;

namespace Acci.Generation.Tests;

/// <summary>Something else lies where a text file of the repository belongs.</summary>
public sealed class BoundedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_never_ends_is_too_large()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "There is no /dev/zero here.");
        var file = _folder.Combine("actions.json");
        File.CreateSymbolicLink(file, "/dev/zero");
        var generated = new GeneratedFile("actions.json", "{}");

        foreach (var read in new Action[] { () => ActionLocks.Read(file), () => generated.IsUpToDate(_folder.Path), () => Drift.Find(_folder.Path, [generated]) })
            Assert.StartsWith($"{file} is larger than 16 MiB", Assert.Throws<GenerationException>(read).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_that_nobody_writes_to_is_not_waited_for_for_ever()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pipes with names are made by mkfifo.");
        var file = _folder.Combine("pipe");
        using (var make = Process.Start("mkfifo", file)) await make.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith($"{file} has no end", Assert.Throws<GenerationException>(() => BoundedFile.Read(file, TimeSpan.FromSeconds(1))).Message, StringComparison.Ordinal);
        // Lets the reader of before go.
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
    }
}
