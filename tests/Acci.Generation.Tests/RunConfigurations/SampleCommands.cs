using Acci.Generation.RunConfigurations;

namespace Acci.Generation.Tests.RunConfigurations;

/// <summary>A build with what is hard to quote.</summary>
internal static class SampleCommands
{
    public static readonly BuildCommands All = new(
        [new("Compile", "", false), new("Publish", "Builds, tries & pushes: \"it's\" [all] of <it>, $HOME and `more`", true), new("PublishAll", "Publishes all", false), new("Test", "Tests", false)],
        [
            new("cache-kind", "Where it's kept: here, \"there\" or `nowhere` ($HOME)") { Values = ["Registry", "Local", "None"] },
            new("dry-run", "Change nothing") { IsSwitch = true },
            new("help", "Shows the help") { IsSwitch = true },
            new("image-mirror", ""),
            new("platforms", ""),
            new("skip", "Targets to skip") { Values = ["Compile", "Publish", "PublishAll", "Test"] },
        ])
        {
            BuildCommand = "./build.sh",
            Build = new("Build", "build/_build.csproj", "build/bin/Debug/_build.dll"),
            Completions = "build/completions",
        };

    public static readonly DebuggedProgram App = new("App", "src/App/App.csproj", "src/App/bin/Debug/net10.0/app.dll") { Environment = new Dictionary<string, string> { ["MODE"] = "<dev>" } };
}
