namespace Acci.Delivery.Processes;

/// <summary>Resolves the symbolic links in a path, so that two paths of one folder are equal.</summary>
public static class RealPath
{
    // As Linux: more are a circle.
    private const int MostLinks = 40;

    /// <summary>The full path without links, as <c>pwd -P</c> says it; nothing has to be there. Links that lead in a circle stay as they are.</summary>
    public static string Of(string folder)
    {
        var links = 0;
        return Of(folder, ref links);
    }

    private static string Of(string folder, ref int links)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Path.GetDirectoryName(folder) is not { } parent) return folder;
        var place = Path.Combine(Of(parent, ref links), Path.GetFileName(folder));
        return new DirectoryInfo(place).LinkTarget is { } target && ++links <= MostLinks
            ? Of(Path.GetFullPath(target, Path.GetDirectoryName(place)!), ref links) : place;
    }
}
