namespace Nuke.Common.Tooling;

/// <summary>Command-line tools as functions.</summary>
public static class ToolResolver
{
    /// <summary>The executable at that path.</summary>
    public static Tool GetTool(string toolPath) => new ToolExecutor(toolPath).Execute;

    /// <summary>The executable of that name in the directories of <c>PATH</c>.</summary>
    public static Tool GetPathTool(string name) => GetTool(ToolPathResolver.GetPathExecutable(name));

    /// <summary>The executable that the variable <c>NAME_EXE</c> points to, or null if it is not set.</summary>
    public static Tool TryGetEnvironmentTool(string name) =>
        ToolPathResolver.TryGetEnvironmentExecutable($"{name.ToUpperInvariant()}_EXE") is { } path ? GetTool(path) : null;

    /// <summary>The executable that the variable <c>NAME_EXE</c> points to, else the one in the directories of <c>PATH</c>.</summary>
    public static Tool GetEnvironmentOrPathTool(string name) => TryGetEnvironmentTool(name) ?? GetPathTool(name);
}
