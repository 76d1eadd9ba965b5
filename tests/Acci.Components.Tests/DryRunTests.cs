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

    [Fact]
    public async Task A_verb_that_says_nothing_beforehand_is_made_when_it_is_its_turn()
    {
        var run = await PreparedAsync("Reads");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("read what was made", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_verb_knows_beforehand_ends_the_build_before_the_first_one_and_what_still_runs_then_runs()
    {
        var run = await PreparedAsync("Refuses", "CleansUp");

        Assert.Equal(255, run.ExitCode);
        Assert.Contains("it is known beforehand", run.Output + run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_root, "made")));
        Assert.Contains("cleaned up", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clean_names_the_folders_in_one_order_on_every_file_system()
    {
        var folders = "qwertyuiopasdfghjklzxcvbnm".Select(x => $"src/{x}/bin").ToList();
        folders.ForEach(x => Directory.CreateDirectory(Path.Combine(_root, x)));

        var run = await PreparedAsync("Clean", "--dry-run");

        var named = run.Output.Split('\n').Where(x => x.EndsWith("/bin", StringComparison.Ordinal)).Select(x => x.Split(' ')[^1]);
        Assert.Equal(folders.Order(StringComparer.Ordinal), named);
    }

    private Task<BuildRun> PreparedAsync(params string[] targets)
    {
        Directory.CreateDirectory(Path.Combine(_root, ".nuke"));
        return BuildRun.StartAsync(BuildRun.Build, _root, targets, new Dictionary<string, string> { ["SAMPLE_BUILD"] = "PreparedBuild" });
    }
}
