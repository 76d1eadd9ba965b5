using Acci.Components.Tests;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Instance.Tests;

/// <summary><c>Clean</c> empties the artifacts and removes what is compiled.</summary>
public sealed class CleanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_waits_for_another_build_and_keeps_the_folder_of_the_artifacts_which_may_be_a_link()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        var (root, elsewhere) = (_folder.Combine("checkout"), _folder.Combine("elsewhere"));
        var artifacts = Path.Combine(root, "artifacts");
        foreach (var folder in new[] { Path.Combine(root, ".nuke"), Path.Combine(root, "src", "App", "bin"), Path.Combine(elsewhere, "images") }) Directory.CreateDirectory(folder);
        File.CreateSymbolicLink(artifacts, elsewhere);
        var file = Path.Combine(artifacts, "images", "layer");
        await File.WriteAllTextAsync(file, "x", Cancellation);
        var held = await CheckoutLock.TakeAsync(Path.Combine(artifacts, ".lock"), Cancellation);

        var run = await BuildRun.StartAsync(BuildRun.Build, root, ["Clean"], meanwhile: async (process, output) =>
        {
            while (!process.HasExited && !output().Contains("Another build of this checkout is at work", StringComparison.Ordinal)) await Task.Delay(50, Cancellation);
            Assert.True(File.Exists(file), "What another build is at work on was removed.");
            held.Dispose();
        });

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Equal(elsewhere, new DirectoryInfo(artifacts).LinkTarget);
        Assert.Equal([Path.Combine(elsewhere, ".lock")], Directory.EnumerateFileSystemEntries(elsewhere));
        Assert.False(Directory.Exists(Path.Combine(root, "src", "App", "bin")));
    }
}
