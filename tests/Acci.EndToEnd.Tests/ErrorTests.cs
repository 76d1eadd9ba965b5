using System.Diagnostics;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>What a person sees when something is wrong: one clear line, an exit code, and nothing half-done.</summary>
[Collection(nameof(Publishing))]
public class ErrorTests(PublishedImage published)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unknown_target_is_told_with_the_closest_match() => (await BuildAsync("Publsh")).AssertFailed("Publsh", "Publish");

    [Fact]
    public async Task An_unknown_parameter_is_told_with_the_closest_match() => (await BuildAsync("Publish --registri ghcr.io/owner")).AssertFailed("--registri", "--registry");

    [Theory]
    [InlineData("BuildImages --cache nowhere", "nowhere", "Registry")]
    [InlineData("BuildImages --no-cache perhaps", "--no-cache", "perhaps")]
    [InlineData("BuildImages --platforms linux", "'linux'", "os/architecture")]
    [InlineData("BuildImages --verbosity loud", "loud", "Verbosity")]
    public async Task A_value_that_does_not_convert_is_told_with_what_would(string arguments, params string[] words) => (await BuildAsync(arguments)).AssertFailed(words);

    [Theory]
    [InlineData("Publish --dry-run=true", "--dry-run", "with a space")]
    [InlineData("Publish --registry --dry-run", "--registry", "no value")]
    [InlineData("--registry ghcr.io/owner Publish", "--registry", "targets go before")]
    [InlineData("--dry-run Publish", "--dry-run", "targets go before")]
    public async Task A_parameter_that_NUKE_would_ignore_or_read_otherwise_is_told(string arguments, params string[] words) => (await BuildAsync(arguments)).AssertFailed(words);

    [Fact]
    public async Task A_key_s_own_text_on_the_command_line_is_not_repeated_and_nothing_is_signed_with_another_key()
    {
        var run = await BuildAsync("SignImages --signing-key '-----BEGIN KEY-----0815'");

        run.AssertFailed("--signing-key", "environment", "SigningKey");
        Assert.DoesNotContain("0815", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"RequireScan\": \"yes\"", "parameters.json", "RequireScan", "'yes'")]
    [InlineData("\"RequireScn\": true", "parameters.json", "'RequireScn'", "'RequireScan'")]
    public async Task A_parameter_file_is_read_as_strictly(string line, params string[] words)
    {
        var file = Path.Combine(published.Checkout.Folder, ".nuke", "parameters.json");
        var text = await File.ReadAllTextAsync(file, Cancellation);
        await File.WriteAllTextAsync(file, text.Replace("{", $"{{ {line},", StringComparison.Ordinal), Cancellation);
        try
        {
            (await BuildAsync("Publish")).AssertFailed(words);
        }
        finally
        {
            await File.WriteAllTextAsync(file, text, Cancellation);
        }
    }

    [Fact]
    public async Task What_is_signed_is_what_was_scanned() => (await BuildAsync("ScanImages SignImages --scan-image ghcr.io/owner/acci:1")).AssertFailed("--scan-image", "SignImages");

    [Fact]
    public async Task A_registry_that_is_none_is_told_before_anything_is_built() => (await BuildAsync("Publish --registry nonsense")).AssertFailed("--registry", "nonsense");

    [Fact]
    public async Task A_secret_is_masked_in_everything_that_is_printed()
    {
        const string token = "ghp-very-secret-0123456789";

        var run = await published.Checkout.BuildAsync(
            $"Publish --registry nonsense/{token} --registry-user me --verbosity verbose", Cancellation, new Dictionary<string, string?> { ["RegistryToken"] = token });

        run.AssertFailed("--registry", "nonsense/[REDACTED]");
        Assert.DoesNotContain(token, run.Output, StringComparison.Ordinal);
        var log = await File.ReadAllTextAsync(Path.Combine(published.Checkout.Folder, ".nuke", "temp", "build.log"), Cancellation);
        Assert.Contains("nonsense/[REDACTED]", log, StringComparison.Ordinal);
        Assert.DoesNotContain(token, log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_registry_is_told_before_anything_is_built()
    {
        published.NeedsEngine();

        var run = await BuildAsync("Publish --registry 127.0.0.1:9");

        run.AssertFailed("127.0.0.1:9");
        Assert.DoesNotContain("dotnet publish", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_registry_credentials_are_told_before_anything_is_built()
    {
        // ada's password is not this one.
        const string htpasswd = "ada:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW", wrong = "wrong-password-of-ada";
        using var folder = new TemporaryDirectory();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "htpasswd"), htpasswd, Cancellation);
        await using var registry = RegistryServer.With($"htpasswd:\n  realm: registry\n  path: {Path.Combine(folder.Path, "htpasswd")}");
        await registry.InitializeAsync();

        var run = await published.Checkout.BuildAsync(
            $"Publish --registry {registry.Domain}/team --registry-user ada", Cancellation, new Dictionary<string, string?> { ["RegistryToken"] = wrong });

        run.AssertFailed(registry.Domain, "ada", "--registry-token");
        Assert.DoesNotContain(wrong, run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("dotnet publish", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_Dockerfile_is_named()
    {
        published.NeedsEngine();
        var dockerfile = Path.Combine(published.Checkout.Folder, "deploy", "images", App.Name, "Dockerfile");
        File.Move(dockerfile, dockerfile + ".away");
        try
        {
            (await BuildAsync("BuildImages")).AssertFailed(App.Name, dockerfile);
        }
        finally
        {
            File.Move(dockerfile + ".away", dockerfile);
        }
    }

    [Fact]
    public async Task Who_is_not_root_and_has_no_engine_is_told_what_to_do()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"), "Only root can become somebody else, with setpriv.");
        Assert.SkipWhen(await EngineLocator.FindRunningAsync(ProcessEnvironment.Read(), Cancellation) is not null, "A Docker engine answers everybody here.");
        using var home = new TemporaryDirectory();
        // A copy of the clone that belongs to nobody.
        await CommandRunner.RunAsync(new Command("cp", "-a", published.Checkout.Folder, home.Path), cancellationToken: Cancellation);
        await CommandRunner.RunAsync(new Command("chown", "-R", "65534:65534", home.Path), cancellationToken: Cancellation);
        var nobody = new Command("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "./build.sh", "BuildImages")
        {
            WorkingDirectory = Path.Combine(home.Path, "acci"),
            Environment = new Dictionary<string, string?> { ["HOME"] = home.Path, ["XDG_CACHE_HOME"] = null },
        };

        var result = await CommandRunner.TryRunAsync(nobody, cancellationToken: Cancellation);

        new BuildRun("BuildImages", result.ExitCode, result.StandardOutput + result.StandardError, TimeSpan.Zero).AssertFailed("No Docker engine answers", "usermod --add-subuids", "DOCKER_HOST");
        Assert.False(Directory.Exists(Path.Combine(home.Path, ".cache", "acci", "registry")), "A registry was started for nothing.");
    }

    [Fact]
    public async Task A_full_disk_ends_a_fetch_before_it_begins()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "Only root can mount a small disk.");
        using var disk = new TemporaryDirectory();
        var folder = disk.Path;
        await CommandRunner.RunAsync(new Command("mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", folder), cancellationToken: Cancellation);
        try
        {
            var fetch = await CommandRunner.TryRunAsync(new Command("bash", $"{published.Checkout.Folder}/src/Acci.Delivery/Engines/Scripts/engine/fetch.sh", folder, "engine"), cancellationToken: Cancellation);

            Assert.NotEqual(0, fetch.ExitCode);
            Assert.Single(fetch.StandardError.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal) && line.Contains("MB free", StringComparison.Ordinal));
        }
        finally
        {
            await CommandRunner.TryRunAsync(new Command("umount", "-l", folder), cancellationToken: CancellationToken.None);
        }
    }

    [Fact]
    public async Task Ctrl_C_in_the_middle_of_a_build_leaves_nothing_running_and_the_images_as_they_were()
    {
        published.NeedsEngine();
        var before = published.Record;
        var started = new TaskCompletionSource();
        // A session of its own, so that the signal reaches all of the build and none of these tests, as a terminal's Ctrl-C does; and not ignored, as in what a shell runs in the background.
        var command = new Command("setsid", "--wait", "env", "--default-signal=INT", "bash", "-c", "echo $$; exec ./build.sh BuildImages --no-cache 2>&1") { WorkingDirectory = published.Checkout.Folder };
        var group = 0;

        var run = CommandRunner.TryRunAsync(command, line =>
        {
            if (group == 0) group = int.Parse(line, System.Globalization.CultureInfo.InvariantCulture);
            if (line.Contains("dotnet restore", StringComparison.Ordinal)) started.TrySetResult();
        }, Cancellation);
        await started.Task.WaitAsync(Patience, Cancellation);
        // In the middle of that step, or of the next one, as fast as the network is.
        await Task.Delay(TimeSpan.FromSeconds(3), Cancellation);
        // The shell's own kill: the program of that name may take a group -1234 for -1, which is everybody.
        await CommandRunner.RunAsync(new Command("bash", "-c", $"kill -INT -- -{group}"), cancellationToken: Cancellation);
        var result = await run;

        Assert.NotEqual(0, result.ExitCode);
        await EndsAsync("-g", $"{group}");
        await EndsAsync("-f", "^dotnet (restore|publish) /src/src/Acci");
        Assert.Equal(before.Digest, published.Record.Digest);
        Assert.Equal([App.Name], Directory.EnumerateDirectories(Path.Combine(published.Checkout.Folder, "artifacts", "images")).Select(Path.GetFileName));
    }

    // What the build asked others to do, the engine and the docker command's plugins, ends a moment after the build itself.
    private static async Task EndsAsync(params string[] processes)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(100, Cancellation))
        {
            var found = await CommandRunner.TryRunAsync(new Command("pgrep", ["--list-full", .. processes]), cancellationToken: Cancellation);
            if (found.ExitCode == 1) return;
            Assert.True(watch.Elapsed < Patience, $"{watch.Elapsed} after the build was interrupted there still runs: {found.StandardOutput}");
        }
    }

    [Fact]
    public async Task An_empty_HOME_is_none()
    {
        var run = await published.Checkout.BuildAsync("ComposeUp --environment dev --dry-run", Cancellation, new Dictionary<string, string?> { ["HOME"] = "" });

        run.AssertSucceeded();
    }

    private Task<BuildRun> BuildAsync(string arguments) => published.Checkout.BuildAsync(arguments, Cancellation);
}
