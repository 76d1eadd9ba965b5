using System.Collections;

namespace Acci.Delivery.Processes;

/// <summary>
/// The variables of the build's process and the folders of its user. It is read once and handed in, so that a test says what holds instead of changing
/// the process. Programs that are run get the process's own variables, without those that are withheld from them.
/// </summary>
/// <param name="Variables">The variables, by name.</param>
public sealed record ProcessEnvironment(IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>One in which nothing is set.</summary>
    public static ProcessEnvironment Empty { get; } = new(new Dictionary<string, string>());

    /// <summary>The user's own folder.</summary>
    public string Home { get; init; } = "";

    /// <summary>Where programs keep what they are told for all of the user's machines.</summary>
    public string ApplicationData { get; init; } = "";

    /// <summary>GitHub Actions runs the build.</summary>
    public bool IsGitHubActions => Find("GITHUB_ACTIONS") == "true";

    /// <summary>How names of variables are compared.</summary>
    internal static StringComparer Names { get; } = OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>That of this process, as it is now, with the secrets that its programs do not inherit.</summary>
    public static ProcessEnvironment Read()
    {
        var variables = new Dictionary<string, string>(WithheldVariables.All, Names);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables()) variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return new ProcessEnvironment(variables)
        {
            Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            ApplicationData = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData),
        };
    }

    /// <summary>An empty <c>HOME</c> is none. Libraries that look for it take it for a folder without a name.</summary>
    public static void DropEmptyHome()
    {
        if (Environment.GetEnvironmentVariable("HOME") is "") Environment.SetEnvironmentVariable("HOME", null);
    }

    /// <summary>A variable; null where it is not set, or empty.</summary>
    public string? Find(string name) => Variables.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
}
