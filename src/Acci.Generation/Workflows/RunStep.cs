namespace Acci.Generation.Workflows;

/// <summary>A step that runs a script.</summary>
public sealed record RunStep : Step
{
    private const string Expressions = "${{";

    /// <summary>A step.</summary>
    /// <param name="script">The script. It holds no expressions: what an expression is replaced with would be run as part of it; variables are not.</param>
    /// <exception cref="GenerationException">It holds an expression.</exception>
    public RunStep(string script) => Script = !script.Contains(Expressions, StringComparison.Ordinal)
        ? script
        : throw new GenerationException($"A step's script must hold no expression, because its value would become part of the script: hand it over in the step's environment, and write \"$NAME\". The script: {script}");

    /// <summary>The script.</summary>
    public string Script { get; }

    /// <summary>What runs it; bash where not given.</summary>
    public string? Shell { get; init; }

    /// <summary>Where it runs, relative to the repository's root.</summary>
    public string? WorkingDirectory { get; init; }
}
