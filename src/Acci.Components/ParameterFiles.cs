namespace Acci.Components;

/// <summary>The files that parameters are read from: <c>.nuke/parameters.json</c> and one for each profile.</summary>
internal static class ParameterFiles
{
    /// <summary>Those that there are.</summary>
    /// <param name="root">The repository's root.</param>
    /// <param name="arguments">The command line, which may name profiles.</param>
    /// <param name="variables">The environment, which may name one, too.</param>
    /// <param name="missing">What is wrong when a profile has no file; else null.</param>
    public static IReadOnlyList<string> Of(string root, TypedArguments arguments, IReadOnlyDictionary<string, string> variables, out string? missing)
    {
        var folder = Path.Combine(root, ".nuke");
        var profiles = arguments.ValuesOf("Profile") ?? (ForeignVariables.OfEngine(variables, "Profile") is { } profile ? [profile] : []);
        missing = profiles.FirstOrDefault(x => !File.Exists(FileOf(x))) is { } absent ? Absent(absent) : null;
        return [.. profiles.Select(FileOf).Prepend(Path.Combine(folder, "parameters.json")).Where(File.Exists)];

        string FileOf(string name) => Path.Combine(folder, $"parameters.{name}.json");

        string Absent(string name)
        {
            var known = Directory.Exists(folder) ? Directory.GetFiles(folder, "parameters.*.json").Select(x => Path.GetFileName(x)["parameters.".Length..^".json".Length]).Order(StringComparer.Ordinal).ToArray() : [];
            var closest = ClosestMatch.Of(name, known);
            return $"there is no profile '{name}': .nuke/parameters.{name}.json does not exist."
                + (closest is not null ? $" Did you mean '{closest}'?" : known.Length > 0 ? $" Profiles are: {string.Join(", ", known)}." : "");
        }
    }
}
