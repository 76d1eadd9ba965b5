namespace Nuke.Common.IO;

/// <summary>A path without a root, with backslashes.</summary>
public class WinRelativePath : RelativePath
{
    /// <summary>A normalized path.</summary>
    protected WinRelativePath(string path, char? separator)
        : base(path, separator)
    {
    }

    /// <summary>Takes a path without a root.</summary>
    public static explicit operator WinRelativePath(string path) => path is null ? null : new WinRelativePath(path, PathConstruction.WinSeparator);
}
