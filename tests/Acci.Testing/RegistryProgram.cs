using Acci.Delivery.Caching;
using Acci.Delivery.Processes;

namespace Acci.Testing;

/// <summary>
/// The distribution project's registry server, as Debian packages it: from the PATH, from the private engine's tools, or fetched with apt into the cache,
/// without installing anything.
/// </summary>
public static class RegistryProgram
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
        return Executables.Find(Package) ?? fetched ?? (DebianPackages.Fetch(Package, Package) is { } root ? Path.Combine(root, "usr", "bin", Package) : null);
    }
}
