using System.Diagnostics;
using System.Text.RegularExpressions;
using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>A build with these components, as the people see it who start it: the same on both engines.</summary>
public sealed partial class BuildProcessTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("build-").FullName;

    public BuildProcessTests() => Directory.CreateDirectory(Path.Combine(_root, ".nuke"));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("--verbosity Loudd", "--verbosity cannot be 'Loudd': it is one of Verbose, Normal, Minimal, Quiet.")]
    [InlineData("Default --verbosity 7", "--verbosity cannot be '7': it is one of Verbose, Normal, Minimal, Quiet.")]
    [InlineData("--profile nope", "there is no profile 'nope': .nuke/parameters.nope.json does not exist.")]
    [InlineData("--root /nowhere/at/all", "--root cannot be '/nowhere/at/all': there is no such folder.")]
    [InlineData("--names a Refuses", "--names would take 'Refuses', which is a target, for a value; targets go before the first parameter: Refuses --names a.")]
    [InlineData("Refsues", "there is no target 'Refsues'. Did you mean 'Refuses'? All are listed by --help.")]
    public async Task Wrong_use_is_one_line_and_code_2_before_the_engine_starts(string line, string problem)
    {
        var run = await RunAsync(line.Split(' '));

        Assert.Equal((2, "", $"error: {problem}"), (run.ExitCode, run.Output, run.Errors));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_root, ".nuke"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_host_that_the_engine_does_not_know_is_refused()
    {
        var run = await RunAsync(["--host", "Nowhere"]);

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("error: --host cannot be 'Nowhere': it is one of ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("GitHubActions", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NUKE_VERBOSITY", "Loudd")]
    [InlineData("NUKE_HOST", "Nowhere")]
    public async Task The_engine_s_own_variables_are_checked_like_the_command_line(string variable, string value)
    {
        var run = await RunAsync([], new() { [variable] = value });

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith($"error: the environment variable {variable} cannot be '{value}': ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variables_of_somebody_else_are_no_parameters()
    {
        var run = await RunAsync([], new()
        {
            ["VERBOSITY"] = "loud", ["HOST"] = "build-7.example.com", ["ROOT"] = "/", ["PROFILE"] = "work", ["PLAN"] = "true", ["HELP"] = "true", ["TARGET"] = "arm64",
            ["SKIP"] = "all", ["PARTITION"] = "9/9", ["DRYRUN"] = "maybe",
        });

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains("default ran", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NUKE_PROFILE")]
    [InlineData("nuke_profile")]
    [InlineData("NukeProfile")]
    public async Task A_profile_that_is_not_there_is_refused_however_its_variable_is_spelled(string variable)
    {
        var run = await RunAsync([], new() { [variable] = "nope" });

        Assert.Equal((2, "error: there is no profile 'nope': .nuke/parameters.nope.json does not exist."), (run.ExitCode, run.Errors));
    }

    [Fact]
    public async Task The_root_that_a_variable_names_is_the_root_and_has_to_be_there()
    {
        var other = Directory.CreateDirectory(Path.Combine(_root, "other", ".nuke")).Parent!.FullName;

        Assert.Equal(0, (await RunAsync(["--plan"], new() { ["nuke_root"] = other })).ExitCode);
        Assert.True(File.Exists(Path.Combine(other, ".nuke", "build.schema.json")));
        Assert.False(File.Exists(Path.Combine(_root, ".nuke", "build.schema.json")));

        var run = await RunAsync([], new() { ["nuke_root"] = Path.Combine(_root, "nowhere") });
        Assert.Equal((2, $"error: --root cannot be '{_root}/nowhere': there is no such folder."), (run.ExitCode, run.Errors));
        Assert.Equal("error: --root cannot be '': there is no such folder.", (await RunAsync(["--root", ""])).Errors);
        Assert.False(Directory.Exists(Path.Combine(_root, "nowhere")));
    }

    [Fact]
    public async Task A_variable_without_a_value_is_no_parameter()
    {
        var run = await RunAsync(["--plan"], new()
        {
            ["NUKE_VERBOSITY"] = "", ["NUKE_HOST"] = "", ["NUKE_ROOT"] = "", ["NUKE_PROFILE"] = "", ["NUKE_CONTINUE"] = "", ["NUKE_TARGET"] = "", ["NUKE_SKIP"] = "",
            ["NUKE_PARTITION"] = "", ["NUKE_NAMES"] = "", ["NUKE_KEEP_DAYS"] = "", ["NUKE_WIPE"] = "", ["Password"] = "",
        });

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.EndsWith("  Default   invoked (default)", run.Output.TrimEnd(), StringComparison.Ordinal);
        Assert.DoesNotContain("WRN", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_targets_that_are_typed_come_before_those_of_the_environment()
    {
        var run = await RunAsync(["Renamed", "--plan"], new() { ["NUKE_TARGET"] = "Breaks" });

        Assert.Contains("Renamed", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Breaks", run.Output, StringComparison.Ordinal);
        Assert.Contains("Breaks", (await RunAsync(["--plan"], new() { ["NUKE_TARGET"] = "Breaks" })).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NUKE_GENERATE_CONFIGURATION", "x")]
    [InlineData("NUKE_SHELL_COMPLETION", "true")]
    public async Task What_NUKE_s_programs_tell_each_other_is_not_read_from_the_environment(string variable, string value)
    {
        var run = await RunAsync([], new() { [variable] = value });

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("default ran", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shell_that_completes_starts_no_target()
    {
        var run = await RunAsync(["--shell-completion"]);

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("default ran", run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_root, ".nuke", "build.schema.json")));
    }

    [Fact]
    public async Task Outside_of_a_repository_the_build_says_so()
    {
        // The folder for temporary files may have one itself, of a build that was run in it.
        string[] places = [Path.GetTempPath(), "/var/tmp", "/dev/shm", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)];
        var place = places.FirstOrDefault(x => Directory.Exists(x) && !IsInRepository(new DirectoryInfo(x)));
        Assert.SkipWhen(place is null, "Every folder that could be taken lies in a repository.");
        var outside = Directory.CreateDirectory(Path.Combine(place, $"outside-{Guid.NewGuid():n}")).FullName;
        try
        {
            var run = await BuildRun.StartAsync(BuildRun.Build, outside, []);

            Assert.Equal(2, run.ExitCode);
            Assert.StartsWith($"error: there is no '.nuke' folder in {outside} or above it: ", run.Errors, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }

        static bool IsInRepository(DirectoryInfo? folder) => folder is not null && (Path.Exists(Path.Combine(folder.FullName, ".nuke")) || IsInRepository(folder.Parent));
    }

    [Fact]
    public async Task A_root_that_takes_no_files_is_one_line()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The folder that takes no files is Linux's /proc.");
        var run = await RunAsync(["--root", "/proc"]);

        Assert.NotEqual(0, run.ExitCode);
        Assert.DoesNotContain("Unhandled", run.Errors, StringComparison.Ordinal);
        Assert.Contains("/proc/.nuke", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Default --skip")]
    [InlineData("Default --skip Refuses")]
    [InlineData("Refuses --skip Refuses+Default --names a,b")]
    [InlineData("--target Default --names Refuses,a")]
    public async Task What_can_be_read_is_run(string line) => Assert.DoesNotContain("error:", (await RunAsync(line.Split(' '))).Errors, StringComparison.Ordinal);

    [Fact]
    public async Task A_failure_says_why_once_with_the_time_as_ISO_8601_writes_it()
    {
        var run = await RunAsync(["Refuses"]);

        Assert.Equal(255, run.ExitCode);
        Assert.Contains("[ERR] the registry says no: log in first", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("has thrown an exception", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nBuild failed on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\z", run.Output.TrimEnd());
        Assert.DoesNotMatch(Emoticon(), run.Output);
    }

    [Fact]
    public async Task A_fault_shows_its_place()
    {
        var run = await RunAsync(["Breaks"]);

        Assert.Contains("[ERR] InvalidOperationException: boom", run.Output, StringComparison.Ordinal);
        Assert.Contains("   at Build.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_GitHub_a_failure_is_one_annotation_that_says_why()
    {
        var run = await RunAsync(["Refuses"], GitHub());

        Assert.Equal(["::error::the registry says no: log in first"], run.Output.Split('\n').Where(x => x.StartsWith("::error", StringComparison.Ordinal)));
        Assert.EndsWith("git checkout 0123abc && ./build.sh Refuses", run.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_GitHub_wrong_use_and_former_names_are_annotations_too()
    {
        var run = await RunAsync(["Renamed", "--age", "7", "--verbosity", "100%"], new() { ["GITHUB_ACTIONS"] = "true" });

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(
            "::warning ::--age is now called --keep-days\n::error ::--verbosity cannot be '100%25': it is one of Verbose, Normal, Minimal, Quiet.",
            run.Errors);
    }

    [Fact]
    public async Task A_secret_is_masked_in_what_is_printed_and_logged()
    {
        var run = await RunAsync(["Loud"], new() { ["Password"] = "s3cr3t-s3cr3t" });

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("the password is", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t-s3cr3t", run.Output, StringComparison.Ordinal);
        Assert.All(Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories), file => Assert.DoesNotContain("s3cr3t-s3cr3t", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_that_NUKE_encrypted_is_decrypted_on_NUKE_and_refused_where_it_cannot_be()
    {
        // "s3cr3t-s3cr3t", as 'nuke :secrets' writes it with this password.
        await File.WriteAllTextAsync(Path.Combine(_root, ".nuke", "parameters.json"), """{ "Password": "v1:wsR/danZFqCzF9gZz/pdpg==" }""", TestContext.Current.CancellationToken);
        var right = await RunAsync(["Measures"], new() { ["PARAMS_KEY"] = "correct horse battery" });
        var wrong = await RunAsync(["Measures"], new() { ["PARAMS_KEY"] = "something else" });
        var none = await RunAsync(["Measures"]);
        var instead = await RunAsync(["Measures"], new() { ["Password"] = "four" });

        Assert.Contains("the password has 4 letters", instead.Output, StringComparison.Ordinal);
        if (!BuildRun.IsOnNuke)
        {
            Assert.Equal((2, "error: .nuke/parameters.json: Password is encrypted, which Nuke.Offline cannot decrypt: run the build on NUKE's packages (NUKE_ENGINE=Package), or set the environment variable Password instead."), (right.ExitCode, right.Errors));
            return;
        }

        Assert.Contains("the password has 13 letters", right.Output, StringComparison.Ordinal);
        Assert.Equal((2, "error: .nuke/parameters.json: Password could not be decrypted: the password is wrong, or the value is damaged."), (wrong.ExitCode, wrong.Errors));
        Assert.Equal(2, none.ExitCode);
        Assert.Contains("set the environment variable PARAMS_KEY", none.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plan_is_text_that_says_why()
    {
        var run = await RunAsync(["AfterWaits", "Refuses", "--plan"]);

        Assert.Equal(0, run.ExitCode);
        Assert.EndsWith("""
            Execution plan:

              Waits        dependency of AfterWaits
              AfterWaits   invoked
              Default      dependency of Refuses
              Refuses      invoked
            """, run.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_lists_targets_and_parameters_with_a_text_each()
    {
        var run = await RunAsync(["--help"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("\n  Default (default)\n    Prints what it was given.\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("\n  --dry-run     Say what would be done, and change nothing.\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("\n  --target      List of targets to be invoked. Default is 'Default'.\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("(HTML)", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public async Task An_interrupted_build_cleans_up_and_sums_up_once(string signal, int exitCode)
    {
        var run = await InterruptAsync("AfterWaits", signal);

        Assert.True(run.ExitCode == exitCode, run.Output + run.Errors);
        Assert.Single(Regex.Matches(run.Output, "^Interrupted$", RegexOptions.Multiline));
        Assert.Contains("cleaned up", run.Output, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(run.Output, "^Target[\u00a0 ]+Status", RegexOptions.Multiline));
        Assert.Matches("\nWaits[\u00a0 ]+Aborted", run.Output);
        Assert.Matches("\nAfterWaits[\u00a0 ]+NotRun", run.Output);
        Assert.DoesNotContain("[ERR]", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Canceled", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nBuild was interrupted on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\z", run.Output.TrimEnd());
    }

    [Fact]
    public async Task A_second_signal_ends_the_build_at_once_and_it_says_what_nobody_knows_now()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        var run = await BuildRun.StartAsync(BuildRun.Build, _root, ["PutsBack"], meanwhile: async (process, output) =>
        {
            await UntilAsync(() => output().Contains("waiting", StringComparison.Ordinal) || process.HasExited);
            await SignalAsync(process, "INT");
            await UntilAsync(() => output().Contains("putting back", StringComparison.Ordinal) || process.HasExited);
            await SignalAsync(process, "TERM");
        });

        Assert.True(run.ExitCode == 130, run.Output + run.Errors);
        Assert.Matches(@"\[ERR\] whether main has moved is not known", run.Output);
    }

    [Fact]
    public async Task A_program_that_a_target_started_by_the_engine_s_means_ends_with_the_build()
    {
        var run = await InterruptAsync("Sleeps", "INT");

        Assert.True(run.ExitCode == 130, run.Output + run.Errors);
        Assert.Matches("\nSleeps[\u00a0 ]+Aborted", run.Output);
    }

    [Fact]
    public async Task A_target_of_NUKE_s_that_goes_on_with_the_next_program_ends_with_the_build_too()
    {
        var run = await InterruptAsync("SleepInTurn", "INT");

        Assert.True(run.ExitCode == 130, run.Output + run.Errors);
        Assert.Matches("\nSleepInTurn[\u00a0 ]+Aborted", run.Output);
        Assert.DoesNotContain("[ERR]", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkout_that_cannot_be_written_is_said_before_anything_starts()
    {
        var temporary = Path.Combine(_root, ".nuke", "temp");
        await File.WriteAllTextAsync(temporary, "", TestContext.Current.CancellationToken);

        var run = await RunAsync(["Waits"]);

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith($"error: {temporary} cannot be written, and builds keep their logs there: ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("waiting", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Builds_of_a_repository_start_at_once()
    {
        foreach (var run in await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RunAsync([]))))
            Assert.True(run.ExitCode == 0, run.Output + run.Errors);
    }

    [Fact]
    public async Task Two_builds_of_a_repository_run_at_once()
    {
        BuildRun? second = null;
        var first = await BuildRun.StartAsync(BuildRun.Build, _root, ["Waits"], meanwhile: async (process, output) =>
        {
            await UntilAsync(() => output().Contains("waiting", StringComparison.Ordinal) || process.HasExited);
            second = await RunAsync([]);
            await SignalAsync(process, "INT");
        });

        Assert.True(second!.ExitCode == 0, second.Output + second.Errors);
        Assert.Equal(130, first.ExitCode);
    }

    [Theory]
    [InlineData("Greet", 0)]
    [InlineData("Compile --dry-run", 0)]
    [InlineData("Compile --skip Restore", 2)]
    [InlineData("Compile", 2)]
    [InlineData("Restore --solution shop.slnx", 0)]
    public async Task Only_a_target_that_needs_a_solution_asks_for_one(string line, int exitCode)
    {
        await File.WriteAllTextAsync(Path.Combine(_root, "shop.slnx"), "<Solution />", TestContext.Current.CancellationToken);

        var run = await RunAsync(line.Split(' '), new() { ["SAMPLE_BUILD"] = "SolutionBuild" });

        Assert.True(run.ExitCode == exitCode, run.Output + run.Errors);
        Assert.Equal(exitCode > 0, run.Output.Contains(" needs a solution: name its file in .nuke/parameters.json, ", StringComparison.Ordinal));
        Assert.DoesNotContain("NullReference", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Greet", 0, false)]
    [InlineData("--help", 0, false)]
    [InlineData("--plan", 0, false)]
    [InlineData("ComposeLogs --environment dev", 255, true)]
    public async Task Environments_that_cannot_be_declared_end_only_the_targets_that_need_them(string line, int exitCode, bool isSaid)
    {
        var run = await RunAsync(line.Split(' '), new() { ["SAMPLE_BUILD"] = "EnvironmentsBuild" });

        Assert.True(run.ExitCode == exitCode, run.Output + run.Errors);
        Assert.Equal(isSaid, (run.Output + run.Errors).Contains("shops.json is not there", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_of_an_image_that_the_build_has_not_ends_the_writing_of_compose_files()
    {
        var settings = Path.Combine(_root, "deploy", "environments");
        Directory.CreateDirectory(settings);
        await File.WriteAllTextAsync(Path.Combine(settings, "settings.prod.json"), """{ "Deployment": { "Kind": "Production" } }""", TestContext.Current.CancellationToken);

        var run = await RunAsync(["GenerateCompose"], new() { ["SAMPLE_BUILD"] = "MisnamedBuild" });

        Assert.Equal(255, run.ExitCode);
        Assert.Contains("there is no image 'shpo'; the build has shop", run.Output + run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_root, "deploy", "compose")));
    }

    [Theory]
    [InlineData(">&-")]
    [InlineData("> /dev/full")]
    public async Task A_build_outlives_its_output(string redirection)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The shell that closes the output is a POSIX one.");
        var start = new ProcessStartInfo("sh", ["-c", $"dotnet '{BuildRun.Build}' Default {redirection}"]) { WorkingDirectory = _root, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, errors);
        Assert.DoesNotContain("Unhandled", errors, StringComparison.Ordinal);
        Assert.Contains("default ran", await File.ReadAllTextAsync(Path.Combine(_root, ".nuke", "temp", "build.log"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(">&-", "Starts", 0)]
    [InlineData("> /dev/full", "Starts", 0)]
    [InlineData(">&-", "Refuses", 255)]
    [InlineData("> /dev/full", "Refuses", 255)]
    public async Task A_build_with_secrets_outlives_its_output_on_GitHub_too(string redirection, string target, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The shell that closes the output is a POSIX one.");
        var start = new ProcessStartInfo("sh", ["-c", $"dotnet '{BuildRun.Build}' {target} {redirection}"]) { WorkingDirectory = _root, RedirectStandardError = true };
        foreach (var (name, value) in GitHub()) start.Environment[name] = value;
        start.Environment["NUKE_PASSWORD"] = "correct horse battery";
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == exitCode, $"{process.ExitCode}: {errors}");
        Assert.DoesNotContain("Unhandled", errors, StringComparison.Ordinal);
        Assert.Equal(target == "Starts", File.Exists(Path.Combine(_root, "children")));
    }

    [Fact]
    public async Task What_a_killed_build_has_left_is_not_taken_from_a_cache_that_others_can_write()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        var sessions = Directory.CreateDirectory(Path.Combine(_root, "cache", "sessions")).FullName;
        var file = Path.Combine(_root, "precious");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(sessions, "0.journal"), $$$"""{"Number":1,"Leftover":{"Path":"{{{file}}}"}}""" + "\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(Path.Combine(_root, "cache"), (UnixFileMode)0b111_111_111);

        var run = await RunAsync([], new() { ["ACCI_CACHE"] = Path.Combine(_root, "cache") });

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("error: Everybody can write the cache folder ", run.Errors, StringComparison.Ordinal);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task What_a_killed_build_was_writing_is_removed_by_the_next_one_whatever_that_does()
    {
        var cache = new Dictionary<string, string> { ["ACCI_CACHE"] = Path.Combine(_root, "cache") };
        await BuildRun.StartAsync(BuildRun.Build, _root, ["Drafts"], cache, async (process, output) =>
        {
            await UntilAsync(() => output().Contains("waiting", StringComparison.Ordinal) || process.HasExited);
            process.Kill();
        });
        Assert.Single(Directory.EnumerateFiles(_root, "made.*"));

        var run = await RunAsync([], cache);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Empty(Directory.EnumerateFiles(_root, "made.*"));
    }

    [Theory]
    [InlineData("abc", "--password is so short that it is not masked in what the build prints")]
    [InlineData("default", "--password is short, or a word: wherever the build prints that text, it shows [REDACTED]")]
    [InlineData("2word", "--password is short, or a word")]
    [InlineData("correct horse battery", null)]
    [InlineData("d41d8cd98f00b204", null)]
    public async Task A_secret_that_hides_what_the_build_says_or_cannot_be_hidden_is_named_once(string secret, string? warning)
    {
        var run = await RunAsync([], new() { ["NUKE_PASSWORD"] = secret });

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        // NUKE repeats warnings at the end.
        var lines = run.Output.Split('\n').Where(x => x.Contains("take a longer one", StringComparison.OrdinalIgnoreCase)).Select(x => x[x.IndexOf("--", StringComparison.Ordinal)..]).Distinct().ToArray();
        Assert.Equal(warning is null ? 0 : 1, lines.Length);
        if (warning is not null) Assert.Contains(warning, lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Store__Password", "default", "is short, or a word")]
    [InlineData("TEAM_KEY", "abc", "is so short that it is not masked")]
    [InlineData("AWS_SECRET_ACCESS_KEY", "default", "is short, or a word")]
    [InlineData("DOCKER_AUTH_CONFIG", """{ "auths": { "ghcr.io": { "auth": "b2N0bzpkZWZhdWx0" } } }""", "is short, or a word")]
    // Hardware takes no longer one.
    [InlineData("COSIGN_PKCS11_PIN", "123456", null)]
    public async Task So_is_a_variable_of_a_secret_whatever_it_is_for(string variable, string value, string? warning)
    {
        var run = await RunAsync(["Deploy"], new() { ["SAMPLE_BUILD"] = "PublishBuild", ["API_KEY"] = "correct horse battery", ["SigningKey"] = "env://TEAM_KEY", [variable] = value });

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var lines = run.Output.Split('\n').Where(x => x.Contains("take a longer one", StringComparison.OrdinalIgnoreCase)).ToArray();
        Assert.Equal(warning is not null, lines.Length > 0);
        Assert.All(lines, x => Assert.Contains($"{variable} {warning}", x, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("default")]
    // Servers that not every engine knows.
    [InlineData("default", "CI=true")]
    [InlineData("default", "CI=woodpecker")]
    [InlineData("default", "CODEBUILD_BUILD_ID=acci:1")]
    public async Task A_build_server_s_log_does_not_say_which_secret_is_easily_guessed(string secret, string? server = null)
    {
        var environment = server?.Split('=') is [var name, var value] ? new() { [name] = value } : GitHub();
        environment["NUKE_PASSWORD"] = secret;

        var run = await RunAsync([], environment);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.DoesNotContain("longer one", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AWS_CONTAINER_AUTHORIZATION_TOKEN")]
    [InlineData("VAULT_TOKEN")]
    [InlineData("GITLAB_TOKEN")]
    [InlineData("AZURE_CLIENT_SECRET")]
    public async Task What_opens_a_service_is_masked_whether_that_has_the_signing_key_or_not(string variable)
    {
        const string secret = "hvs.wJalrXUtnFEMI0815";

        var run = await RunAsync(["Default", "--names", secret], new() { [variable] = secret });

        Assert.Contains("default ran with [REDACTED]", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Amazon_s_secrets_are_inherited_by_programs_and_shown_by_none()
    {
        const string secret = "wJalrXUtnFEMI0815K7MDENG";
        var environment = new Dictionary<string, string> { ["AWS_SECRET_ACCESS_KEY"] = secret };

        Assert.Equal(0, (await RunAsync(["Starts"], environment)).ExitCode);
        var run = await RunAsync(["Default", "--names", secret], environment);

        Assert.Contains($"AWS_SECRET_ACCESS_KEY={secret}", await File.ReadAllTextAsync(Path.Combine(_root, "children"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("default ran with [REDACTED]", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_login_of_a_proxy_is_masked_also_without_a_scheme()
    {
        var run = await RunAsync(["Default", "--names", "staple-battery"], new Dictionary<string, string> { ["HTTPS_PROXY"] = "ada:staple-battery@proxy.corp:3128" });

        Assert.Contains("default ran with [REDACTED]", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_others_wrote_acts_on_no_terminal_and_no_runner(bool isOnGitHub)
    {
        var run = await RunAsync(["Quotes"], isOnGitHub ? GitHub() : []);

        var log = Path.Combine(_root, ".nuke", "temp", "build.log");
        Assert.Equal(isOnGitHub, !File.Exists(log));
        var text = $"{run.Output}\n{run.Errors}\n{(isOnGitHub ? "" : await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken))}";
        Assert.Contains("denied: red", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[41m", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\e]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("##[", text, StringComparison.Ordinal);
        string[] commands = [.. text.Split('\n', '\r', '\u2028').Select(x => x.Trim()).Where(x => x.StartsWith("::", StringComparison.Ordinal)).Select(x => x.Split(' ', ':')[2])];
        // NUKE's own: they go on working.
        Assert.Equal(isOnGitHub ? ["endgroup", "error", "group", "warning"] : [], commands.Distinct().Order(StringComparer.Ordinal));
    }

    private Task<BuildRun> RunAsync(IEnumerable<string> arguments, Dictionary<string, string>? environment = null) =>
        BuildRun.StartAsync(BuildRun.Build, _root, arguments, environment);

    private Task<BuildRun> InterruptAsync(string target, string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        return BuildRun.StartAsync(BuildRun.Build, _root, [target], meanwhile: async (process, output) =>
        {
            await UntilAsync(() => output().Contains("waiting", StringComparison.Ordinal) || process.HasExited);
            await SignalAsync(process, signal);
        });
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition()) await Task.Delay(50, TestContext.Current.CancellationToken);
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static Dictionary<string, string> GitHub() => new()
    {
        ["GITHUB_ACTIONS"] = "true", ["GITHUB_SHA"] = "0123abc", ["GITHUB_REPOSITORY"] = "octo/app", ["GITHUB_REF"] = "refs/heads/main", ["GITHUB_ACTOR"] = "octo",
        ["GITHUB_REPOSITORY_OWNER"] = "octo", ["GITHUB_SERVER_URL"] = "https://github.com", ["GITHUB_RUN_ID"] = "1", ["GITHUB_RUN_NUMBER"] = "1", ["GITHUB_JOB"] = "job",
        ["GITHUB_WORKFLOW"] = "ci", ["GITHUB_EVENT_NAME"] = "push", ["GITHUB_WORKSPACE"] = "/",
    };

    [GeneratedRegex("[╯┻＼（]")]
    private static partial Regex Emoticon();
}
