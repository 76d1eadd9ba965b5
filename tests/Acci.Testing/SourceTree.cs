namespace Acci.Testing;

/// <summary>The repository these tests belong to.</summary>
public static class SourceTree
{
    /// <summary>Its root.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props"))) return folder.FullName;
        }

        throw new InvalidOperationException($"Directory.Packages.props is not above {AppContext.BaseDirectory}.");
    }
}
