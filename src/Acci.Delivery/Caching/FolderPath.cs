using System.Formats.Tar;

namespace Acci.Delivery.Caching;

/// <summary>Every folder and link that the system goes through on its way to a folder: who can change one of them leads it elsewhere. Source: path_resolution(7).</summary>
internal static class FolderPath
{
    /// <summary>Those of a full path, from the root on; a link's own place comes before its target's. The end is the folder itself.</summary>
    public static IEnumerable<(string Path, PosixTarEntry Entry, bool IsEnd)> Walk(string path)
    {
        var place = "/";
        var left = new Stack<string>();
        Push(path);
        yield return (place, Read(place), false);
        while (left.TryPop(out var name))
        {
            var next = name switch { "." => place, ".." => Path.GetDirectoryName(place) ?? place, _ => Path.Combine(place, name) };
            var entry = Read(next);
            var isLink = entry.EntryType == TarEntryType.SymbolicLink;
            if (isLink) Push(entry.LinkName);
            yield return (next, entry, left.Count == 0);
            if (!isLink) place = next;
            else if (Path.IsPathRooted(entry.LinkName)) place = "/";
        }

        void Push(string names)
        {
            if (names.Split('/', StringSplitOptions.RemoveEmptyEntries) is not { Length: > 0 } parts) parts = ["."];
            foreach (var part in parts.Reverse()) left.Push(part);
        }
    }

    /// <summary>Whose a folder, a file or a link is, and who may write it.</summary>
    // .NET tells owners nowhere else than in archives; a folder's and a link's entry is nothing but its header. A file's content is read, too, so it has to be a small one.
    public static PosixTarEntry Read(string path)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true)) writer.WriteEntry(Path.TrimEndingDirectorySeparator(path), "entry");
        archive.Position = 0;
        using var reader = new TarReader(archive);
        return (PosixTarEntry)reader.GetNextEntry()!;
    }
}
