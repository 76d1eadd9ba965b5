namespace Acci.Delivery.Versioning;

/// <summary>A folder that builds write to, whose content can be made again. What git tracks in it cannot, nor can what somebody works on there.</summary>
public static class OutputFolder
{
    // Elsewhere `Bin` is `bin`.
    private static readonly StringComparer Names = OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <summary>Why a <c>bin</c> or <c>obj</c> folder is not one that builds make; null where it is.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <param name="cancellationToken">Interrupts git.</param>
    /// <exception cref="DeliveryException">git cannot tell.</exception>
    public static async Task<string?> ObstacleAsync(string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var (around, name) = (Path.GetDirectoryName(folder)!, Path.GetFileName(folder));
        var git = new Git(around);
        if ((await git.FilesAsync(cancellationToken)).Any(x => Names.Equals(x.Split('/')[0], name))) return "git tracks files in it";
        if (Directory.EnumerateFiles(around, "*.*proj").Any() || await git.TopFolderAsync(cancellationToken) is null) return null;
        return (await git.IgnoredAsync([name], cancellationToken)).Count > 0 ? null : "no project file is beside it, and git does not ignore it";
    }

    /// <summary>The files and folders in a folder of results of which git tracks nothing.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <param name="cancellationToken">Interrupts git.</param>
    /// <exception cref="DeliveryException">git cannot tell.</exception>
    public static async Task<IReadOnlyList<FileSystemInfo>> EntriesAsync(DirectoryInfo folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var tracked = (await new Git(folder.FullName).FilesAsync(cancellationToken)).Select(x => x.Split('/')[0]).ToHashSet(Names);
        return [.. folder.EnumerateFileSystemInfos().Where(x => !tracked.Contains(x.Name))];
    }
}
