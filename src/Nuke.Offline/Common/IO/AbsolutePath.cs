using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Nuke.Common.Utilities;

namespace Nuke.Common.IO;

/// <summary>A path with a root, normalized.</summary>
[DebuggerDisplay("{" + nameof(_path) + "}")]
[TypeConverter(typeof(TypeConverter))]
public class AbsolutePath : IAbsolutePathHolder, IFormattable
{
    /// <summary>Format: in double quotes.</summary>
    public const string DoubleQuote = "d";

    /// <summary>Format: in double quotes if the path contains white space. The format of interpolated strings.</summary>
    public const string DoubleQuoteIfNeeded = "dn";

    /// <summary>Format: in single quotes.</summary>
    public const string SingleQuote = "s";

    /// <summary>Format: in single quotes if the path contains white space.</summary>
    public const string SingleQuoteIfNeeded = "sn";

    /// <summary>Format: as it is.</summary>
    public const string NoQuotes = "nq";

    private readonly string _path;

    private AbsolutePath(string path) => _path = PathConstruction.NormalizePath(path);

    /// <summary>The last part of the path.</summary>
    public string Name => System.IO.Path.GetFileName(_path);

    /// <summary>The last part of the path, without what follows its last dot.</summary>
    public string NameWithoutExtension => System.IO.Path.GetFileNameWithoutExtension(_path);

    /// <summary>What follows the last dot of the name, with the dot.</summary>
    public string Extension => System.IO.Path.GetExtension(_path);

    /// <summary>The directory above; null for a root.</summary>
    public AbsolutePath Parent => PathConstruction.GetPathRoot(_path) == _path ? null : this / "..";

    AbsolutePath IAbsolutePathHolder.Path => this;

    /// <summary>Takes a path with a root.</summary>
    public static AbsolutePath Create(string path)
    {
        Check.That(PathConstruction.HasPathRoot(path), $"Path '{path}' must be rooted");
        return new AbsolutePath(path);
    }

    /// <summary>Takes a path with a root.</summary>
    public static implicit operator AbsolutePath(string path) => path is null ? null : Create(path);

    /// <summary>The path as text.</summary>
    public static implicit operator string(AbsolutePath path) => path?._path;

    /// <summary>The path followed by another one.</summary>
    public static AbsolutePath operator /(AbsolutePath left, string right) => new(PathConstruction.Combine(left.NotNull()._path, right));

    /// <summary><c>path / ..</c> is the parent.</summary>
    public static AbsolutePath operator /(AbsolutePath left, Range range)
    {
        Check.That(range.Equals(Range.All), "Only '..' is a range that leads somewhere");
        return left / "..";
    }

    /// <summary>The path with text at its end.</summary>
    public static AbsolutePath operator +(AbsolutePath left, string right) => new(left.NotNull()._path + right);

    /// <summary>Whether both lead to the same place.</summary>
    public static bool operator ==(AbsolutePath a, AbsolutePath b) => Equals(a, b);

    /// <summary>Whether they lead to different places.</summary>
    public static bool operator !=(AbsolutePath a, AbsolutePath b) => !Equals(a, b);

    /// <summary>Whether both lead to the same place; Windows paths ignore case.</summary>
    protected bool Equals(AbsolutePath other) => string.Equals(_path, other?._path, PathConstruction.ComparisonFor(_path));

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is AbsolutePath other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _path.GetHashCode(PathConstruction.ComparisonFor(_path));

    /// <inheritdoc/>
    public override string ToString() => _path;

    /// <summary>The path in one of the formats of this class.</summary>
    public string ToString(string format) => ((IFormattable)this).ToString(format, CultureInfo.InvariantCulture);

    string IFormattable.ToString(string format, IFormatProvider formatProvider) => format switch
    {
        DoubleQuote => _path.DoubleQuote(),
        null or "" or DoubleQuoteIfNeeded => _path.DoubleQuoteIfNeeded(),
        SingleQuote => _path.SingleQuote(),
        SingleQuoteIfNeeded => _path.SingleQuoteIfNeeded(),
        NoQuotes => _path,
        _ => throw new FormatException($"A path has no format '{format}'"),
    };

    /// <summary>Reads a path; one without a root starts from the working directory.</summary>
    public class TypeConverter : System.ComponentModel.TypeConverter
    {
        /// <inheritdoc/>
        public override bool CanConvertFrom(ITypeDescriptorContext context, Type sourceType) =>
            sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

        /// <inheritdoc/>
        public override object ConvertFrom(ITypeDescriptorContext context, CultureInfo culture, object value) => value switch
        {
            string path when PathConstruction.HasPathRoot(path) => Create(path),
            string path => EnvironmentInfo.WorkingDirectory / path,
            _ => base.ConvertFrom(context, culture, value),
        };
    }
}
