namespace Acci.Delivery.Processes;

/// <summary>Where a folder is: a path through links leads to the same one as the path without them.</summary>
public static class RealPath
{
    // As Linux: more are a circle.
    private const int MostLinks = 40;

    /// <summary>The full path without links, as <c>pwd -P</c> says it; nothing has to be there. Links that lead in a circle stay as they are.</summary>
    public static string Of(string folder) => Of(folder, new int[1]);

    private static string Of(string folder, int[] links)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Path.GetDirectoryName(folder) is not { } parent) return folder;
        var place = Path.Combine(Of(parent, links), Path.GetFileName(folder));
        return new DirectoryInfo(place).LinkTarget is { } target && ++links[0] <= MostLinks
            ? Of(Path.GetFullPath(target, Path.GetDirectoryName(place)!), links) : place;
    }
}
