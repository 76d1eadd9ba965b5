using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Bootstrap;

/// <summary>A repository with nothing in it but the scripts, in a folder whose name is no easy one, and a dotnet that does as it is told.</summary>
internal sealed class BuildScript : IDisposable
{
    private const string Dotnet = """
        #!/bin/bash
        echo "$*" >> "$CALLS"
        env | sed -n "s/^\([^=]*\)=marked$/${1##*/} got \1/p" | sort >> "$CALLS"
        case $1 in
            --version) exit "${SDK_STATUS:-0}" ;;
            restore) printf '%s\n' "$RESTORE_OUTPUT"; exit "$RESTORE_STATUS" ;;
            build)
                [ -z "$BUILD_OUTPUT" ] || { echo "$BUILD_OUTPUT"; exit 1; }
                mkdir -p "${2%/*}/bin/Debug" && : > "${2%/*}/bin/Debug/_build.dll"
                [[ "$*" =~ NukeEngine=([A-Za-z]+) ]] && echo "${BASH_REMATCH[1]}" > "${2%/*}/bin/Debug/engine"
                ;;
            *) shift; echo "in=$PWD engine=${NUKE_ENGINE:-} home=${DOTNET_CLI_HOME:-} invariant=${DOTNET_SYSTEM_GLOBALIZATION_INVARIANT:-} arguments=$(printf '[%s]' "$@")"; exit 7 ;;
        esac
        """;

    private static readonly string[] Sources = ["build", "src/Acci", "src/Acci.Components", "src/Nuke.Offline"];

    private readonly string _folder = Directory.CreateTempSubdirectory("acci-bootstrap-").FullName;

    public BuildScript()
    {
        foreach (var folder in Sources) Directory.CreateDirectory(Path.Combine(Root, folder));
        foreach (var file in new[] { "build/_build.csproj", "Directory.Build.props", "Directory.Packages.props", "global.json" }) File.WriteAllText(Path.Combine(Root, file), "");
        foreach (var script in new[] { "build.sh", "build.ps1" }) File.Copy(Path.Combine(SourceTree.Root, script), Path.Combine(Root, script));
        Directory.CreateDirectory(Programs);
        WriteDotnet(Programs);
    }

    /// <summary>The repository.</summary>
    public string Root => Path.Combine(_folder, "a [x] clone");

    /// <summary>The folder that the scripts are to find dotnet in.</summary>
    public string Programs => Path.Combine(_folder, "programs");

    /// <summary>What the scripts found out, or null.</summary>
    public string? Remembered
    {
        get => File.Exists(RememberedFile) ? File.ReadAllText(RememberedFile).Trim() : null;
        set => File.WriteAllText(RememberedFile, value);
    }

    private string RememberedFile => Path.Combine(Directory.CreateDirectory(Path.Combine(Root, ".nuke", "temp")).FullName, "engine");

    /// <summary>Writes the dotnet into a folder.</summary>
    public static void WriteDotnet(string folder)
    {
        var file = Path.Combine(folder, "dotnet");
        File.WriteAllText(file, Dotnet.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>Runs the shell's script as a program, and returns how it ended with what it asked dotnet for.</summary>
    public Task<(CommandResult Result, IReadOnlyList<string> Calls)> RunAsync(
        Shell shell, IReadOnlyList<string>? arguments = null, string? folder = null, params (string Name, string? Value)[] variables) =>
        StartAsync([.. shell is Shell.Bash ? ["bash", Path.Combine(Root, "build.sh")] : (IEnumerable<string>)[.. PowerShellTool.Command, "-NoProfile", "-File", Path.Combine(Root, "build.ps1")], .. arguments ?? []], folder, variables);

    /// <summary>What the build was started with by lines that are typed into the shell, each start as <c>[argument][argument]</c>.</summary>
    public async Task<IReadOnlyList<string>> TypeAsync(Shell shell, string lines)
    {
        var (result, _) = await StartAsync([.. shell is Shell.Bash ? ["bash", "-c"] : (IEnumerable<string>)[.. PowerShellTool.Command, "-NoProfile", "-Command"], lines], null, ("NUKE_ENGINE", "Offline"));
        Assert.DoesNotContain("rror", result.StandardError, StringComparison.Ordinal);
        return [.. result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(x => x.Split("arguments=") is [_, var started] ? started : x)];
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(CommandResult Result, IReadOnlyList<string> Calls)> StartAsync(IReadOnlyList<string> words, string? folder, params (string Name, string? Value)[] variables)
    {
        var calls = Path.Combine(_folder, Path.GetRandomFileName());
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = $"{Programs}:{Environment.GetEnvironmentVariable("PATH")}", ["CALLS"] = calls, ["RESTORE_OUTPUT"] = "", ["BUILD_OUTPUT"] = "",
            ["NUKE_ENGINE"] = null, ["DOTNET_CLI_HOME"] = null, ["CI"] = null, ["GITHUB_ACTIONS"] = null, ["TF_BUILD"] = null,
        };
        foreach (var (name, value) in variables) environment[name] = value;
        environment.TryAdd("RESTORE_STATUS", environment["RESTORE_OUTPUT"] is "" ? "0" : "1");
        var result = await CommandRunner.TryRunAsync(
            new Command(words[0], [.. words.Skip(1)]) { WorkingDirectory = folder ?? Root, Environment = environment }, cancellationToken: TestContext.Current.CancellationToken);
        return (result, File.Exists(calls) ? await File.ReadAllLinesAsync(calls, TestContext.Current.CancellationToken) : []);
    }
}
