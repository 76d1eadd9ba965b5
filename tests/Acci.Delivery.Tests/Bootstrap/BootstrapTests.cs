using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.Testing;

namespace Acci.Delivery.Tests.Bootstrap;

/// <summary>The scripts that stand before the build.</summary>
public sealed class BootstrapTests : IDisposable
{
    private const string NotCarried = "/r/build/_build.csproj : error NU1101: Unable to find package Nuke.Common. No packages exist with this id in source(s): somewhere [/r/ACCI.sln]";
    private const string NotWhole = "/r/build/_build.csproj : error NU1102: Unable to find package Glob with version (>= 1.1.9)\n/r/build/_build.csproj : error NU1102:   - Found 1 version(s) in somewhere";
    private const string NoNetwork = "/r/build/_build.csproj : error NU1301: Unable to load the service index for source https://localhost/index.json.";
    private const string OtherVersion = "/r/build/_build.csproj : warning NU1603: Nuke.Common 10.1.0 depends on Glob (>= 1.1.9) but Glob 1.1.9 was not found. Glob 1.2.0 was resolved instead.";

    private readonly BuildScript _script = new();

    public BootstrapTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "build.sh is not for Windows, and neither is the dotnet that stands in here.");

    public static TheoryData<Shell> Shells => [Shell.Bash, Shell.PowerShell];

    public void Dispose() => _script.Dispose();

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task The_caller_s_engine_is_taken_without_looking_for_another(Shell shell)
    {
        var (result, calls) = await _script.RunAsync(shell, ["Publish", "--platforms", "linux/amd64"], variables: ("NUKE_ENGINE", "Offline"));

        Assert.Contains("arguments=[Publish][--platforms][linux/amd64]", result.StandardOutput, StringComparison.Ordinal);
        Assert.Equal(7, result.ExitCode);
        Assert.DoesNotContain(calls, x => x.StartsWith("restore", StringComparison.Ordinal));
        Assert.Contains(calls, x => x.Contains("-p:NukeEngine=Offline", StringComparison.Ordinal));
        Assert.Null(_script.Remembered);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task An_engine_that_is_none_is_told(Shell shell)
    {
        var (result, calls) = await _script.RunAsync(shell, variables: ("NUKE_ENGINE", "offline"));

        Assert.Equal((1, "error: NUKE_ENGINE is 'offline'; it can be Package or Offline."), (result.ExitCode, result.StandardError.Trim()));
        Assert.Empty(calls);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task What_was_found_out_is_remembered_with_its_reason_said_and_what_was_built_is_started_directly(Shell shell)
    {
        var (first, _) = await _script.RunAsync(shell, variables: ("RESTORE_OUTPUT", NotCarried));
        var (second, calls) = await _script.RunAsync(shell, ["--help"]);

        Assert.Equal(
            "Engine: src/Nuke.Offline, because this machine's package sources do not carry all of NUKE's packages: NU1101: Unable to find package Nuke.Common. "
            + "No packages exist with this id in source(s): somewhere (NUKE_ENGINE=Package insists on them)",
            Lines(first)[1]);
        Assert.Equal("Offline", _script.Remembered);
        Assert.Equal((7, ""), (second.ExitCode, second.StandardError));
        Assert.Equal([$"{_script.Root}/build/bin/Debug/_build.dll --help"], calls);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task NUKE_s_packages_are_taken_where_they_restore(Shell shell)
    {
        var (_, calls) = await _script.RunAsync(shell);

        Assert.Equal("Package", _script.Remembered);
        Assert.Contains(calls, x => x.StartsWith("build", StringComparison.Ordinal) && x.Contains("-p:NukeEngine=Package", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Another_version_than_the_one_asked_for_is_told_and_taken(Shell shell)
    {
        var (result, _) = await _script.RunAsync(shell, variables: [("RESTORE_OUTPUT", $"{OtherVersion}\n{OtherVersion} [/r/ACCI.sln]"), ("RESTORE_STATUS", "0")]);

        Assert.Equal("NU1603: Nuke.Common 10.1.0 depends on Glob (>= 1.1.9) but Glob 1.1.9 was not found. Glob 1.2.0 was resolved instead.", Assert.Single(Lines(result), x => x.Contains("NU", StringComparison.Ordinal) && x.Contains("1603", StringComparison.Ordinal)));
        Assert.Equal("Package", _script.Remembered);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_package_of_NUKE_s_that_is_not_carried_is_not_looked_for_at_every_start(Shell shell)
    {
        var (result, _) = await _script.RunAsync(shell, variables: ("RESTORE_OUTPUT", NotWhole));

        Assert.Contains(": NU1102: Unable to find package Glob with version (>= 1.1.9) (NUKE", Lines(result)[1], StringComparison.Ordinal);
        Assert.Equal("Offline", _script.Remembered);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_source_that_does_not_answer_decides_nothing_for_the_next_time(Shell shell)
    {
        var (result, _) = await _script.RunAsync(shell, variables: [("RESTORE_OUTPUT", $"{NotCarried}\n{NoNetwork}"), ("CI", "false")]);

        Assert.Equal(
            "Engine: src/Nuke.Offline for this time, because NUKE's packages could not be restored: NU1301: Unable to load the service index for source https://localhost/index.json "
            + "(NUKE_ENGINE=Package insists on them)",
            Lines(result)[1]);
        // What the build starts chooses the same engine.
        Assert.Contains("engine=Offline", result.StandardOutput, StringComparison.Ordinal);
        Assert.Null(_script.Remembered);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task In_CI_a_source_that_does_not_answer_ends_the_build(Shell shell)
    {
        foreach (var variable in new[] { "CI", "GITHUB_ACTIONS", "TF_BUILD" })
        {
            var (result, calls) = await _script.RunAsync(shell, variables: [("RESTORE_OUTPUT", NoNetwork), (variable, "true")]);

            Assert.Equal((1, ""), (result.ExitCode, result.StandardOutput));
            Assert.StartsWith("error: NUKE's packages could not be restored: NU1301: ", Lines(result)[1], StringComparison.Ordinal);
            Assert.Contains("NUKE_ENGINE=Offline", Lines(result)[1], StringComparison.Ordinal);
            Assert.DoesNotContain(calls, x => x.StartsWith("build", StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task On_GitHub_the_run_says_that_it_is_not_on_NUKE_s_packages(Shell shell)
    {
        var (result, _) = await _script.RunAsync(shell, variables: [("RESTORE_OUTPUT", NotCarried), ("CI", "true"), ("GITHUB_ACTIONS", "true")]);

        Assert.StartsWith("::warning::Engine: src/Nuke.Offline, because ", Lines(result)[1], StringComparison.Ordinal);
        Assert.Contains("arguments=", result.StandardOutput, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Nothing_is_remembered_where_the_build_does_not_compile_either(Shell shell)
    {
        var (result, _) = await _script.RunAsync(shell, variables: [("RESTORE_OUTPUT", NotWhole), ("BUILD_OUTPUT", "Glob is nowhere.")]);

        Assert.Equal(["Glob is nowhere.", "error: the build itself does not compile (engine: Offline)."], Lines(result)[^2..]);
        Assert.Null(_script.Remembered);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Packages_that_are_insisted_on_and_not_carried_are_told_with_what_to_do(Shell shell)
    {
        var (result, _) = await _script.RunAsync(shell, variables: [("NUKE_ENGINE", "Package"), ("BUILD_OUTPUT", NotCarried)]);

        Assert.Equal((1, "error: NUKE's packages do not restore; NUKE_ENGINE=Offline builds without them."), (result.ExitCode, Lines(result)[^1]));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task What_an_IDE_built_for_the_other_engine_is_built_again(Shell shell)
    {
        _script.Remembered = "Offline";
        await _script.RunAsync(shell);
        await File.WriteAllTextAsync(Path.Combine(_script.Root, "build", "bin", "Debug", "engine"), "Package\r\n", TestContext.Current.CancellationToken);

        Assert.Contains((await _script.RunAsync(shell)).Calls, x => x.StartsWith("build", StringComparison.Ordinal));
        Assert.DoesNotContain((await _script.RunAsync(shell)).Calls, x => x.StartsWith("build", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Shell.Bash, "src/Acci/App.cs", false)]
    [InlineData(Shell.Bash, "src/Acci.Components/Target.cs", true)]
    [InlineData(Shell.Bash, "src/Acci.New/New.cs", true)]
    [InlineData(Shell.Bash, "Directory.Build.targets", true)]
    [InlineData(Shell.PowerShell, "src/Acci/App.cs", false)]
    [InlineData(Shell.PowerShell, "src/Acci.New/New.cs", true)]
    [InlineData(Shell.PowerShell, "Directory.Build.targets", true)]
    public async Task The_build_is_built_again_when_what_it_is_made_of_changed(Shell shell, string file, bool isPartOfIt)
    {
        _script.Remembered = "Offline";
        await _script.RunAsync(shell);
        var path = Path.Combine(_script.Root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);

        Assert.Equal(isPartOfIt, (await _script.RunAsync(shell)).Calls.Any(x => x.StartsWith("build", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_remembered_engine_that_is_none_is_told(Shell shell)
    {
        _script.Remembered = "Packages";

        var (result, calls) = await _script.RunAsync(shell);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("engine holds 'Packages'", result.StandardError, StringComparison.Ordinal);
        Assert.Empty(calls);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_missing_SDK_is_told_and_decides_nothing(Shell shell)
    {
        var (result, calls) = await _script.RunAsync(shell, variables: ("SDK_STATUS", "145"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("global.json", result.StandardError, StringComparison.Ordinal);
        Assert.Equal(["--version"], calls);
        Assert.Null(_script.Remembered);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task An_SDK_in_the_home_folder_is_found_beside_the_PATH(Shell shell)
    {
        var home = Directory.CreateDirectory(Path.Combine(_script.Root, "home", ".dotnet"));
        BuildScript.WriteDotnet(home.FullName);
        File.Delete(Path.Combine(_script.Programs, "dotnet"));
        string[] used = ["awk", "bash", "dirname", "env", "find", "grep", "mkdir", "mktemp", "mv", "readlink", "rm", "sed", "sort", "tr"];
        foreach (var program in used) File.CreateSymbolicLink(Path.Combine(_script.Programs, program), Executables.Find(program)!);

        var (result, _) = await _script.RunAsync(shell, variables: [("PATH", _script.Programs), ("HOME", home.Parent!.FullName)]);
        var (nowhere, _) = await _script.RunAsync(shell, variables: [("PATH", _script.Programs), ("HOME", _script.Root)]);

        Assert.Contains("arguments=", result.StandardOutput, StringComparison.Ordinal);
        Assert.Equal((1, "error: there is no 'dotnet' on the PATH. Install the .NET 10 SDK: https://dot.net/download"), (nowhere.ExitCode, nowhere.StandardError.Trim()));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task The_build_runs_in_its_repository_wherever_it_is_started(Shell shell)
    {
        var below = Path.Combine(_script.Root, "src", "Acci");

        Assert.Contains($"in={_script.Root} ", (await _script.RunAsync(shell, folder: Path.GetTempPath())).Result.StandardOutput, StringComparison.Ordinal);
        Assert.Contains($"in={below} ", (await _script.RunAsync(shell, folder: below)).Result.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_the_script_and_a_CDPATH_lead_nowhere_else()
    {
        var above = Path.GetDirectoryName(_script.Root)!;
        var name = Path.GetFileName(_script.Root);
        Directory.CreateDirectory(Path.Combine(_script.Programs, name, "build"));
        File.CreateSymbolicLink(Path.Combine(_script.Programs, "acci"), Path.Combine(_script.Root, "build.sh"));

        Assert.Equal(
            ["[a]", "[b]"], await _script.TypeAsync(Shell.Bash, $"cd '{above}'; export CDPATH='{_script.Programs}'; bash '{name}/build.sh' a; '{_script.Programs}/acci' b"));
    }

    [Theory]
    [InlineData("down.sh")]
    [InlineData("registry-down.sh")]
    public async Task The_engine_s_scripts_find_their_parts_whatever_CDPATH_says(string script)
    {
        var command = new Command("bash", $"src/Acci.Delivery/Engines/Scripts/engine/{script}", _script.Root) { WorkingDirectory = SourceTree.Root, Environment = new Dictionary<string, string?> { ["CDPATH"] = "." } };

        Assert.Equal(new CommandResult(0, "", ""), await CommandRunner.TryRunAsync(command, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Nobody_needs_a_home(Shell shell)
    {
        var (result, _) = await _script.RunAsync(shell, variables: ("HOME", null));

        Assert.Contains($"home={_script.Root}/.nuke/temp/home ", result.StandardOutput, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Names_are_sorted_as_the_projects_say_whatever_the_environment_switches_off(Shell shell)
    {
        const string variable = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

        var (off, _) = await _script.RunAsync(shell, variables: (variable, "false"));
        // Without ICU's libraries .NET needs it.
        var (on, _) = await _script.RunAsync(shell, variables: (variable, "TRUE"));

        Assert.Contains(" invariant= ", off.StandardOutput, StringComparison.Ordinal);
        Assert.Contains(" invariant=TRUE ", on.StandardOutput, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task What_compiles_the_build_gets_none_of_its_secrets_and_the_build_gets_all(Shell shell)
    {
        Directory.CreateDirectory(Path.Combine(_script.Root, ".nuke"));
        File.WriteAllText(Path.Combine(_script.Root, ".nuke", "build.schema.json"), """
            {
              "ApiKey": {
                "type": "string",
                "default": "Secrets must be entered via 'nuke :secrets [profile]'"
              },
              "Plain": {
                "type": "string"
              }
            }
            """);
        File.WriteAllText(Path.Combine(_script.Root, "nuget.config"), """<add key="ClearTextPassword" value="%GH_TOKEN%" />""");
        string[] secrets = ["ACTIONS_RUNTIME_TOKEN", "API_KEY", "GITHUB_TOKEN", "NUKE_SIGNING_KEY", "PARAMS_GHCR_KEY", "RegistryToken"];
        string[] others = ["GH_TOKEN", "PLAIN"];

        var (_, calls) = await _script.RunAsync(shell, variables: [.. secrets.Concat(others).Select(x => (x, (string?)"marked"))]);

        var compiling = calls.Where(x => x.Contains(" got ", StringComparison.Ordinal) && !x.StartsWith("_build.dll", StringComparison.Ordinal)).ToList();
        Assert.Equal(others, compiling.Select(x => x.Split(' ')[^1]).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["--version", "build", "restore"], compiling.Select(x => x.Split(' ')[0]).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            secrets.Concat(others).Order(StringComparer.Ordinal),
            calls.Where(x => x.StartsWith("_build.dll got ", StringComparison.Ordinal)).Select(x => x.Split(' ')[^1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Scripts_know_the_secrets_that_the_build_knows()
    {
        // Parameters that every build of these components has, which no schema has to say.
        string[] parameters = ["RegistryToken", "SigningKey", "SigningPassword"];
        var known = WithheldVariables.WellKnown.Concat(KeyService.Secrets.Select(x => x.Variable)).Concat(parameters)
            .Select(x => x.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant()).Distinct().Order(StringComparer.Ordinal).ToList();
        foreach (var (script, list) in (IEnumerable<(string, string)>)[("build.sh", @"known = (?:known )?""([^""]*)"""), ("build.ps1", @"\$secrets = @\(([^)]*)\)")])
        {
            var text = File.ReadAllText(Path.Combine(SourceTree.Root, script));
            var names = Regex.Matches(text, list).SelectMany(x => x.Groups[1].Value.Split([' ', ',', '\'', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));

            Assert.Equal(known, names.Select(x => x.ToUpperInvariant()).Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task What_opens_the_signing_key_is_not_there_for_what_compiles_the_build_wherever_the_key_is_named(Shell shell)
    {
        string[] secrets = ["AZURE_CLIENT_SECRET", "COSIGN_PKCS11_PIN", "FROM_FILE", "FROM_VARIABLE", "KEY_OF_OURS", "VAULT_TOKEN"];
        Directory.CreateDirectory(Path.Combine(_script.Root, ".nuke"));
        File.WriteAllText(Path.Combine(_script.Root, ".nuke", "parameters.json"), """{ "SigningKey": "env://FROM_FILE" }""");

        var (_, calls) = await _script.RunAsync(
            shell, ["--signing-key", "env://KEY_OF_OURS"], variables: [.. secrets.Append("PLAIN").Select(x => (x, (string?)"marked")), ("NUKE_SIGNING_KEY", "env://FROM_VARIABLE")]);

        Assert.Equal(["PLAIN"], calls.Where(x => x.Contains(" got ", StringComparison.Ordinal) && !x.StartsWith("_build.dll", StringComparison.Ordinal)).Select(x => x.Split(' ')[^1]).Distinct());
        Assert.Equal(
            secrets.Append("PLAIN").Order(StringComparer.Ordinal),
            calls.Where(x => x.StartsWith("_build.dll got ", StringComparison.Ordinal)).Select(x => x.Split(' ')[^1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_script_for_PowerShell_is_one()
    {
        Parser.ParseFile(Path.Combine(SourceTree.Root, "build.ps1"), out _, out var errors);

        Assert.Empty(errors);
    }

    private static string[] Lines(CommandResult result) => result.StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
