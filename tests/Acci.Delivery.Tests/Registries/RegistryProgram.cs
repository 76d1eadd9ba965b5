using System.Diagnostics;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Tests.Registries;

/// <summary>
/// The distribution project's registry server, as Debian packages it: from the PATH, from the private engine's tools, or fetched with apt into the cache,
/// without installing anything.
/// </summary>
internal static class RegistryProgram
{
    private const string Package = "docker-registry";

    private static readonly Lazy<string?> Found = new(Find);

    /// <summary>Whether the program is here, or was fetched.</summary>
    public static bool IsHere => Found.Value is not null;

    /// <summary>The program; where there is none, and none can be had, the test is skipped.</summary>
    public static string Require()
    {
        Assert.SkipWhen(Found.Value is null, $"'{Package}' is not on the PATH, and apt is not here to fetch it.");
        return Found.Value!;
    }

    private static string? Find()
    {
        var tools = CacheDirectory.Default.Combine("tools");
        var fetched = Directory.Exists(tools) ? Directory.EnumerateDirectories(tools, "recipe-*").Select(folder => Path.Combine(folder, "bin", Package)).FirstOrDefault(File.Exists) : null;
        return Executables.Find(Package) ?? fetched ?? Fetch(CacheDirectory.Default.Combine("tests", Package));
    }

    private static string? Fetch(string folder)
    {
        var program = Path.Combine(folder, "root", "usr", "bin", Package);
        if (File.Exists(program)) return program;
        if (Executables.Find("apt-get") is null || Executables.Find("dpkg-deb") is null) return null;

        // With lists of its own where the machine has none: that needs no rights, and changes nothing.
        var work = Path.Combine(folder, $"fetch-{Environment.ProcessId}");
        Directory.CreateDirectory(Path.Combine(work, "lists", "partial"));
        Directory.CreateDirectory(Path.Combine(work, "cache", "archives", "partial"));
        string[] own = ["-qq", "-o", $"Dir::State::Lists={work}/lists", "-o", $"Dir::Cache={work}/cache", "-o", "APT::Sandbox::User=root"];
        if (!Run(work, "apt-get", "-qq", "download", Package) && !(Run(work, "apt-get", [.. own, "update"]) && Run(work, "apt-get", [.. own, "download", Package]))) return null;
        if (!Run(work, "dpkg-deb", "-x", Directory.GetFiles(work, "*.deb").Single(), Path.Combine(work, "root"))) return null;
        try
        {
            Directory.Move(Path.Combine(work, "root"), Path.Combine(folder, "root"));
        }
        catch (IOException) when (File.Exists(program))
        {
            // Another run of the tests was faster.
        }

        Directory.Delete(work, recursive: true);
        return program;
    }

    private static bool Run(string folder, string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
