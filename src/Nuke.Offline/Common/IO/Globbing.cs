using Microsoft.Extensions.FileSystemGlobbing;

namespace Nuke.Common.IO;

/// <summary>Finds files and directories by patterns with <c>*</c> and <c>**</c>.</summary>
public static class Globbing
{
    /// <summary>Whether patterns regard case.</summary>
    public static GlobbingCaseSensitivity GlobbingCaseSensitivity = GlobbingCaseSensitivity.Auto;

    private static StringComparison Comparison => GlobbingCaseSensitivity switch
    {
        GlobbingCaseSensitivity.CaseSensitive => StringComparison.Ordinal,
        GlobbingCaseSensitivity.CaseInsensitive => StringComparison.OrdinalIgnoreCase,
        _ => EnvironmentInfo.IsLinux ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase,
    };

    /// <summary>The files below the directory that match one of the patterns.</summary>
    public static IReadOnlyCollection<AbsolutePath> GlobFiles(this AbsolutePath directory, params string[] patterns) =>
        Matcher(patterns).GetResultsInFullPath(directory).Order(StringComparer.Ordinal).Select(x => (AbsolutePath)x).ToList();

    /// <summary>The directories below the directory that match one of the patterns.</summary>
    public static IReadOnlyCollection<AbsolutePath> GlobDirectories(this AbsolutePath directory, params string[] patterns)
    {
        if (!directory.DirectoryExists())
            return [];
        var directories = Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories)
            .Select(x => PathConstruction.GetRelativePath(directory, x));
        return Matcher(patterns).Match(directories).Files.Select(x => directory / x.Path).OrderBy(x => x.ToString(), StringComparer.Ordinal).ToList();
    }

    /// <summary>The files below the directory that match one of the patterns.</summary>
    public static IReadOnlyCollection<string> GlobFiles(string directory, params string[] patterns) =>
        GlobFiles((AbsolutePath)directory, patterns).Select(x => x.ToString()).ToList();

    /// <summary>The directories below the directory that match one of the patterns.</summary>
    public static IReadOnlyCollection<string> GlobDirectories(string directory, params string[] patterns) =>
        GlobDirectories((AbsolutePath)directory, patterns).Select(x => x.ToString()).ToList();

    private static Matcher Matcher(IEnumerable<string> patterns)
    {
        var matcher = new Matcher(Comparison);
        matcher.AddIncludePatterns(patterns);
        return matcher;
    }
}
