using Nuke.Common.Utilities;

namespace Nuke.Common.IO;

/// <summary>A path without a root.</summary>
public class RelativePath
{
    private readonly string _path;
    private readonly char? _separator;

    /// <summary>A normalized path with these separators.</summary>
    protected RelativePath(string path, char? separator = null)
    {
        _path = PathConstruction.NormalizePath(path, separator);
        _separator = separator;
    }

    /// <summary>Takes a path without a root.</summary>
    public static explicit operator RelativePath(string path) => path is null ? null : new RelativePath(path);

    /// <summary>The path as text.</summary>
    public static implicit operator string(RelativePath path) => path?._path;

    /// <summary>The path followed by another one.</summary>
    public static RelativePath operator /(RelativePath left, string right) =>
        new(PathConstruction.Combine(left.NotNull()._path, right, left._separator), left._separator);

    /// <summary><c>path / ..</c> is the parent.</summary>
    public static RelativePath operator /(RelativePath left, Range range)
    {
        Check.That(range.Equals(Range.All), "Only '..' is a range that leads somewhere");
        return left / "..";
    }

    /// <summary>The path with text at its end.</summary>
    public static RelativePath operator +(RelativePath left, string right) => new(left.NotNull()._path + right, left._separator);

    /// <inheritdoc/>
    public override string ToString() => _path;
}
