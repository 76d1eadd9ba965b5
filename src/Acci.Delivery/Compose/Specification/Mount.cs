namespace Acci.Delivery.Compose.Specification;

/// <summary>Storage or a folder that a service sees. Source: Compose specification, <c>volumes</c>, long syntax.</summary>
/// <param name="Type"><c>volume</c> or <c>bind</c>.</param>
/// <param name="Source">The top-level volume, or a path of the host relative to the file; none for a volume that goes with its container.</param>
/// <param name="Target">Where it is seen.</param>
public sealed record Mount(string Type, Scalar? Source, string Target)
{
    /// <summary>It cannot be written.</summary>
    public bool? ReadOnly { get; init; }

    /// <summary>A top-level volume.</summary>
    public static Mount Volume(string name, string target) => new("volume", name, target);

    /// <summary>A volume without a name, with what the image has there.</summary>
    public static Mount Anonymous(string target) => new("volume", null, target);

    /// <summary>A folder or file of the host.</summary>
    public static Mount Bind(Scalar source, string target) => new("bind", source, target);
}
