using System.Diagnostics;
using Acci.Testing;

namespace Acci.Components.Tests;

/// <summary>A folder for temporary files that is not there is a mistake in its name: it is not made.</summary>
public sealed class NoTemporaryFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Missing => _folder.Combine("missing");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_build_refuses_it_by_name()
    {
        var name = OperatingSystem.IsWindows() ? "TMP" : "TMPDIR";

        var run = await BuildRun.StartAsync(BuildRun.Build, _folder.Path, ["--help"], new Dictionary<string, string> { [name] = Missing });

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains($"{Missing}", run.Output + run.Errors, StringComparison.Ordinal);
        Assert.Contains($"({name}), does not exist: make it, or name one that does.", run.Output + run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Missing));
    }

    [Fact]
    public async Task The_script_refuses_it_before_it_compiles()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "build.ps1 leaves it to the build.");
        var start = new ProcessStartInfo("bash", [Path.Combine(SourceTree.Root, "build.sh"), "--help"]) { RedirectStandardError = true, WorkingDirectory = _folder.Path };
        start.Environment["TMPDIR"] = Missing;

        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((1, $"error: the folder for temporary files, {Missing} (TMPDIR), does not exist: make it, or set TMPDIR to one that does.\n"), (process.ExitCode, errors));
        Assert.False(Directory.Exists(Missing));
    }
}
