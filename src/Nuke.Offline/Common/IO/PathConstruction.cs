using Nuke.Common.Utilities;

namespace Nuke.Common.IO;

/// <summary>Path arithmetic for Unix, Windows and UNC paths on every platform.</summary>
public static class PathConstruction
{
    internal const char UnixSeparator = '/';
    internal const char WinSeparator = '\\';

    private const string UncRoot = @"\\";

    private static readonly char[] Separators = [UnixSeparator, WinSeparator];

    /// <summary>The path from one place to another; both must be below the same root.</summary>
    public static string GetRelativePath(string basePath, string destinationPath)
    {
        basePath = NormalizePath(basePath);
        destinationPath = NormalizePath(destinationPath);
        var comparison = ComparisonFor(basePath);
        Check.That(
            string.Equals(GetPathRoot(basePath), GetPathRoot(destinationPath), comparison),
            $"Root of '{basePath}' must be same as for '{destinationPath}'");

        var from = basePath.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        var to = destinationPath.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        var common = from.Zip(to).TakeWhile(x => string.Equals(x.First, x.Second, comparison)).Count();
        return string.Join(SeparatorOf(basePath), Enumerable.Repeat("..", from.Length - common).Concat(to.Skip(common)));
    }

    /// <summary>The path from one place to another, with the base path's separators.</summary>
    public static RelativePath GetRelativePathTo(this AbsolutePath basePath, string destinationPath) =>
        (RelativePath)GetRelativePath(basePath, destinationPath);

    /// <summary>The path from one place to another, with slashes.</summary>
    public static UnixRelativePath GetUnixRelativePath(string basePath, string destinationPath) =>
        (UnixRelativePath)GetRelativePath(basePath, destinationPath);

    /// <summary>The path from one place to another, with slashes.</summary>
    public static UnixRelativePath GetUnixRelativePathTo(this AbsolutePath basePath, string destinationPath) =>
        GetUnixRelativePath(basePath, destinationPath);

    /// <summary>The path from one place to another, with backslashes.</summary>
    public static WinRelativePath GetWinRelativePath(string basePath, string destinationPath) =>
        (WinRelativePath)GetRelativePath(basePath, destinationPath);

    /// <summary>The path from one place to another, with backslashes.</summary>
    public static WinRelativePath GetWinRelativePathTo(this AbsolutePath basePath, string destinationPath) =>
        GetWinRelativePath(basePath, destinationPath);

    /// <summary>The path with slashes.</summary>
    public static UnixRelativePath ToUnixRelativePath(this RelativePath path) => (UnixRelativePath)(string)path;

    /// <summary>The path with backslashes.</summary>
    public static WinRelativePath ToWinRelativePath(this RelativePath path) => (WinRelativePath)(string)path;

    /// <summary>Whether the one path leads to a place at or below the other.</summary>
    public static bool IsDescendantPath(string basePath, string destinationPath)
    {
        basePath = NormalizePath(basePath);
        destinationPath = NormalizePath(destinationPath);
        var comparison = ComparisonFor(basePath);
        return string.Equals(basePath, destinationPath, comparison) ||
               destinationPath.StartsWith(basePath.TrimEnd(Separators) + SeparatorOf(basePath), comparison);
    }

    /// <summary>Whether the one path leads to a place at or below the other.</summary>
    public static bool Contains(this AbsolutePath basePath, string destinationPath) => IsDescendantPath(basePath, destinationPath);

    /// <summary>Whether the path begins with a root.</summary>
    public static bool HasPathRoot(string path) => GetPathRoot(path) is not null;

    /// <summary><c>/</c>, <c>C:</c> or <c>\\</c>; null if the path has no root.</summary>
    public static string GetPathRoot(string path) => path switch
    {
        [UnixSeparator, ..] => "/",
        [WinSeparator, WinSeparator, ..] => UncRoot,
        [var drive, ':', ..] when char.IsAsciiLetter(drive) => path[..2],
        _ => null,
    };

    /// <summary>The one path followed by the other, normalized.</summary>
    public static string Combine(string left, string right, char? separator = null)
    {
        if (string.IsNullOrEmpty(left))
            return NormalizePath(right, separator);
        if (string.IsNullOrEmpty(right))
            return NormalizePath(left, separator);
        Check.That(!HasPathRoot(right), $"Second path '{right}' must not be rooted");
        var used = separator ?? SeparatorOf(left);
        return NormalizePath(left + used + right, used);
    }

    /// <summary>The path with one kind of separator, without <c>.</c>, <c>..</c>, and a separator at its end.</summary>
    public static string NormalizePath(string path, char? separator = null)
    {
        path ??= string.Empty;
        var root = GetPathRoot(path);
        var used = separator ?? SeparatorOf(path);
        Check.That(
            separator is null || root is null || root[0] != UnixSeparator || separator == UnixSeparator,
            $"For Unix-rooted paths the separator must be '{UnixSeparator}'");

        var segments = new List<string>();
        foreach (var segment in path[(root?.Length ?? 0)..].Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == "..")
            {
                if (segments.Count > 0 && segments[^1] != "..")
                    segments.RemoveAt(segments.Count - 1);
                else if (root is null)
                    segments.Add(segment);
                else
                    Assert.Fail($"Cannot normalize '{path}' beyond path root");
            }
            else if (segment != ".")
                segments.Add(segment);
        }

        var rest = string.Join(used, segments);
        return root switch
        {
            null => rest,
            "/" or UncRoot => root + rest,
            _ when rest.Length == 0 => root,
            _ => root + used + rest,
        };
    }

    internal static char SeparatorOf(string path) => GetPathRoot(path) switch
    {
        null => System.IO.Path.DirectorySeparatorChar,
        "/" => UnixSeparator,
        _ => WinSeparator,
    };

    internal static StringComparison ComparisonFor(string path) =>
        SeparatorOf(path) == UnixSeparator ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
}
