using Acci.Generation.Workflows;
using Acci.Oci;
using Acci.Testing;
using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>Jobs of a workflow that build each platform where it is native.</summary>
public sealed class NativeJobsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_platform_has_a_job_on_its_runner_whose_layouts_and_records_the_next_one_downloads()
    {
        var native = Native((Platform.LinuxAmd64, "ubuntu-latest"), (Platform.LinuxArm64, "ubuntu-24.04-arm"));

        var text = Write(native);

        Assert.Equal(["build-linux-amd64", "build-linux-arm64"], native.Names);
        Assert.Equal("linux/amd64,linux/arm64", native.Platforms);
        Assert.Contains("    runs-on: ubuntu-24.04-arm\n", text, StringComparison.Ordinal);
        Assert.Contains("run: ./build.sh SmokeTestImages --registry \"$REGISTRY\" --platforms linux/arm64 --cache None\n", text,
            StringComparison.Ordinal);
        Assert.Contains("          name: part-linux-arm64\n          path: |\n            artifacts/publish\n            artifacts/images\n", text,
            StringComparison.Ordinal);
        Assert.Contains("    needs: [build-linux-amd64, build-linux-arm64]\n", text, StringComparison.Ordinal);
        Assert.EndsWith("run: ./build.sh Publish --image-parts artifacts/parts", text.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Each_artifact_is_downloaded_by_its_name_into_a_folder_of_its_own(int runners)
    {
        // By a pattern that one artifact alone matches, the action writes into the folder itself.
        var native = Native([.. new (Platform, Runner)[] { (Platform.LinuxArm64, "ubuntu-24.04-arm"), (Platform.LinuxAmd64, "ubuntu-latest") }.Take(
            runners)]);

        var steps = native.Download.Cast<ActionStep>().ToList();

        Assert.Equal(native.Runners.Select(x => ($"part-{x.Platform.Slug}", $"artifacts/parts/{x.Platform.Slug}")),
            steps.Select(x => (x.With["name"], x.With["path"])));
        Assert.All(steps, x => Assert.DoesNotContain("pattern", x.With.Keys));
    }

    [Fact]
    public void The_jobs_wait_and_are_skipped_as_the_workflow_says_and_may_read_packages_alone()
    {
        var job = JobOf(Native((Platform.LinuxArm64, "ubuntu-24.04-arm")));

        Assert.Equal(["ci"], job.Needs);
        Assert.Equal(!GitHubContext.IsFork, job.If);
        Assert.Equal(new Permissions { Packages = Access.Read }, job.Permissions);
    }

    [Fact]
    public void A_cache_in_the_registry_takes_the_right_to_write_there()
    {
        var job = JobOf(Native((Platform.LinuxArm64, "ubuntu-24.04-arm")) with { WritesCache = true });

        Assert.Equal(new Permissions { Packages = Access.Write }, job.Permissions);
        Assert.DoesNotContain("--cache", job.Steps.OfType<RunStep>().Single().Script, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_runners_one_job_builds_all()
    {
        var native = Native();

        Assert.Empty(native.Names);
        var text = Write(native);
        Assert.EndsWith("run: ./build.sh Publish", text.TrimEnd(), StringComparison.Ordinal);
        Assert.DoesNotContain("artifact", text, StringComparison.Ordinal);
    }

    private static Job JobOf(NativeJobs native) => Assert.Single(native.Jobs([], Expression.Variable("REGISTRY"), [], ["ci"], !GitHubContext.IsFork));

    private NativeJobs Native(params (Platform, Runner)[] runners)
    {
        var locks = _folder.Combine("actions.json");
        File.WriteAllText(locks, $$"""
            {
              "actions/download-artifact": { "version": "v8.0.1", "commit": "{{new string('a', 40)}}" },
              "actions/upload-artifact": { "version": "v7.0.0", "commit": "{{new string('b', 40)}}" }
            }
            """);
        return new NativeJobs(runners, "./build.sh", ActionLocks.Read(locks));
    }

    private static string Write(NativeJobs native)
    {
        var workflow = new Workflow("publish")
        {
            Description = "Publishes.",
            On = new() { Dispatch = [] },
            Jobs =
            [
                .. native.Jobs([], Expression.Variable("REGISTRY"), [], [], null),
                new("publish") { Needs = native.Names,
                    Steps = [.. native.Download, new RunStep(BuildCommandLine.Of("./build.sh", "Publish", native.Parameters))] },
            ],
        };
        return new WorkflowWriter("./build.sh GenerateWorkflows", "build/Build.Workflows.cs").Write(workflow).Content;
    }
}
