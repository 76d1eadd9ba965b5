namespace Nuke.Offline.Tests;

/// <summary>Where Nuke.Offline does better on purpose: what stands in the transcript, and what stands there instead.</summary>
internal static class Improvements
{
    private static readonly string[] Absent =
    [
        "HandleReSharperSurrogateArguments", "GenerateBuildServerConfigurations", "InvokeBuildServerConfigurationGeneration", "UpdateNotification",
        "UnsetVisualStudioEnvironmentVariables", "HandleVisualStudioDebugging", "Telemetry", "SerializeBuildServerState",
    ];

    private static readonly Dictionary<string, Func<string, string>> All = new()
    {
        // An unknown target names the one that was probably meant.
        ["unknown_target"] = x => x.Replace("does not exist. Available", "does not exist. Did you mean 'Noop'? Available"),

        // A missing value without a terminal is an error, not a crash of the prompt.
        ["requires_field"] = x =>
            Between(x, "API key:", "Actual value was -1.", "Target 'NeedsField' requires member 'ApiKey' to be not null or empty"),

        // A missing profile is one error.
        ["parameters_profile_missing"] = _ =>
            "Profile 'nope' does not exist: expected <root>/.nuke/parameters.nope.json. Available profiles are: ghcr",

        // Nuke.Offline has fewer extensions of its own.
        ["verbosity_verbose"] = x => string
            .Join('\n', x.Split('\n').Where(line => !Absent.Any(line.Contains)))
            .Replace("HandleShellCompletion", "GenerateBuildSchema"),
    };

    public static IEnumerable<string> Names => All.Keys;

    public static string Expected(string name, string transcript) => All.TryGetValue(name, out var improve) ? improve(transcript) : transcript;

    private static string Between(string text, string first, string last, string replacement)
    {
        var start = text.IndexOf(first);
        var end = text.IndexOf(last) + last.Length;
        return text[..start] + replacement + text[end..];
    }
}
