using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Acci.Components.Tests;
using Acci.Testing;

namespace Acci.Instance.Tests;

/// <summary><c>--dry-run</c> changes nothing, whichever target it is given to.</summary>
public sealed class DryRunTests(DryRunCheckout checkout) : IClassFixture<DryRunCheckout>
{
    // What a docker command may be asked for that changes nothing: the pull is of an image that does not exist.
    private static readonly string[] Questions = ["pull --quiet 127.0.0.1:", "version", "buildx version", "buildx inspect", "info", "context show", "context inspect", "compose version", "ps", "container ls", "network ls", "volume ls", "volume inspect", "image inspect"];

    // The question of compose that a dry run asks; its file comes on the standard input, or is there.
    private const string ComposeQuestion = " config --hash *";

    // With all of them a run would do its worst.
    private static readonly string[] Worst =
    [
        "--dry-run", "--purge-engine", "--delete-volumes", "--prune-delete", "--republish", "--allow-dirty", "--allow-older", "--replace-version",
        "--promote-allow-older", "--promote-replace-version", "--retry-budget", "0",
        "--environment", "dev", "--promote-to", "latest", "--promote-from", "1.2.3",
    ];

    // Each of these fails in this world, dry or not: nothing is published, nothing was scanned, nothing runs, and GitHub is nowhere.
    private static readonly string[] Failing = ["ComposeLogs", "CreateRelease", "DeployStack", "PruneImages", "UpdateLocks", "UploadSarif", "WriteAdmissionPolicy"];

    [Fact]
    public async Task No_target_of_this_repository_changes_anything()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var before = Fingerprint();
        var targets = Targets();

        var run = await RunAsync([.. targets.Except(Failing)]);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        AssertUnchanged(before, run);
        foreach (var target in targets.Where(x => x.StartsWith("Compose", StringComparison.Ordinal)).Append("GenerateCompose"))
            Assert.DoesNotContain($"Would run {target}, which has no dry run of its own", run.Output, StringComparison.Ordinal);
        foreach (var target in Failing)
        {
            Assert.Contains(target, targets);
            run = await RunAsync([target]);
            // What is refused before the engine starts would prove nothing.
            Assert.NotEqual(0, run.ExitCode);
            Assert.Contains($"║ {target}", run.Output, StringComparison.Ordinal);
            AssertUnchanged(before, run);
        }
    }

    [Fact]
    public async Task What_is_typed_wrong_ends_with_code_2_before_anything_is_done_dry_or_not()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var before = Fingerprint();
        foreach (var line in (string[])["--severity BAD", "--platforms x", "--platforms linux/amd65", "--tag-rules type=nope", "--registry UPPER/CASE --dry-run", "--signing-key /does/not/exist"])
        {
            var run = await BuildRun.StartAsync(BuildRun.Build, checkout.Root, ["Publish", .. line.Split(' ')], Variables);

            Assert.True(run.ExitCode == 2, $"{line}: {run.ExitCode}\n{run.Output}{run.Errors}");
            Assert.Contains($"[ERR] {line.Split(' ')[0]}", run.Output, StringComparison.Ordinal);
            AssertUnchanged(before, run);
        }
    }

    [Theory]
    [InlineData("BuildImages ComposeUp --environment nope", 2, "nope")]
    [InlineData("BuildImages ComposeDown --environment ../x", 2, "'../x' is no name for an environment")]
    [InlineData("BuildImages DeployStack --environment dev", 255, "is built from source on the machine that runs it, which a swarm cannot")]
    [InlineData("BuildImages CreateRelease", 255, "this is about is not known: git's remote 'origin' is not there")]
    [InlineData("BuildImages PromoteImages --promote-to latest", 2, "Nothing says which image is promoted")]
    [InlineData("BuildImages PromoteImages --promote-from 1.2.3 --promote-to a:b", 2, "--promote-to cannot be 'a:b': ")]
    [InlineData("BuildImages WriteAdmissionPolicy", 2, "--registry")]
    [InlineData("BuildImages PruneImages", 2, "name it with --registry ghcr.io/owner")]
    [InlineData("BuildImages UploadSarif", 255, "There is nothing to upload")]
    public async Task What_a_later_target_would_fail_with_ends_the_build_before_its_first_one(string line, int code, string problem)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var before = Fingerprint();
        foreach (var dry in (string[][])[[], ["--dry-run"]])
        {
            var run = await BuildRun.StartAsync(BuildRun.Build, checkout.Root, [.. line.Split(' '), .. dry], Variables);

            Assert.True(run.ExitCode == code, $"{run.ExitCode}\n{run.Output}{run.Errors}");
            Assert.Contains(problem, run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("would build version", run.Output, StringComparison.Ordinal);
            AssertUnchanged(before, run);
        }
    }

    [Theory]
    [InlineData("BuildImages ScanImages UploadSarif", "UploadSarif", "Would upload the findings of the targets before it")]
    [InlineData("CheckImages UploadSarif --sarif-files artifacts/checks", "UploadSarif", "Would upload the findings of the targets before it")]
    [InlineData("ComposeUp ComposeLogs --environment dev", "ComposeLogs", "Would show the last lines of the containers of environment 'dev'")]
    [InlineData("PromoteImages Publish --registry 127.0.0.1:1/o --promote-from latest --promote-to stable", "Publish", "cannot be reached")]
    public async Task What_a_target_would_make_is_not_missed_by_the_plans_of_those_after_it(string line, string last, string said)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var before = Fingerprint();

        var run = await BuildRun.StartAsync(BuildRun.Build, checkout.Root, [.. line.Split(' '), "--dry-run", "--allow-dirty"], Variables);

        Assert.True(run.ExitCode == (last == "Publish" ? 255 : 0), $"{run.ExitCode}\n{run.Output}{run.Errors}");
        Assert.Contains(said, run.Output[run.Output.IndexOf($"║ {last}", StringComparison.Ordinal)..], StringComparison.Ordinal);
        AssertUnchanged(before, run);
    }

    private static string[] Targets()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(SourceTree.Root, ".nuke", "build.schema.json")));
        return [.. schema.RootElement.GetProperty("definitions").GetProperty("ExecutableTarget").GetProperty("enum").EnumerateArray().Select(x => x.GetString()!)];
    }

    private Task<BuildRun> RunAsync(string[] targets) => BuildRun.StartAsync(BuildRun.Build, checkout.Root, [.. targets, .. Worst], Variables);

    private static string Prefix => AppEnvironments.Declaration.VariablePrefix;

    private Dictionary<string, string> Variables => new()
    {
        ["HOME"] = checkout.Home,
        // What else listens on this machine, and which registries it reaches, is none of this test's business.
        [$"{Prefix}_PORTS"] = FreePort(),
        [$"{Prefix}_DATABASE_PORT"] = FreePort(),
        [$"{Prefix}_REDIS_PORT"] = FreePort(),
        [$"{Prefix}_POSTGRES_IMAGE"] = "postgres:15",
        [$"{Prefix}_REDIS_IMAGE"] = "redis:7",
        ["PATH"] = $"{checkout.Programs}:{Environment.GetEnvironmentVariable("PATH")}",
    };

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    private void AssertUnchanged(SortedDictionary<string, string> before, BuildRun run)
    {
        var after = Fingerprint();
        Assert.True(before.SequenceEqual(after), $"{string.Join('\n', before.Except(after).Concat(after.Except(before)).Select(x => x.Key).Distinct())}\n{run.Output}");
        Assert.All(checkout.Calls(), call => Assert.True(call.EndsWith(ComposeQuestion, StringComparison.Ordinal) || Questions.Any(question => call.StartsWith(question, StringComparison.Ordinal)), call));
    }

    // Every file but the engine's own drafts, by content, and every folder; what ACCI keeps between builds is in the home.
    private SortedDictionary<string, string> Fingerprint()
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var folder in (string[])[checkout.Root, checkout.Home])
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
            {
                var name = Path.GetRelativePath(checkout.Folder, path);
                if (name.StartsWith(Path.Combine("checkout", ".nuke", "temp"), StringComparison.Ordinal)) continue;
                // NUKE rewrites the schema with the bytes that it has; git then notes the file's new time in its index when it is asked for changes.
                if (name == Path.Combine("checkout", ".git", "index")) continue;
                found[name] = Directory.Exists(path) ? "" : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
            }
        }

        return found;
    }
}
