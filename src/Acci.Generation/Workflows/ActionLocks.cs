using System.Text.Json;

namespace Acci.Generation.Workflows;

/// <summary>The actions that workflows may use, each pinned to a commit: an object of name → version and commit, null where none was recorded yet.</summary>
public sealed class ActionLocks
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        RespectNullableAnnotations = true,
    };

    private readonly string _file;

    private ActionLocks(string file, IReadOnlyList<ActionReference> all, IReadOnlyList<string> unpinned) => (_file, All, Unpinned) = (file, all, unpinned);

    /// <summary>The actions, by name.</summary>
    public IReadOnlyList<ActionReference> All { get; }

    /// <summary>The names that no version was recorded for yet.</summary>
    public IReadOnlyList<string> Unpinned { get; }

    /// <summary>The action of this name.</summary>
    /// <exception cref="GenerationException">It is not pinned.</exception>
    public ActionReference this[string name] => All.FirstOrDefault(x => x.Name == name)
        ?? throw new GenerationException($"The action {name} is not pinned: add \"{name}\": null to {_file} and run UpdateLocks, or write its version and the commit that version is.");

    /// <summary>Reads the file; one that is not there pins nothing.</summary>
    /// <exception cref="GenerationException">It is not of that form.</exception>
    public static ActionLocks Read(string file)
    {
        if (!BoundedFile.Exists(file)) return new ActionLocks(file, [], []);
        var text = BoundedFile.Read(file);
        try
        {
            var entries = JsonSerializer.Deserialize<Dictionary<string, Entry?>>(text, Readable)
                ?? throw new GenerationException("it is null");
            var pinned = from entry in entries where entry.Value is not null select new ActionReference(entry.Key, entry.Value.Commit, entry.Value.Version);
            return new ActionLocks(file, [.. pinned.OrderBy(x => x.Name, StringComparer.Ordinal)], [.. entries.Where(x => x.Value is null).Select(x => x.Key).Order(StringComparer.Ordinal)]);
        }
        catch (GenerationException exception)
        {
            throw new GenerationException($"{file}: {exception.Message}", exception);
        }
        catch (JsonException exception)
        {
            throw new GenerationException($"{file} is not an object of actions, each with version and commit: see line {exception.LineNumber + 1}.", exception);
        }
    }

    /// <summary>The file's text with these actions in it, and these names that no version is known for.</summary>
    public static string ToJson(IEnumerable<ActionReference> actions, params IEnumerable<string> unpinned)
    {
        var entries = actions.Select(x => KeyValuePair.Create<string, Entry?>(x.Name, new Entry { Version = x.Version, Commit = x.Commit }));
        var all = entries.Concat(unpinned.Select(x => KeyValuePair.Create<string, Entry?>(x, null))).ToDictionary();
        return JsonSerializer.Serialize(new SortedDictionary<string, Entry?>(all, StringComparer.Ordinal), Readable) + "\n";
    }

    private sealed record Entry
    {
        public required string Version { get; init; }

        public required string Commit { get; init; }
    }
}
