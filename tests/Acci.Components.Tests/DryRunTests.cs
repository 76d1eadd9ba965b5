using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

public sealed class DryRunTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("dry-run-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task What_has_no_plan_is_only_named()
    {
        Directory.CreateDirectory(Path.Combine(_root, ".nuke"));

        var run = await BuildRun.StartAsync(BuildRun.Build, _root, ["AfterWaits", "Default", "--dry-run"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Would run Default, which has no dry run of its own", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("default ran", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("waiting", run.Output, StringComparison.Ordinal);
    }
}
