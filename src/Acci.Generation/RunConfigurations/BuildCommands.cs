namespace Acci.Generation.RunConfigurations;

/// <summary>What a build can be told: its targets, and its parameters.</summary>
/// <param name="Targets">The targets, by name.</param>
/// <param name="Parameters">The parameters, by name.</param>
public sealed record BuildCommands(IReadOnlyList<BuildTarget> Targets, IReadOnlyList<BuildParameter> Parameters)
{
    /// <summary>What runs the build, as it is typed in the repository's root: a script, <c>./build.sh</c> or <c>eng/build.sh</c>, or a program and its first arguments, <c>nuke</c>.</summary>
    public required string BuildCommand { get; init; }

    /// <summary>The build itself, as it is started with a debugger.</summary>
    public DebuggedProgram Build { get; init; } = DebuggedProgram.Build;

    /// <summary>The folder of completions.</summary>
    public string Completions { get => field ?? $"{Build.Folder}/completions"; init; }

    /// <summary>The file name of the script: completions go by it.</summary>
    public string Script => Words[0].Split('/')[^1];

    /// <summary>The script without its ending: for Windows there are <c>.ps1</c> and <c>.cmd</c> beside it.</summary>
    public string ScriptName => Path.GetFileNameWithoutExtension(Script);

    /// <summary>The script's place, relative to the root; null where the command is a program that is found on the PATH.</summary>
    internal string? ScriptPath => Words is [var word] && word.Contains('/', StringComparison.Ordinal) ? word.StartsWith("./", StringComparison.Ordinal) ? word[2..] : word : null;

    /// <summary>The words of the command, at least one.</summary>
    internal string[] Words => BuildCommand.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } words ? words : throw new GenerationException("The build's command is empty: see RepositoryLayout.BuildCommand.");
}
