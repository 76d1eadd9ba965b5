using System.Text.Json.Nodes;

namespace Acci.Generation.RunConfigurations;

/// <summary>
/// Visual Studio Code's tasks, one for each target, and its launch configurations: the debugger on the build, with a target to choose, and on each program.
/// Source: Visual Studio Code's documentation, "Integrate with External Tools via Tasks", schema for tasks.json 2.0.0; C# extension, "Configuring launch.json".
/// </summary>
public static class VisualStudioCode
{
    private const string Root = "${workspaceFolder}";
    private const string TargetInput = "target";
    private const string CompileTarget = "Compile";
    private const string TestTarget = "Test";

    /// <summary><c>.vscode/tasks.json</c>.</summary>
    public static GeneratedFile Tasks(BuildCommands commands, IEnumerable<DebuggedProgram> programs) => new(".vscode/tasks.json", EditorJson.Text(new JsonObject
    {
        ["version"] = "2.0.0",
        ["tasks"] = EditorJson.List([.. commands.Targets.Select(x => TargetTask(commands, x)), .. programs.Prepend(commands.Build).Select(CompileTask)]),
    }));

    /// <summary><c>.vscode/launch.json</c>.</summary>
    public static GeneratedFile Launch(BuildCommands commands, IEnumerable<DebuggedProgram> programs) => new(".vscode/launch.json", EditorJson.Text(new JsonObject
    {
        ["version"] = "0.2.0",
        ["configurations"] = EditorJson.List([Launch(commands.Build, Root, [$"${{input:{TargetInput}}}"]), .. programs.Select(x => Launch(x, $"{Root}/{x.Folder}", []))]),
        ["inputs"] = EditorJson.List([new JsonObject
        {
            ["id"] = TargetInput,
            ["type"] = "pickString",
            ["description"] = "Target of the build",
            ["options"] = EditorJson.List(commands.Targets.Select(x => JsonValue.Create(x.Name))),
            ["default"] = commands.Targets.FirstOrDefault(x => x.IsDefault)?.Name ?? commands.Targets[0].Name,
        }]),
    }));

    private static JsonObject TargetTask(BuildCommands commands, BuildTarget target)
    {
        var task = new JsonObject
        {
            ["label"] = target.Name,
            ["detail"] = target.Description,
            ["type"] = "process",
            ["command"] = commands.ScriptPath is { } script ? $"{Root}/{script}" : commands.Words[0],
            ["args"] = EditorJson.List([.. commands.Words[1..].Select(x => JsonValue.Create(x)), target.Name]),
            ["windows"] = commands.ScriptPath is { } path ? new JsonObject { ["command"] = $"{Root}/{path[..^commands.Script.Length]}{commands.ScriptName}.cmd" } : null,
            ["options"] = new JsonObject { ["cwd"] = Root },
            ["problemMatcher"] = "$msCompile",
        };
        if (commands.ScriptPath is null) task.Remove("windows");
        if (target.Name is CompileTarget or TestTarget)
            task["group"] = new JsonObject { ["kind"] = target.Name == TestTarget ? "test" : "build", ["isDefault"] = true };
        return task;
    }

    private static JsonObject CompileTask(DebuggedProgram program) => new()
    {
        ["label"] = CompileLabel(program),
        ["detail"] = $"Compiles {program.Project} for the debugger",
        ["type"] = "process",
        ["command"] = "dotnet",
        ["args"] = EditorJson.List(["build", $"{Root}/{program.Project}", "--configuration", "Debug"]),
        ["problemMatcher"] = "$msCompile",
    };

    private static JsonObject Launch(DebuggedProgram program, string workingDirectory, IEnumerable<string> arguments)
    {
        var launch = new JsonObject
        {
            ["name"] = program.Name,
            ["type"] = "coreclr",
            ["request"] = "launch",
            ["preLaunchTask"] = CompileLabel(program),
            ["program"] = $"{Root}/{program.Assembly}",
            ["args"] = EditorJson.List(arguments.Select(x => JsonValue.Create(x))),
            ["cwd"] = workingDirectory,
            ["console"] = "integratedTerminal",
        };
        if (program.Environment.Count > 0) launch["env"] = EditorJson.Texts(program.Environment);
        return launch;
    }

    private static string CompileLabel(DebuggedProgram program) => $"compile {program.Name}";
}
