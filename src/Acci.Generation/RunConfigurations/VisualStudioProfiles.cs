using System.Text.Json.Nodes;

namespace Acci.Generation.RunConfigurations;

/// <summary>
/// Visual Studio's launch profiles: of the build, one for each target, the default one first; and one of each program. Rider and <c>dotnet run --launch-profile</c> read
/// them, too. Source: JSON schema "launchsettings" of the JSON Schema Store.
/// </summary>
public static class VisualStudioProfiles
{
    /// <summary>The build's: <c>build/Properties/launchSettings.json</c>.</summary>
    public static GeneratedFile Of(BuildCommands commands) => File(commands.Build, commands.Targets.OrderByDescending(x => x.IsDefault).Select(target => KeyValuePair.Create<string, JsonNode?>(target.Name, new JsonObject
    {
        ["commandName"] = "Project",
        ["commandLineArgs"] = target.Name,
        // From where the built program lies, as Visual Studio reads it: the repository's root.
        ["workingDirectory"] = "$(SolutionDir)",
    })));

    /// <summary>A program's, in its project's folder.</summary>
    public static GeneratedFile Of(DebuggedProgram program)
    {
        var profile = new JsonObject { ["commandName"] = "Project" };
        if (program.Environment.Count > 0) profile["environmentVariables"] = EditorJson.Texts(program.Environment);
        return File(program, [KeyValuePair.Create<string, JsonNode?>(program.Name, profile)]);
    }

    private static GeneratedFile File(DebuggedProgram program, IEnumerable<KeyValuePair<string, JsonNode?>> profiles) => new($"{(program.Folder.Length == 0 ? "" : $"{program.Folder}/")}Properties/launchSettings.json", EditorJson.Text(new JsonObject
    {
        ["$schema"] = "https://json.schemastore.org/launchsettings.json",
        ["profiles"] = new JsonObject(profiles),
    }));
}
