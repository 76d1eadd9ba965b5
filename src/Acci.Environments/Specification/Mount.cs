namespace Acci.Environments.Specification;

/// <summary>Storage or a folder that a service sees. Source: Compose specification, <c>volumes</c>, long syntax.</summary>
/// <param name="Type"><c>volume</c>, <c>bind</c> or <c>tmpfs</c>.</param>
/// <param name="Source">The top-level volume, or a path of the host relative to the file; none for a volume that goes with its container.</param>
/// <param name="Target">Where it is seen.</param>
public sealed record Mount(string Type, Scalar? Source, string Target)
{
    /// <summary>It cannot be written.</summary>
    public bool? ReadOnly { get; init; }

    /// <summary>How large a folder in memory may become.</summary>
    public TmpfsOptions? Tmpfs { get; init; }

    /// <summary>A top-level volume.</summary>
    public static Mount Volume(string name, string target) => new("volume", name, target);

    /// <summary>A volume without a name, with what the image has there.</summary>
    public static Mount Anonymous(string target) => new("volume", null, target);

    /// <summary>A folder in memory, at most so many bytes large.</summary>
    public static Mount Memory(string target, int size) => new("tmpfs", null, target) { Tmpfs = new TmpfsOptions(size) };

    /// <summary>A folder or file of the host.</summary>
    public static Mount Bind(Scalar source, string target) => new("bind", source, target);
}

/// <summary>Options of a folder in memory.</summary>
/// <param name="Size">Its size at most, in bytes.</param>
public sealed record TmpfsOptions(Scalar Size);
