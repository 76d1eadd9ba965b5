namespace Acci.Delivery.Processes;

/// <summary>Where a folder is: a path through links leads to the same one as the path without them.</summary>
public static class RealPath
{
    /// <summary>The full path without links, as <c>pwd -P</c> says it; nothing has to be there.</summary>
    public static string Of(string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Path.GetDirectoryName(folder) is not { } parent) return folder;
        var place = Path.Combine(Of(parent), Path.GetFileName(folder));
        return new DirectoryInfo(place).LinkTarget is { } target ? Of(Path.GetFullPath(target, Path.GetDirectoryName(place)!)) : place;
    }
}
