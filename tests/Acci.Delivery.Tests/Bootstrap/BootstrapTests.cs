using System.Management.Automation.Language;
using Acci.Testing;

namespace Acci.Delivery.Tests.Bootstrap;

/// <summary>The scripts that stand before the build.</summary>
public sealed class BootstrapTests : IDisposable
{
    private const string NotCarried = "/r/build/_build.csproj : error NU1101: Unable to find package Nuke.Common. No packages exist with this id in source(s): somewhere";
    private const string NoNetwork = "/r/build/_build.csproj : error NU1301: Unable to load the service index for source https://localhost/index.json.";

    private readonly BuildScript _script = new();

    public BootstrapTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "build.sh is not for Windows.");

    public void Dispose() => _script.Dispose();

    [Fact]
    public async Task The_caller_s_engine_is_taken_without_looking_for_another()
    {
        var (result, calls) = await _script.RunAsync("Publish --platforms linux/amd64", variables: ("NUKE_ENGINE", "Offline"));

        Assert.Contains("arguments=Publish --platforms linux/amd64", result.StandardOutput, StringComparison.Ordinal);
        Assert.DoesNotContain(calls, x => x.StartsWith("restore", StringComparison.Ordinal));
        Assert.Contains(calls, x => x.Contains("-p:NukeEngine=Offline", StringComparison.Ordinal));
        Assert.Null(_script.Remembered);
    }

    [Fact]
    public async Task An_engine_that_is_none_is_told()
    {
        var (result, calls) = await _script.RunAsync(variables: ("NUKE_ENGINE", "offline"));

        Assert.Equal((1, "error: NUKE_ENGINE is 'offline'; it can be Package or Offline."), (result.ExitCode, result.StandardError.Trim()));
        Assert.Empty(calls);
    }

    [Fact]
    public async Task What_was_found_out_is_remembered_and_what_was_built_is_started_directly()
    {
        var (first, _) = await _script.RunAsync(variables: ("RESTORE_OUTPUT", NotCarried));
        var (second, calls) = await _script.RunAsync("--help");

        Assert.StartsWith("Looking for NUKE's packages …\nEngine: src/Nuke.Offline, because", first.StandardError, StringComparison.Ordinal);
        Assert.Equal("Offline", _script.Remembered);
        Assert.Equal((0, ""), (second.ExitCode, second.StandardError));
        Assert.Equal([$"{_script.Root}/build/bin/Debug/_build.dll --help"], calls);
    }

    [Fact]
    public async Task NUKE_s_packages_are_taken_where_they_restore()
    {
        var (_, calls) = await _script.RunAsync();

        Assert.Equal("Package", _script.Remembered);
        Assert.Contains(calls, x => x.StartsWith("build", StringComparison.Ordinal) && x.Contains("-p:NukeEngine=Package", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_source_that_does_not_answer_decides_nothing_for_the_next_time()
    {
        var (result, _) = await _script.RunAsync(variables: ("RESTORE_OUTPUT", NoNetwork));

        Assert.Contains("NU1301", result.StandardError, StringComparison.Ordinal);
        Assert.Contains("for this time", result.StandardError, StringComparison.Ordinal);
        // What the build starts chooses the same engine.
        Assert.Contains("engine=Offline", result.StandardOutput, StringComparison.Ordinal);
        Assert.Null(_script.Remembered);
    }

    [Fact]
    public async Task A_remembered_engine_that_is_none_is_told()
    {
        _script.Remembered = "Packages";

        var (result, calls) = await _script.RunAsync();

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("engine holds 'Packages'", result.StandardError, StringComparison.Ordinal);
        Assert.Empty(calls);
    }

    [Fact]
    public async Task A_missing_SDK_is_told_and_decides_nothing()
    {
        var (result, calls) = await _script.RunAsync(variables: ("SDK_STATUS", "145"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("global.json", result.StandardError, StringComparison.Ordinal);
        Assert.Equal(["--version"], calls);
        Assert.Null(_script.Remembered);
    }

    [Fact]
    public async Task The_build_runs_in_its_repository_wherever_it_is_started()
    {
        var below = Path.Combine(_script.Root, "src", "Acci.Delivery");

        Assert.Contains($"in={_script.Root} ", (await _script.RunAsync(folder: Path.GetTempPath())).Result.StandardOutput, StringComparison.Ordinal);
        Assert.Contains($"in={below} ", (await _script.RunAsync(folder: below)).Result.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_needs_a_home()
    {
        var (result, _) = await _script.RunAsync(variables: ("HOME", null));

        Assert.Contains($"home={_script.Root}/.nuke/temp/home ", result.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public void The_script_for_PowerShell_is_one()
    {
        Parser.ParseFile(Path.Combine(SourceTree.Root, "build.ps1"), out _, out var errors);

        Assert.Empty(errors);
    }
}
