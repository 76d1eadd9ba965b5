using System.Runtime.CompilerServices;

namespace Nuke.Common.IO;

/// <summary>The file system, seen from a path.</summary>
public static partial class AbsolutePathExtensions
{
    /// <summary>Whether a file exists there.</summary>
    public static bool FileExists(this AbsolutePath path) => File.Exists(path);

    /// <summary>Whether a directory exists there.</summary>
    public static bool DirectoryExists(this AbsolutePath path) => Directory.Exists(path);

    /// <summary>Whether something exists there; named <c>…File</c> or <c>…Directory</c>, that is what it has to be.</summary>
    public static bool Exists(this AbsolutePath path, [CallerArgumentExpression(nameof(path))] string expression = null) => expression switch
    {
        not null when expression.EndsWith("File", StringComparison.OrdinalIgnoreCase) => path.FileExists(),
        not null when expression.EndsWith("Directory", StringComparison.OrdinalIgnoreCase) => path.DirectoryExists(),
        _ => path.FileExists() || path.DirectoryExists(),
    };

    /// <summary>The path if something exists there, null otherwise.</summary>
    public static AbsolutePath Existing(this AbsolutePath path, [CallerArgumentExpression(nameof(path))] string expression = null) =>
        path.Exists(expression) ? path : null;

    /// <summary>The path if a file exists there, null otherwise.</summary>
    public static AbsolutePath ExistingFile(this AbsolutePath path) => path.FileExists() ? path : null;

    /// <summary>The path if a directory exists there, null otherwise.</summary>
    public static AbsolutePath ExistingDirectory(this AbsolutePath path) => path.DirectoryExists() ? path : null;

    /// <summary>The paths at which files exist.</summary>
    public static IEnumerable<AbsolutePath> WhereFileExists(this IEnumerable<AbsolutePath> paths) => paths.Where(x => x.FileExists());

    /// <summary>The paths at which directories exist.</summary>
    public static IEnumerable<AbsolutePath> WhereDirectoryExists(this IEnumerable<AbsolutePath> paths) => paths.Where(x => x.DirectoryExists());

    /// <summary>Whether the directory contains a file of such a name.</summary>
    public static bool ContainsFile(this AbsolutePath path, string pattern, SearchOption options = SearchOption.TopDirectoryOnly) =>
        Directory.EnumerateFiles(path, pattern, options).Any();

    /// <summary>Whether the directory contains a directory of such a name.</summary>
    public static bool ContainsDirectory(this AbsolutePath path, string pattern, SearchOption options = SearchOption.TopDirectoryOnly) =>
        Directory.EnumerateDirectories(path, pattern, options).Any();

    /// <summary>Whether the name ends in one of the extensions.</summary>
    public static bool HasExtension(this AbsolutePath path, string extension, params string[] alternativeExtensions) =>
        alternativeExtensions.Prepend(extension).Any(x => path.ToString().EndsWith(x, StringComparison.OrdinalIgnoreCase));

    /// <summary>The path with another extension.</summary>
    public static AbsolutePath WithExtension(this AbsolutePath path, string extension) => Path.ChangeExtension(path, extension);

    /// <summary>Whether the directory's name begins with a dot.</summary>
    public static bool IsDotDirectory(this AbsolutePath path) => path.Name.StartsWith('.') && path.DirectoryExists();

    /// <summary>The nearest directory above for which the condition holds, or null.</summary>
    public static AbsolutePath FindParent(this AbsolutePath path, Func<AbsolutePath, bool> predicate) => path.Parent?.FindParentOrSelf(predicate);

    /// <summary>The path, or the nearest directory above, for which the condition holds, or null.</summary>
    public static AbsolutePath FindParentOrSelf(this AbsolutePath path, Func<AbsolutePath, bool> predicate)
    {
        while (path is not null && !predicate(path))
            path = path.Parent;
        return path;
    }

    /// <summary>The files in the directory, down to that depth.</summary>
    public static IEnumerable<AbsolutePath> GetFiles(this AbsolutePath path, string pattern = "*", int depth = 1, FileAttributes attributes = 0) =>
        Below(path, depth, directory => Directory.EnumerateFiles(directory, pattern), attributes);

    /// <summary>The directories in the directory, down to that depth.</summary>
    public static IEnumerable<AbsolutePath> GetDirectories(
        this AbsolutePath path,
        string pattern = "*",
        int depth = 1,
        FileAttributes attributes = 0) =>
        Below(path, depth, directory => Directory.EnumerateDirectories(directory, pattern), attributes);

    /// <summary>When the file was last written.</summary>
    public static DateTime GetLastWriteTimeUtc(this AbsolutePath path) => File.GetLastWriteTimeUtc(path);

    /// <summary>The file as the framework sees it, or null.</summary>
    public static FileInfo ToFileInfo(this AbsolutePath path) => path is null ? null : new FileInfo(path);

    /// <summary>The directory as the framework sees it, or null.</summary>
    public static DirectoryInfo ToDirectoryInfo(this AbsolutePath path) => path is null ? null : new DirectoryInfo(path);

    private static IEnumerable<AbsolutePath> Below(
        AbsolutePath directory,
        int depth,
        Func<string, IEnumerable<string>> enumerate,
        FileAttributes attributes)
    {
        if (depth == 0)
            return [];
        var here = enumerate(directory)
            .Where(x => (File.GetAttributes(x) & attributes) == attributes)
            .Order(StringComparer.Ordinal)
            .Select(x => (AbsolutePath)x);
        if (depth == 1)
            return here;
        return here.Concat(Directory.EnumerateDirectories(directory)
            .Order(StringComparer.Ordinal)
            .SelectMany(x => Below(x, depth - 1, enumerate, attributes)));
    }
}
