using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Acci.Components.Tests;

/// <summary>A build that was run as a process of its own, on the engine that these tests were compiled for.</summary>
internal sealed record BuildRun(int ExitCode, string Output, string Errors)
{
    // What a build sees of the machine: variables can be parameters, so nothing else gets in.
    private static readonly string[] Variables =
    [
        "PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMFILES", "DOTNET_ROOT", "SSL_CERT_FILE",
    ];

    /// <summary>The build that is tested.</summary>
    public static string Build { get; } = Metadata("Build");

    /// <summary>Whether the engine is NUKE's own packages.</summary>
    public static bool IsOnNuke { get; } = Metadata("NukeEngine") == "Package";

    /// <summary>Runs it to its end.</summary>
    /// <param name="build">The build's assembly.</param>
    /// <param name="root">The working directory.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="environment">Variables beside those of the machine.</param>
    /// <param name="meanwhile">Called with the process while it runs, and with what it has printed.</param>
    public static async Task<BuildRun> StartAsync(
        string build,
        string root,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        Func<Process, Func<string>, Task>? meanwhile = null)
    {
        // Who runs the tests in the background may have signals ignored, and what they start inherits that.
        string[] program = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT,TERM,HUP", "dotnet", build] : ["dotnet", build];
        var start = new ProcessStartInfo(program[0], [.. program[1..], .. arguments])
        {
            WorkingDirectory = root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        var inherited = Variables.Select(x => (Name: x, Value: Environment.GetEnvironmentVariable(x))).Where(x => x.Value is not null).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in inherited) start.Environment[name] = value;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, errors) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        process.OutputDataReceived += (_, x) => Add(output, x.Data);
        process.ErrorDataReceived += (_, x) => Add(errors, x.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (meanwhile is not null) await meanwhile(process, () => string.Join('\n', output));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new BuildRun(process.ExitCode, string.Join('\n', output), string.Join('\n', errors));

        static void Add(ConcurrentQueue<string> lines, string? line)
        {
            if (line is not null) lines.Enqueue(line);
        }
    }

    private static string Metadata(string name) =>
        typeof(BuildRun).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(x => x.Key == name).Value!;
}
