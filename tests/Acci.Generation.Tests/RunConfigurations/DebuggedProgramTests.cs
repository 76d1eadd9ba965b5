using Acci.Generation.RunConfigurations;

namespace Acci.Generation.Tests.RunConfigurations;

/// <summary>Generated files are the same on every machine, so they name no place of this one.</summary>
public sealed class DebuggedProgramTests
{
    [Fact]
    public void Its_paths_are_relative_to_the_repository_s_root()
    {
        var program = new DebuggedProgram("App", "src/App/App.csproj", "src/App/bin/App.dll");
        var rooted = Path.GetFullPath("App.csproj");

        foreach (var make in (Func<object>[])[() => program with { Project = rooted }, () => program with { Assembly = rooted }, () => new DebuggedProgram("App", rooted, "App.dll")])
            Assert.Equal($"A DebuggedProgram cannot be '{rooted}': write the path relative to the repository's root.", Assert.Throws<GenerationException>(make).Message);
        Assert.Equal("src/App", program.Folder);
    }
}
