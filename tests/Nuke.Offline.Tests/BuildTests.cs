
namespace Nuke.Offline.Tests;

/// <summary>What the transcripts do not show: builds run as processes of their own.</summary>
public sealed class BuildTests : IDisposable
{
    private readonly TemporaryDirectory _root = TemporaryDirectory.CopyOf(TestData.Verbs);

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task Extensions_and_hooks_are_called_by_priority()
    {
        var run = await Run("Default", "--no-logo");

        Assert.Equal(
            [
                "class: True targets", "created from|file", "class: plan Default", "running Default", "default", "finished True",
            ],
            Messages(run));
    }

    [Fact]
    public async Task Definitions_go_on_from_others()
    {
        var run = await Run("Overridden", "AllSteps", "Inheriting", "--no-logo");

        Assert.Equal(
            ["one", "component", "build", "default", "and more", "base", "derived"],
            Messages(run).Where(x => !x.Contains(' ') || x == "and more"));
        Assert.Contains("AllSteps\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0Collective", run.Output);
    }

    [Fact]
    public async Task Parameters_come_from_everywhere()
    {
        var run = await Run(["Print", "--days", "monday", "Tuesday", "--folder", "x"], new() { ["NUKE_WORDS"] = "a,b", ["LEVEL"] = "high" });

        Assert.Contains($"Level=high Words=a|b Days=Monday|Tuesday Folder={_root.Path}/x Late=not injected", Messages(run));
    }

    [Fact]
    public async Task Profiles_are_read_in_order() =>
        Assert.Contains("Level=two Words=one Days= Folder=null Late=not injected", Messages(await Run("Print", "--profile", "one", "two")));

    [Fact]
    public async Task A_member_on_demand_gets_its_value_when_a_target_requires_it() =>
        Assert.Contains("Late=now", Messages(await Run("PrintLate", "--late", "now")));

    [Fact]
    public async Task The_parameters_of_a_component_can_have_a_prefix() =>
        Assert.Contains("Name=x", Messages(await Run("PrintSteps", "--step-name", "x")));

    [Fact]
    public async Task An_encrypted_value_is_an_error()
    {
        var run = await Run("Print", "--profile", "encrypted");

        Assert.Equal(255, run.ExitCode);
        Assert.Contains("Parameter 'Encrypted' is encrypted in", run.Output);
        Assert.Equal(0, (await Run("Print", "--profile", "encrypted", "--encrypted", "plain")).ExitCode);
    }

    [Fact]
    public async Task A_build_can_be_started_from_below_its_root()
    {
        var below = Directory.CreateDirectory(Path.Combine(_root.Path, "a", "b")).FullName;

        var run = await BuildRun.Start(TestData.VerbsBuild, below, ["Where"], null, TestContext.Current.CancellationToken);

        Assert.Contains($"Root={_root.Path} Project=_build.csproj", Messages(run));
    }

    [Fact]
    public async Task The_root_can_be_given()
    {
        var other = Directory.CreateDirectory(Path.Combine(_root.Path, "other")).FullName;

        Assert.Contains($"Root={other} Project=_build.csproj", Messages(await Run("Where", "--root", other)));
    }

    [Fact]
    public async Task No_plan_is_drawn()
    {
        var run = await Run("Uses", "--plan");

        Assert.Equal(255, run.ExitCode);
        Assert.Contains("Nuke.Offline does not", run.Output);
    }

    [Fact]
    public async Task Artifacts_of_another_target_are_known() => Assert.Contains($"uses {_root.Path}/out/*.zip", Messages(await Run("Uses")));

    [Fact]
    public async Task The_build_can_set_the_exit_code() => Assert.Equal(3, (await Run("ExitsWith3")).ExitCode);

    [Fact]
    public async Task What_needs_a_failed_target_does_not_run()
    {
        var run = await Run("AfterBreaks", "--no-logo");

        Assert.Equal(255, run.ExitCode);
        Assert.DoesNotContain("healed", Messages(run));
        Assert.Contains("failed Breaks", Messages(run));
    }

    [Fact]
    public async Task A_failed_attempt_is_continued()
    {
        Assert.Equal(255, (await Run("Flaky")).ExitCode);
        File.WriteAllText(Path.Combine(_root.Path, "mended"), "");

        var run = await Run("Flaky", "--continue");

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("default", Messages(run));
        Assert.Contains("Skipped: succeeded in the previous attempt", run.Output);
    }

    [Fact]
    public async Task What_a_continued_target_triggers_still_runs()
    {
        Assert.Equal(255, (await Run("Begins")).ExitCode);
        Assert.Equal(255, (await Run("Begins", "--continue")).ExitCode);
        File.WriteAllText(Path.Combine(_root.Path, "mended"), "");

        var run = await Run("Begins", "--continue");

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("begun", Messages(run));
        Assert.Contains("ended", Messages(run));
    }

    [Fact]
    public async Task What_a_condition_skipped_is_not_taken_for_done()
    {
        Assert.Equal(255, (await Run("Mends", "Flaky")).ExitCode);
        File.WriteAllText(Path.Combine(_root.Path, "mended"), "");

        Assert.Contains("running Mends", Messages(await Run("Mends", "Flaky", "--continue")));
    }

    [Fact]
    public async Task All_conditions_that_do_not_hold_are_named() =>
        Assert.Contains("OnlyWhen: Words.Length > 100 && Days.Length > 100", (await Run("Unmet")).Output);

    [Fact]
    public async Task The_last_summary_counts_and_goes_before_the_exception()
    {
        var run = await Run("Reports");

        Assert.Matches("Reports\u00a0+Failed.*// Second: 2\n", run.Output);
    }

    [Fact]
    public async Task A_condition_that_does_not_hold_skips_the_target()
    {
        var run = await Run("Mends");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("skipped Mends", Messages(run));
        Assert.Contains("OnlyWhen: (RootDirectory / \"mended\").FileExists()", run.Output);
    }

    [Fact]
    public async Task Several_targets_can_be_skipped() => Assert.DoesNotContain("default", Messages(await Run("Flaky", "--skip", "default+mends")));

    [Fact]
    public async Task A_secret_argument_is_not_logged()
    {
        var run = await Run("Whispers");

        Assert.Contains("--version [REDACTED]", run.Output);
        Assert.DoesNotContain("s3cret", run.Output);
    }

    [Fact]
    public async Task Annotations_are_escaped() =>
        Assert.Contains("::error::50%25 of%0A\"it\"", (await Run(["Annotates", "--host", "GitHubActions"], [])).Output);

    [Fact]
    public async Task A_host_that_is_not_known_is_an_error()
    {
        var run = await Run("Default", "--host", "Jenkins");

        Assert.Equal((255, "Host 'Jenkins' is not known. Available hosts are: GitHubActions, Terminal"), (run.ExitCode, run.Output.Split('\n')[^1]));
    }

    [Fact]
    public async Task The_log_is_kept_in_a_file()
    {
        await Run("Default");

        Assert.Contains(
            " | I | Default | default",
            await File.ReadAllTextAsync(Path.Combine(_root.Path, ".nuke", "temp", "build.log"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schema_is_only_written_when_it_changes()
    {
        var schema = Path.Combine(_root.Path, ".nuke", "build.schema.json");
        await Run("Default");
        var written = File.GetLastWriteTimeUtc(schema);
        Assert.Contains("\"small\"", await File.ReadAllTextAsync(schema, TestContext.Current.CancellationToken));

        await Run("Default");
        Assert.Equal(written, File.GetLastWriteTimeUtc(schema));

        File.WriteAllText(schema, "{}");
        await Run("Default");
        Assert.NotEqual("{}", await File.ReadAllTextAsync(schema, TestContext.Current.CancellationToken));
    }

    private Task<BuildRun> Run(params string[] arguments) => Run(arguments, []);

    private Task<BuildRun> Run(string[] arguments, Dictionary<string, string> environment) =>
        BuildRun.Start(TestData.VerbsBuild, _root.Path, arguments, environment, TestContext.Current.CancellationToken);

    /// <summary>The log messages, without time and level.</summary>
    private static IEnumerable<string> Messages(BuildRun run) =>
        run.Output.Split('\n').Where(x => x.Length > 15 && x[8..10] == " [" && x[13..15] == "] ").Select(x => x[15..]);
}
