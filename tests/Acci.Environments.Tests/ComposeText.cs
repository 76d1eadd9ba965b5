using System.Text.RegularExpressions;

namespace Acci.Environments.Tests;

/// <summary>What docker compose makes of a text of a compose file, after its reference implementation.</summary>
internal static partial class ComposeText
{
    /// <summary>Puts variables in: an expression goes up to its first closing brace, and its default is a text of that kind again.</summary>
    /// <exception cref="FormatException">A dollar sign begins nothing that is known.</exception>
    public static string Substitute(string template, IReadOnlyDictionary<string, string> variables) => Template().Replace(template, match =>
    {
        if (match.Value == "$$") return "$";
        if (match.Groups["name"] is not { Success: true } name) throw new FormatException($"invalid template: {template}");
        var value = variables.GetValueOrDefault(name.Value, "");
        return value.Length > 0 || !match.Groups["fallback"].Success ? value : Substitute(match.Groups["fallback"].Value, variables);
    });

    [GeneratedRegex(
        @"\$(?:\$|(?<name>[_a-zA-Z][_a-zA-Z0-9]*)|\{(?<name>[_a-zA-Z][_a-zA-Z0-9]*)(?::-(?<fallback>[^}]*))?\}|)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Template();
}
