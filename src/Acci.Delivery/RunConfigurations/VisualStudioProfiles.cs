using System.Text.Json.Nodes;
using Acci.Delivery.Generation;

namespace Acci.Delivery.RunConfigurations;

/// <summary>
/// Visual Studio's launch profiles of the build, one for each target, the default one first. Rider and <c>dotnet run --launch-profile</c> read them, too.
/// Source: JSON schema "launchsettings" of the JSON Schema Store.
/// </summary>
public static class VisualStudioProfiles
{
    /// <summary><c>build/Properties/launchSettings.json</c>.</summary>
    public static GeneratedFile Of(BuildCommands commands) => new("build/Properties/launchSettings.json", EditorJson.Text(new JsonObject
    {
        ["$schema"] = "https://json.schemastore.org/launchsettings.json",
        ["profiles"] = new JsonObject(commands.Targets.OrderByDescending(x => x.IsDefault).Select(target => KeyValuePair.Create<string, JsonNode?>(target.Name, new JsonObject
        {
            ["commandName"] = "Project",
            ["commandLineArgs"] = target.Name,
            // From where the built program lies, as Visual Studio reads it: the repository's root.
            ["workingDirectory"] = "$(SolutionDir)",
        }))),
    }));
}
