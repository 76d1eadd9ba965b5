using System.Diagnostics;
using Acci.Testing;

namespace Acci.Instance.Tests;

/// <summary>
/// The files of this repository as they are, with what builds have left in it, and an engine that answers. One for all tests that change nothing in it, since git takes
/// its time to add them.
/// </summary>
public sealed class DryRunCheckout : IAsyncLifetime
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("dry-run-").FullName;

    public string Root => Path.Combine(Folder, "checkout");

    public string Home => Path.Combine(Folder, "home");

    /// <summary>The folder of the stand-in for docker.</summary>
    public string Programs => Path.Combine(Folder, "bin");

    private string CallsFile => Path.Combine(Folder, "calls");

    // The stand-in for docker is a shell script.
    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsWindows()) await CheckOutAsync();
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>What docker was asked for until now.</summary>
    public string[] Calls() => File.Exists(CallsFile) ? File.ReadAllLines(CallsFile) : [];

    private async Task CheckOutAsync()
    {
        var git = new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]) { WorkingDirectory = SourceTree.Root, RedirectStandardOutput = true };
        foreach (var file in (await OutputAsync(git)).Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(x => File.Exists(Path.Combine(SourceTree.Root, x))))
        {
            var copy = Path.Combine(Root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(SourceTree.Root, file), copy);
        }

        string[] identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"];
        foreach (var arguments in (string[][])[["init", "--quiet", "--initial-branch", "main"], ["add", "."], ["commit", "--quiet", "--message", "one"], ["tag", "v1.2.3"]])
            await OutputAsync(new ProcessStartInfo("git", [.. identity, .. arguments]) { WorkingDirectory = Root, RedirectStandardOutput = true });
        foreach (var left in (string[])[$"artifacts/publish/{AppEnvironments.Declaration.Name}.json", "artifacts/scan/report.html", "src/Acci/bin/app", "tests/Acci.Tests/obj/x"])
        {
            var file = Path.Combine(Root, left);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, "{}", TestContext.Current.CancellationToken);
        }

        Directory.CreateDirectory(Home);
        var docker = Path.Combine(Directory.CreateDirectory(Programs).FullName, "docker");
        await File.WriteAllTextAsync(
            docker,
            $"""
            #!/bin/sh
            echo "$*" >> '{CallsFile}'
            case "$*" in
            {DockerReply.PullsFromLoopback}
            info*Swarm*) echo inactive false 0 ;; "context inspect"*) echo unix:///var/run/docker.sock ;; ps*|*" ls "*|*" config "*) ;; *inspect*) echo "Driver: docker-container"; echo "Platforms: linux/amd64" ;; *) echo 29.0.0 ;; esac
            """,
            TestContext.Current.CancellationToken);
        File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static async Task<string> OutputAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"git {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}.");
    }
}
