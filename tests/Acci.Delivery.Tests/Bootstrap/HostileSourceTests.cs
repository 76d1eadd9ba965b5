namespace Acci.Delivery.Tests.Bootstrap;

/// <summary>A package source chooses what its messages say, and the scripts show them before any build can mask or clean a text.</summary>
public sealed class HostileSourceTests : IDisposable
{
    private readonly BuildScript _script = new();

    public HostileSourceTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "build.sh is not for Windows, and neither is the dotnet that stands in here.");

    public static TheoryData<Shell> Shells => [Shell.Bash, Shell.PowerShell];

    public void Dispose() => _script.Dispose();

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task What_it_says_of_a_package_is_no_command_to_a_terminal_or_a_runner(Shell shell)
    {
        var (result, _) = await _script.RunAsync(
            shell, variables: [("RESTORE_OUTPUT", "/r/_build.csproj : error NU1301: \u001b[31mred\u001b[0m \b##[group]x ###[stop-commands]y ####vso[task.debug]z at https://ada:k7secret@packages.example/index.json"), ("CI", "false")]);

        Assert.Contains("NU1301: red # #[group]x # # #[stop-commands]y # # # #vso[task.debug]z at https://***@packages.example/index.json", result.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("k7secret", result.StandardError + result.StandardOutput, StringComparison.Ordinal);
    }

    // A terminal takes U+009B for the beginning of a sequence, too; letters beyond ASCII stay.
    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Nor_does_it_turn_the_direction_of_what_is_read(Shell shell)
    {
        const string output = "/r/_build.csproj : error NU1301: \u009b31mred\u0085 \u202edesrever\u202c \u2066a\u2069\u200f – schön 世界 €";

        var (result, _) = await _script.RunAsync(shell, variables: [("RESTORE_OUTPUT", output), ("CI", "false"), ("LANG", "C.UTF-8")]);

        Assert.Contains("NU1301: red desrever a – schön 世界 €", result.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task What_a_build_that_does_not_compile_says_is_none_either(Shell shell)
    {
        const string output = "::stop-commands::x\n  ::add-mask::y\r\n\u00a0\u3000::stop-commands::z\n\u001b]0;title\u0007/r/Build.cs(1,1): error CS1002: ; expected, see http://ada:k7secret@b/";

        var (result, calls) = await _script.RunAsync(shell, variables: [("NUKE_ENGINE", "Offline"), ("BUILD_OUTPUT", output)]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(calls, x => x.StartsWith("build", StringComparison.Ordinal));
        Assert.Contains("error CS1002: ; expected, see http://***@b/", result.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain(result.StandardError.Split('\n'), x => x.TrimStart().StartsWith("::", StringComparison.Ordinal));
        Assert.DoesNotContain(result.StandardError, x => char.IsControl(x) && x is not '\n');
    }
}
