using System.Text.RegularExpressions;

namespace Acci.Environments.Declarations;

/// <summary>What a service can be called, and how its name stands in a variable.</summary>
internal static partial class ServiceName
{
    /// <summary>Whether Compose takes it. Source: Compose specification, schema, <c>services</c>.</summary>
    public static bool IsWellFormed(string name) => Grammar().IsMatch(name);

    /// <summary>The name in a variable: <c>WEB_API</c> for <c>web-api</c>.</summary>
    public static string InVariable(string name) => Others().Replace(name, "_").ToUpperInvariant();

    [GeneratedRegex(@"^[a-zA-Z0-9._-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();

    [GeneratedRegex("[^a-zA-Z0-9]", RegexOptions.CultureInvariant)]
    private static partial Regex Others();
}
