using System.Diagnostics;
using System.Management.Automation;
using Acci.Delivery.Caching;
using Acci.Delivery.Processes;
using Command = Acci.Delivery.Processes.Command;

namespace Acci.Delivery.Tests.Bootstrap;

/// <summary>PowerShell as the .NET tool it is published as, in the version whose library these tests use; fetched into the cache, once.</summary>
internal static class PowerShellTool
{
    private static readonly Lazy<string?> Assembly = new(Fetch);

    /// <summary>The .NET host and the program that it runs; the tool's own launcher would look for a host on the PATH.</summary>
    public static IReadOnlyList<string> Command
    {
        get
        {
            Assert.SkipWhen(Assembly.Value is null, "PowerShell is fetched as a .NET tool, and no package source that answers carries it.");
            return [Executables.Find("dotnet")!, Assembly.Value];
        }
    }

    private static string? Fetch()
    {
        var version = FileVersionInfo.GetVersionInfo(typeof(PSObject).Assembly.Location).ProductVersion!.Split(' ', '+')[0];
        var folder = CacheDirectory.Default.Combine("tests", $"powershell-{version}");
        if (!Directory.Exists(folder))
        {
            var draft = $"{folder}-{Environment.ProcessId}";
            var install = new Command("dotnet", "tool", "install", "--tool-path", draft, "PowerShell", "--version", version);
            var result = CommandRunner.TryRunAsync(install).GetAwaiter().GetResult();
            try
            {
                if (result.Succeeded) Directory.Move(draft, folder);
            }
            catch (IOException) when (Directory.Exists(folder))
            {
                // Another run of the tests was faster.
            }

            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
            if (!Directory.Exists(folder)) return null;
        }

        return Directory.EnumerateFiles(folder, "pwsh.dll", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Single(x => Path.GetFileName(Path.GetDirectoryName(x)) == (OperatingSystem.IsWindows() ? "win" : "unix"));
    }
}
