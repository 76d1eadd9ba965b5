using System.Text.RegularExpressions;

namespace Acci.Environments.Declarations;

/// <summary>What environments, and the projects they belong to, can be called.</summary>
internal static partial class EnvironmentName
{
    // They would be the files .env.example and docker-compose.override.yml, which mean something else.
    private static readonly string[] Taken = ["example", "override"];

    /// <summary>What a name has to be, as a sentence.</summary>
    public static string Rule { get; } = $"Write lower-case letters and digits, with '-' between them, and neither {string.Join(" nor ", Taken)}.";

    /// <summary>Whether an environment can have this name.</summary>
    public static bool Is(string text) => IsWellFormed(text) && !Taken.Contains(text);

    /// <summary>Whether Compose takes it as a part of a project's name.</summary>
    public static bool IsWellFormed(string text) => Grammar().IsMatch(text);

    /// <summary>What a folder's name becomes as one.</summary>
    public static string From(string folder) => Others().Replace(folder.ToLowerInvariant(), "-").Trim('-');

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Others();

    [GeneratedRegex("^[a-z][a-z0-9]*(?:-[a-z0-9]+)*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();
}
