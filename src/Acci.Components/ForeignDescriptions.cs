namespace Acci.Components;

/// <summary>Descriptions of what NUKE and its components declare without one, or with one that does not hold here.</summary>
internal static class ForeignDescriptions
{
    private static readonly Dictionary<string, string> Targets = new()
    {
        ["Restore"] = "Restores the NuGet packages of the solution",
        ["Compile"] = "Compiles the solution",
        ["Test"] = "Runs the tests",
    };

    private static readonly Dictionary<string, string> Parameters = new()
    {
        ["Configuration"] = "Configuration to compile; default: Debug, on a build server Release",
        ["Plan"] = "Shows the execution plan and runs nothing",
    };

    /// <summary>A target's; null when there is none.</summary>
    public static string? OfTarget(string name) => Targets.GetValueOrDefault(name);

    /// <summary>A parameter's; null when its own holds.</summary>
    public static string? OfParameter(string name) => Parameters.GetValueOrDefault(name);
}
