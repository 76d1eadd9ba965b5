using Acci.Delivery.RunConfigurations;

namespace Acci.Delivery.Tests.RunConfigurations;

/// <summary>A build with what is hard to quote.</summary>
internal static class SampleCommands
{
    private const string Schema = """
        {
          "definitions": {
            "Cache": { "type": "string", "enum": [ "Registry", "Local", "None" ] },
            "ExecutableTarget": { "type": "string", "enum": [ "Compile", "Publish", "PublishAll", "Test" ] },
            "NukeBuild": { "properties": {
              "Help": { "type": "boolean", "description": "Shows the help" },
              "Skip": { "type": "array", "description": "Targets to skip", "items": { "$ref": "#/definitions/ExecutableTarget" } }
            } }
          },
          "allOf": [
            { "properties": {
              "CacheKind": { "description": "Where it's kept: here, \"there\" or `nowhere` ($HOME)", "$ref": "#/definitions/Cache" },
              "DryRun": { "type": [ "boolean", "null" ], "description": "Change nothing" },
              "ImageMirror": { "type": "string" },
              "Platforms": { "type": "array", "items": { "type": "string" } }
            } },
            { "$ref": "#/definitions/NukeBuild" }
          ]
        }
        """;

    public static readonly BuildCommands All = BuildCommands.Of(
        [new("Compile", "", false), new("Publish", "Builds, tries & pushes: \"it's\" [all] of <it>, $HOME and `more`", true), new("PublishAll", "Publishes all", false), new("Test", "Tests", false)],
        Schema);

    public static readonly DebuggedProgram App = new("App", "src/App/App.csproj", "src/App/bin/Debug/net10.0/app.dll") { Environment = new Dictionary<string, string> { ["MODE"] = "<dev>" } };
}
