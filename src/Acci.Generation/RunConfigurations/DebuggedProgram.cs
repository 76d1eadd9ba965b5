namespace Acci.Generation.RunConfigurations;

/// <summary>A program of the repository that people start from their editor, with a debugger on it.</summary>
/// <param name="Name">What it is called there.</param>
/// <param name="Project">Its project, relative to the repository's root.</param>
/// <param name="Assembly">What its project makes for debugging, relative to the repository's root.</param>
public sealed record DebuggedProgram(string Name, string Project, string Assembly)
{
    /// <summary>Its project, relative to the repository's root.</summary>
    /// <exception cref="GenerationException">It is not relative: generated files are the same on every machine.</exception>
    public string Project { get; init => field = Relative(value); } = Relative(Project);

    /// <summary>What its project makes for debugging, relative to the repository's root.</summary>
    /// <exception cref="GenerationException">It is not relative.</exception>
    public string Assembly { get; init => field = Relative(value); } = Relative(Assembly);

    /// <summary>Its variables.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The framework that it is compiled for, as its project names it.</summary>
    public string TargetFramework { get; init; } = "net10.0";

    /// <summary>The folder of its project; empty where that is the root.</summary>
    public string Folder => Project[..Math.Max(0, Project.LastIndexOf('/'))];

    /// <summary>The build itself, where <c>nuke :setup</c> makes it.</summary>
    public static DebuggedProgram Build { get; } = new("Build", "build/_build.csproj", "build/bin/Debug/_build.dll");

    private static string Relative(string path) => !Path.IsPathRooted(path) ? path.Replace('\\', '/')
        : throw new GenerationException($"A {nameof(DebuggedProgram)} cannot be '{path}': write the path relative to the repository's root.");
}
