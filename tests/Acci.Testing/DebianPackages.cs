using System.Diagnostics;
using Acci.Delivery.Caching;
using Acci.Delivery.Processes;

namespace Acci.Testing;

/// <summary>Programs of the distribution, fetched with apt into the cache, without installing anything.</summary>
public static class DebianPackages
{
    /// <summary>The folder that these packages were unpacked in, once; null where they cannot be had.</summary>
    /// <param name="name">What the folder is called.</param>
    /// <param name="packages">The packages, and no others: not what they depend on.</param>
    public static string? Fetch(string name, params IReadOnlyList<string> packages) => FetchFrom(null, name, packages);

    /// <summary>The same from another suite than the machine's, as in <c>sid</c>: for programs that the machine's does not have, and that need no library of it.</summary>
    public static string? FetchFrom(string? suite, string name, params IReadOnlyList<string> packages)
    {
        var folder = CacheDirectory.Default.Combine("tests", name);
        var root = Path.Combine(folder, "root");
        if (Directory.Exists(root)) return root;
        if (Executables.Find("apt-get") is null || Executables.Find("dpkg-deb") is null) return null;

        // With lists of its own where the machine has none: that needs no rights, and changes nothing.
        var work = Path.Combine(folder, $"fetch-{Environment.ProcessId}");
        Directory.CreateDirectory(Path.Combine(work, "lists", "partial"));
        Directory.CreateDirectory(Path.Combine(work, "cache", "archives", "partial"));
        string[] own = ["-qq", "-o", $"Dir::State::Lists={work}/lists", "-o", $"Dir::Cache={work}/cache", "-o", "APT::Sandbox::User=root"];
        if (suite is not null)
        {
            if (RepositoryOfMachine(work) is not { } repository) return null;
            File.WriteAllText(Path.Combine(work, "sources.list"), $"deb {repository} {suite} main\n");
            own = [.. own, "-o", $"Dir::Etc::sourcelist={work}/sources.list", "-o", "Dir::Etc::sourceparts=-"];
        }

        if ((suite is not null || !Run(work, "apt-get", ["-qq", "download", .. packages])) && !(Run(work, "apt-get", [.. own, "update"]) && Run(work, "apt-get", [.. own, "download", .. packages]))) return null;
        if (Directory.GetFiles(work, "*.deb").Any(package => !Run(work, "dpkg-deb", "-x", package, Path.Combine(work, "root")))) return null;
        try
        {
            Directory.Move(Path.Combine(work, "root"), root);
        }
        catch (IOException) when (Directory.Exists(root))
        {
            // Another run of the tests was faster.
        }

        Directory.Delete(work, recursive: true);
        return root;
    }

    // Where the machine itself gets Debian from: the first of its sources.
    private static string? RepositoryOfMachine(string folder)
    {
        using var process = Process.Start(new ProcessStartInfo("apt-get", ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        var first = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault(x => !x.Contains("security", StringComparison.Ordinal));
        process.WaitForExit();
        return first;
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
