using System.Text.Json;

namespace Acci.Generation.Workflows;

/// <summary>The actions that workflows may use, each pinned to a commit: <c>deploy/locks/actions.json</c>, an object of name → version and commit.</summary>
public sealed class ActionLocks
{
    private static readonly JsonSerializerOptions Readable = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    private readonly string _file;

    private ActionLocks(string file, IReadOnlyList<ActionReference> all) => (_file, All) = (file, all);

    /// <summary>The actions, by name.</summary>
    public IReadOnlyList<ActionReference> All { get; }

    /// <summary>The action of this name.</summary>
    /// <exception cref="GenerationException">It is not pinned.</exception>
    public ActionReference this[string name] => All.FirstOrDefault(x => x.Name == name)
        ?? throw new GenerationException($"The action {name} is not pinned: add it to {_file}, with its version and the commit that version is.");

    /// <summary>Reads the file.</summary>
    /// <exception cref="GenerationException">It is not there, or not of that form.</exception>
    public static ActionLocks Read(string file)
    {
        if (!File.Exists(file)) throw new GenerationException($"{file} is missing: it pins the actions that workflows use.");
        try
        {
            var entries = JsonSerializer.Deserialize<Dictionary<string, Entry>>(File.ReadAllBytes(file), Readable)!;
            return new ActionLocks(file, [.. entries.Select(x => new ActionReference(x.Key, x.Value.Commit, x.Value.Version)).OrderBy(x => x.Name, StringComparer.Ordinal)]);
        }
        catch (JsonException exception)
        {
            throw new GenerationException($"{file} is not an object of actions, each with version and commit: {exception.Message}", exception);
        }
    }

    /// <summary>The file's text with these actions in it.</summary>
    public static string ToJson(IEnumerable<ActionReference> actions) =>
        JsonSerializer.Serialize(new SortedDictionary<string, Entry>(actions.ToDictionary(x => x.Name, x => new Entry { Version = x.Version, Commit = x.Commit }), StringComparer.Ordinal), Readable) + "\n";

    private sealed record Entry
    {
        public required string Version { get; init; }

        public required string Commit { get; init; }
    }
}
