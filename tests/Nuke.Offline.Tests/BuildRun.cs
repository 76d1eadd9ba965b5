using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Nuke.Offline.Tests;

/// <summary>A build that was run as a process of its own.</summary>
internal sealed record BuildRun(int ExitCode, string Output)
{
    // What a build may see of the machine: variables can be parameters, so nothing else gets in.
    private static readonly string[] Variables =
    [
        "PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMFILES",
        "DOTNET_ROOT", "NUGET_PACKAGES", "HTTPS_PROXY", "SSL_CERT_FILE",
    ];

    public static async Task<BuildRun> Start(
        string build,
        string root,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment,
        CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("dotnet", [build, .. arguments])
        {
            WorkingDirectory = root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        var inherited = Variables.Select(x => (Name: x, Value: Environment.GetEnvironmentVariable(x))).Where(x => x.Value is not null).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in inherited)
            start.Environment[name] = value;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var lines = new ConcurrentQueue<string>();
        process.OutputDataReceived += (_, x) => Add(x.Data);
        process.ErrorDataReceived += (_, x) => Add(x.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.WaitForExitAsync(cancellation);
        return new BuildRun(process.ExitCode, string.Join('\n', lines));

        void Add(string? line)
        {
            if (line is not null)
                lines.Enqueue(line);
        }
    }
}
