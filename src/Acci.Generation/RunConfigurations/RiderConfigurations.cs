using System.Xml.Linq;

namespace Acci.Generation.RunConfigurations;

/// <summary>
/// Rider's run configurations, one for each target and program, in <c>.run</c>, where Rider keeps those that a team shares. Each builds its project first and can be debugged.
/// Source: JetBrains Rider's documentation, "Run/debug configurations", section "Share run/debug configurations"; type ".NET Project".
/// </summary>
public static class RiderConfigurations
{
    /// <summary>Where Rider looks for them.</summary>
    public const string Folder = ".run";

    /// <summary>How their names end.</summary>
    public const string Ending = ".run.xml";

    private const string Root = "$PROJECT_DIR$";
    private const string TargetFolder = "Build";

    /// <summary>The files.</summary>
    public static IEnumerable<GeneratedFile> Of(BuildCommands commands, IEnumerable<DebuggedProgram> programs) =>
    [
        .. commands.Targets.Select(target => File(target.Name, TargetFolder, commands.Build, Root, target.Name)),
        .. programs.Select(program => File(program.Name, "Programs", program, $"{Root}/{program.Folder}", "")),
    ];

    /// <summary>Whether a file of this text starts a target of the build, and was written here.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="build">The build's project, relative to the repository's root; null for the one that <c>nuke :setup</c> makes.</param>
    public static bool IsOfTarget(string text, string? build = null) =>
        text.Contains($"folderName=\"{TargetFolder}\"", StringComparison.Ordinal) && text.Contains($"value=\"{Root}/{build ?? DebuggedProgram.Build.Project}\"", StringComparison.Ordinal);

    private static GeneratedFile File(string name, string folder, DebuggedProgram program, string workingDirectory, string arguments)
    {
        var configuration = new XElement(
            "configuration",
            new XAttribute("default", "false"),
            new XAttribute("name", name),
            new XAttribute("type", "DotNetProject"),
            new XAttribute("factoryName", ".NET Project"),
            new XAttribute("folderName", folder),
            Option("EXE_PATH", $"{Root}/{program.Assembly}"),
            Option("PROGRAM_PARAMETERS", arguments),
            Option("WORKING_DIRECTORY", workingDirectory),
            Option("PASS_PARENT_ENVS", "1"),
            Option("PROJECT_PATH", $"{Root}/{program.Project}"),
            // Rider would set arguments and folder to what the project says, whenever that changes.
            Option("PROJECT_EXE_PATH_TRACKING", "0"),
            Option("PROJECT_ARGUMENTS_TRACKING", "0"),
            Option("PROJECT_WORKING_DIRECTORY_TRACKING", "0"),
            Option("PROJECT_KIND", "DotNetCore"),
            Option("PROJECT_TFM", program.TargetFramework));
        if (program.Environment.Count > 0)
            configuration.Add(new XElement("envs", program.Environment.Select(x => new XElement("env", new XAttribute("name", x.Key), new XAttribute("value", x.Value)))));
        configuration.Add(new XElement("method", new XAttribute("v", "2"), new XElement("option", new XAttribute("name", "Build"))));
        var component = new XElement("component", new XAttribute("name", "ProjectRunConfigurationManager"), configuration);
        return new GeneratedFile($"{Folder}/{name}{Ending}", component.ToString().ReplaceLineEndings("\n") + "\n");
    }

    private static XElement Option(string name, string value) => new("option", new XAttribute("name", name), new XAttribute("value", value));
}
