using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Bootstrap;

/// <summary>A repository with nothing in it but <c>build.sh</c>, in a folder with a blank in its name, and a dotnet that does as it is told.</summary>
internal sealed class BuildScript : IDisposable
{
    private const string Dotnet = """
        #!/bin/sh
        echo "$*" >> "$CALLS"
        case $1 in
            --version) exit "${SDK_STATUS:-0}" ;;
            restore) printf '%s' "$RESTORE_OUTPUT"; [ -z "$RESTORE_OUTPUT" ] ;;
            build) mkdir -p "$(dirname "$2")/bin/Debug" && : > "$(dirname "$2")/bin/Debug/_build.dll" ;;
            *) shift; echo "in=$(pwd) engine=${NUKE_ENGINE:-} home=${DOTNET_CLI_HOME:-} arguments=$*" ;;
        esac
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("acci-bootstrap-").FullName;

    public BuildScript()
    {
        foreach (var folder in new[] { "build", "src/Acci.Components", "src/Acci.Delivery", "src/Acci.Settings", "src/Nuke.Offline" }) Directory.CreateDirectory(Path.Combine(Root, folder));
        foreach (var file in new[] { "build/_build.csproj", "Directory.Build.props", "Directory.Packages.props", "global.json" }) File.WriteAllText(Path.Combine(Root, file), "");
        File.Copy(Path.Combine(SourceTree.Root, "build.sh"), Path.Combine(Root, "build.sh"));
        File.WriteAllText(Path.Combine(_folder, "dotnet"), Dotnet.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(_folder, "dotnet"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>The repository.</summary>
    public string Root => Path.Combine(_folder, "a clone");

    /// <summary>What the scripts found out, or null.</summary>
    public string? Remembered
    {
        get => File.Exists(RememberedFile) ? File.ReadAllText(RememberedFile).Trim() : null;
        set => File.WriteAllText(RememberedFile, value);
    }

    private string RememberedFile => Path.Combine(Directory.CreateDirectory(Path.Combine(Root, ".nuke", "temp")).FullName, "engine");

    /// <summary>Runs <c>build.sh</c>, and returns how it ended with what it asked dotnet for.</summary>
    public async Task<(CommandResult Result, IReadOnlyList<string> Calls)> RunAsync(string arguments = "", string? folder = null, params (string Name, string? Value)[] variables)
    {
        var calls = Path.Combine(_folder, Path.GetRandomFileName());
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}", ["CALLS"] = calls, ["RESTORE_OUTPUT"] = "", ["NUKE_ENGINE"] = null, ["DOTNET_CLI_HOME"] = null,
        };
        foreach (var (name, value) in variables) environment[name] = value;
        var command = new Command("bash", [Path.Combine(Root, "build.sh"), .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]) { WorkingDirectory = folder ?? Root, Environment = environment };
        var result = await CommandRunner.TryRunAsync(command, cancellationToken: TestContext.Current.CancellationToken);
        return (result, File.Exists(calls) ? await File.ReadAllLinesAsync(calls, TestContext.Current.CancellationToken) : []);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
