using Acci.Delivery.Caching;

namespace Acci.Delivery.Sessions;

// What the scripts of the private engine and of stand-ins were making when they were killed. They write no journal, and hold a lock while they are at it.
public sealed partial class Session
{
    private const string LockOfScripts = "fetch.lock";

    // As fetch.sh and stand-ins/build.sh name them.
    private static readonly (string Folder, string Drafts)[] PlacesOfScripts = [("engine", "new.*"), ("tools", "new.*"), ("stand-ins", "work.*")];

    private static List<string> RemoveDrafts(CacheDirectory cache)
    {
        var removed = new List<string>();
        if (DraftsIn(cache).Count == 0) return removed;
        cache.EnsureOwn([.. PlacesOfScripts.Select(x => x.Folder)]);
        // The operating system lets go of it when the script ends, however it ends. One that begins meanwhile waits.
        using var alone = TryOpen(cache.Combine(LockOfScripts));
        foreach (var draft in alone is null ? [] : DraftsIn(cache))
        {
            if (draft.DeletePath() is true) removed.Add(draft.ToString());
        }

        return removed;
    }

    private static List<Leftover> DraftsIn(CacheDirectory cache)
    {
        try
        {
            return
            [
                .. PlacesOfScripts.Where(x => Directory.Exists(cache.Combine(x.Folder)))
                    .SelectMany(x => Directory.EnumerateDirectories(cache.Combine(x.Folder), x.Drafts)).Select(x => new Leftover { Path = x }),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
