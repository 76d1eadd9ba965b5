using Acci.Delivery.Processes;

namespace Acci.Delivery.Caching;

/// <summary>
/// Where everything lies that can be fetched or made again: the private engine, tools, stand-ins, the local registry.
/// <c>ACCI_CACHE</c>, else <c>$XDG_CACHE_HOME/acci</c>, else <c>~/.cache/acci</c>. Source: XDG base directory specification 0.8.
/// </summary>
public sealed record CacheDirectory(string Path)
{
    /// <summary>The folder this machine's settings name.</summary>
    public static CacheDirectory Default { get; } = Of(ProcessEnvironment.Read());

    /// <summary>The folder that an environment names.</summary>
    public static CacheDirectory Of(ProcessEnvironment environment) => new(
        environment.Find("ACCI_CACHE") ?? System.IO.Path.Combine(environment.Find("XDG_CACHE_HOME") ?? System.IO.Path.Combine(environment.Home, ".cache"), "acci"));

    /// <summary>Where signing keys made here lie; never inside a repository, and not in the cache, which may be emptied.</summary>
    public static string KeyDirectoryOf(ProcessEnvironment environment) =>
        System.IO.Path.Combine(environment.Find("XDG_CONFIG_HOME") ?? System.IO.Path.Combine(environment.Home, ".config"), "acci");

    /// <summary>Makes sure that nobody but this user, and root, can change what lies in the folder, and in these folders of it where they are there.</summary>
    /// <exception cref="DeliveryException">Somebody else can.</exception>
    internal void EnsureOwn(params ReadOnlySpan<string> folders)
    {
        OwnFolder.Ensure(Path);
        foreach (var folder in folders)
        {
            if (Directory.Exists(Combine(folder))) OwnFolder.Ensure(Combine(folder));
        }
    }

    /// <summary>As <see cref="EnsureOwn"/>, of a folder that may not be there yet; nothing is made.</summary>
    internal void LookWhetherOwn() => OwnFolder.Look(Path);

    /// <summary>Makes a folder that its owner alone can enter.</summary>
    internal static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) is { } parent) OwnFolder.Create(parent);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>A path below the folder.</summary>
    public string Combine(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <inheritdoc/>
    public override string ToString() => Path;
}
