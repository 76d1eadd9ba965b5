using System.Diagnostics;

namespace Acci.Tests.Servers;

/// <summary>The servers that the app needs, from the distribution: installed where they are missing and this user may install them.</summary>
internal static class DistributionPackages
{
    private static readonly SemaphoreSlim Installing = new(1, 1);

    /// <summary>Finds a program; where it is missing, installs the package that has it.</summary>
    /// <returns>The program's path, or null where nobody but root, or nobody without apt, could have it.</returns>
    /// <exception cref="InvalidOperationException">It cannot be installed, though this user may install it.</exception>
    public static async Task<string?> FindAsync(Func<string?> find, string package, CancellationToken cancellationToken)
    {
        if (find() is { } program)
            return program;
        if (!Environment.IsPrivilegedProcess || InPath("apt-get") is null)
            return null;
        await Installing.WaitAsync(cancellationToken);
        try
        {
            if (find() is { } installed)
                return installed;
            var output = await RunAsync(["apt-get", "update", "-qq"], cancellationToken);
            output += await RunAsync(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], cancellationToken);
            return find() ?? throw new InvalidOperationException($"{package} is missing and cannot be installed:\n{output}");
        }
        finally
        {
            Installing.Release();
        }
    }

    public static string? InPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    private static async Task<string> RunAsync(string[] command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using var process = Process.Start(start)!;
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return string.Concat(texts);
    }
}
