namespace Acci.Delivery;

/// <summary>
/// Where everything lies that can be fetched or made again: the private engine, tools, stand-ins, the local registry.
/// <c>ACCI_CACHE</c>, else <c>$XDG_CACHE_HOME/acci</c>, else <c>~/.cache/acci</c>. Source: XDG base directory specification 0.8.
/// </summary>
public sealed record CacheDirectory(string Path)
{
    /// <summary>The folder this machine's settings name.</summary>
    public static CacheDirectory Default { get; } = new(
        Variable("ACCI_CACHE") ?? System.IO.Path.Combine(Variable("XDG_CACHE_HOME") ?? System.IO.Path.Combine(Home, ".cache"), "acci"));

    /// <summary>Where signing keys made here lie; never inside a repository, and not in the cache, which may be emptied.</summary>
    public static string KeyDirectory { get; } = System.IO.Path.Combine(Variable("XDG_CONFIG_HOME") ?? System.IO.Path.Combine(Home, ".config"), "acci");

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>Makes a folder that its owner alone can enter.</summary>
    internal static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>A path below the folder.</summary>
    public string Combine(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <inheritdoc/>
    public override string ToString() => Path;

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
