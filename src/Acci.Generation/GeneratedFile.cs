namespace Acci.Generation;

/// <summary>A file that the build writes and that is checked in: it is what its sources say, byte for byte, or it was changed by hand.</summary>
/// <param name="Path">Where it lies, relative to the repository's root, with forward slashes.</param>
/// <param name="Content">What is in it, with line feeds.</param>
public sealed record GeneratedFile(string Path, string Content)
{
    /// <summary>Whether the file under this root holds exactly this.</summary>
    public bool IsUpToDate(string root)
    {
        var file = Below(root);
        return BoundedFile.Exists(file) && BoundedFile.Read(file) == Content;
    }

    /// <summary>Writes the file under this root; a reader sees the old one or the new one, never half of one.</summary>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="GenerationException">Its place is outside of the root.</exception>
    public bool Write(string root)
    {
        if (IsUpToDate(root)) return false;
        AtomicFile.Write(Below(root), Content);
        return true;
    }

    private string Below(string root)
    {
        var file = System.IO.Path.GetFullPath(System.IO.Path.Combine(root, Path));
        var relative = System.IO.Path.GetRelativePath(root, file);
        return System.IO.Path.IsPathRooted(relative) || relative.Split('/', '\\')[0] is ".." or "."
            ? throw new GenerationException($"The build generates {Path}, which is outside of {root}: name a place in the repository, relative to its root.")
            : file;
    }
}
