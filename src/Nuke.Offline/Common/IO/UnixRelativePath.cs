namespace Nuke.Common.IO;

/// <summary>A path without a root, with slashes.</summary>
public class UnixRelativePath : RelativePath
{
    /// <summary>A normalized path.</summary>
    protected UnixRelativePath(string path, char? separator)
        : base(path, separator)
    {
    }

    /// <summary>Takes a path without a root.</summary>
    public static explicit operator UnixRelativePath(string path) => path is null ? null : new UnixRelativePath(path, PathConstruction.UnixSeparator);
}
