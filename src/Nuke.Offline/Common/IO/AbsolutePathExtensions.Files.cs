using Nuke.Common.Utilities;

namespace Nuke.Common.IO;

public static partial class AbsolutePathExtensions
{
    /// <summary>Creates the directory and those above it, as far as they are missing.</summary>
    public static AbsolutePath CreateDirectory(this AbsolutePath path)
    {
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>Leaves an empty directory there.</summary>
    public static AbsolutePath CreateOrCleanDirectory(this AbsolutePath path)
    {
        path.DeleteDirectory();
        return path.CreateDirectory();
    }

    /// <summary>Deletes the directory with all that is in it, if it exists.</summary>
    public static void DeleteDirectory(this AbsolutePath path)
    {
        if (!path.DirectoryExists())
            return;
        if (EnvironmentInfo.IsWin)
        {
            foreach (var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
                File.SetAttributes(file, FileAttributes.Normal);
        }

        Directory.Delete(path, recursive: true);
    }

    /// <summary>Deletes the directories that exist.</summary>
    public static void DeleteDirectories(this IEnumerable<AbsolutePath> paths)
    {
        foreach (var path in paths)
            path.DeleteDirectory();
    }

    /// <summary>Deletes the file, if it exists.</summary>
    public static void DeleteFile(this AbsolutePath path)
    {
        if (!path.FileExists())
            return;
        if (EnvironmentInfo.IsWin)
            File.SetAttributes(path, FileAttributes.Normal);
        File.Delete(path);
    }

    /// <summary>Deletes the files that exist.</summary>
    public static void DeleteFiles(this IEnumerable<AbsolutePath> paths)
    {
        foreach (var path in paths)
            path.DeleteFile();
    }

    /// <summary>Creates the file if it is missing, and sets its time of writing.</summary>
    public static AbsolutePath TouchFile(this AbsolutePath path, DateTime? time = null, bool createDirectories = true)
    {
        if (createDirectories)
            path.Parent.CreateDirectory();
        if (!path.FileExists())
            File.WriteAllBytes(path, []);
        File.SetLastWriteTime(path, time ?? DateTime.Now);
        return path;
    }

    /// <summary>Copies a file, or a directory with all that is in it.</summary>
    public static AbsolutePath Copy(
        this AbsolutePath source,
        AbsolutePath target,
        ExistsPolicy policy = ExistsPolicy.Fail,
        Func<AbsolutePath, bool> excludeDirectory = null,
        Func<AbsolutePath, bool> excludeFile = null,
        bool createDirectories = true) =>
        Transfer(source, target, policy, excludeDirectory, excludeFile, createDirectories, File.Copy);

    /// <summary>Copies a file or a directory into another directory.</summary>
    public static AbsolutePath CopyToDirectory(
        this AbsolutePath source,
        AbsolutePath target,
        ExistsPolicy policy = ExistsPolicy.Fail,
        Func<AbsolutePath, bool> excludeDirectory = null,
        Func<AbsolutePath, bool> excludeFile = null,
        bool createDirectories = true) =>
        source.Copy(target / source.Name, policy, excludeDirectory, excludeFile, createDirectories);

    /// <summary>Moves a file, or a directory with all that is in it; what a policy keeps at its place is deleted only if asked.</summary>
    public static AbsolutePath Move(
        this AbsolutePath source,
        AbsolutePath target,
        ExistsPolicy policy = ExistsPolicy.Fail,
        bool createDirectories = true,
        bool deleteRemainingFiles = false)
    {
        Transfer(source, target, policy, null, null, createDirectories, File.Move);
        if (source.FileExists() && deleteRemainingFiles)
            source.DeleteFile();
        if (source.DirectoryExists() && (deleteRemainingFiles || !source.ContainsFile("*", SearchOption.AllDirectories)))
            source.DeleteDirectory();
        return target;
    }

    /// <summary>Moves a file or a directory to where a function says.</summary>
    public static AbsolutePath Move(
        this AbsolutePath source,
        Func<AbsolutePath, AbsolutePath> newPath,
        ExistsPolicy policy = ExistsPolicy.Fail,
        bool createDirectories = true) =>
        source.Move(newPath(source), policy, createDirectories);

    /// <summary>Moves a file or a directory into another directory.</summary>
    public static AbsolutePath MoveToDirectory(
        this AbsolutePath source,
        AbsolutePath target,
        ExistsPolicy policy = ExistsPolicy.Fail,
        bool createDirectories = true) =>
        source.Move(target / source.Name, policy, createDirectories);

    /// <summary>Gives a file or a directory another name.</summary>
    public static AbsolutePath Rename(this AbsolutePath source, string newName, ExistsPolicy policy = ExistsPolicy.Fail) =>
        source.Move(source.Parent / newName, policy);

    /// <summary>Gives a file or a directory the name a function says.</summary>
    public static AbsolutePath Rename(this AbsolutePath source, Func<AbsolutePath, string> newName, ExistsPolicy policy = ExistsPolicy.Fail) =>
        source.Rename(newName(source), policy);

    /// <summary>Gives a file another name and keeps its extension.</summary>
    public static AbsolutePath RenameWithoutExtension(this AbsolutePath source, string newName, ExistsPolicy policy = ExistsPolicy.Fail) =>
        source.Rename(newName + source.Extension, policy);

    /// <summary>Gives a file the name a function says and keeps its extension.</summary>
    public static AbsolutePath RenameWithoutExtension(
        this AbsolutePath source,
        Func<AbsolutePath, string> newName,
        ExistsPolicy policy = ExistsPolicy.Fail) =>
        source.RenameWithoutExtension(newName(source), policy);

    private static AbsolutePath Transfer(
        AbsolutePath source,
        AbsolutePath target,
        ExistsPolicy policy,
        Func<AbsolutePath, bool> excludeDirectory,
        Func<AbsolutePath, bool> excludeFile,
        bool createDirectories,
        Action<string, string, bool> transfer)
    {
        Check.That(source.FileExists() || source.DirectoryExists(), $"Path '{source}' does not exist");
        return source.FileExists() ? TransferFile(source, target) : TransferDirectory(source, target);

        AbsolutePath TransferFile(AbsolutePath file, AbsolutePath to)
        {
            if (excludeFile?.Invoke(file) ?? false)
                return to;
            if (to.FileExists() && !Overwrites(file, to))
                return to;
            if (createDirectories)
                to.Parent.CreateDirectory();
            transfer(file, to, true);
            return to;
        }

        AbsolutePath TransferDirectory(AbsolutePath directory, AbsolutePath to)
        {
            if (excludeDirectory?.Invoke(directory) ?? false)
                return to;
            Check.That(
                !to.DirectoryExists() || policy.HasFlag(ExistsPolicy.DirectoryMerge),
                $"Directory '{to}' already exists. Policy disallows merging");
            Check.That(!PathConstruction.Contains(directory, to), $"Target directory '{to}' must not be in source directory '{directory}'");
            if (createDirectories)
                to.CreateDirectory();
            foreach (var child in directory.GetDirectories().ToList())
                TransferDirectory(child, to / child.Name);
            foreach (var file in directory.GetFiles().ToList())
                TransferFile(file, to / file.Name);
            return to;
        }

        bool Overwrites(AbsolutePath file, AbsolutePath existing)
        {
            Check.That(!policy.HasFlag(ExistsPolicy.FileFail), $"File '{existing}' already exists. Policy disallows overwriting");
            return policy.HasFlag(ExistsPolicy.FileOverwrite) ||
                   (policy.HasFlag(ExistsPolicy.FileOverwriteIfNewer) && file.GetLastWriteTimeUtc() > existing.GetLastWriteTimeUtc());
        }
    }
}
