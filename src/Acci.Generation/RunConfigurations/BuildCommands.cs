namespace Acci.Generation.RunConfigurations;

/// <summary>What a build can be told: its targets, and its parameters.</summary>
/// <param name="Targets">The targets, by name.</param>
/// <param name="Parameters">The parameters, by name.</param>
public sealed record BuildCommands(IReadOnlyList<BuildTarget> Targets, IReadOnlyList<BuildParameter> Parameters)
{
    /// <summary>What runs the build, as it is typed in the repository's root; it lies in that folder.</summary>
    public required string BuildCommand { get; init; }

    /// <summary>The build itself, as it is started with a debugger.</summary>
    public DebuggedProgram Build { get; init; } = DebuggedProgram.Build;

    /// <summary>The folder of completions.</summary>
    public string Completions { get => field ?? $"{Build.Folder}/completions"; init; }

    /// <summary>The file name of the script: completions go by it.</summary>
    public string Script => BuildCommand.Split('/')[^1];

    /// <summary>The script without its ending: for Windows there are <c>.ps1</c> and <c>.cmd</c> beside it.</summary>
    public string ScriptName => Path.GetFileNameWithoutExtension(Script);
}
