using System.Text.RegularExpressions;

namespace Acci.Environments.Swarm;

/// <summary>
/// An <c>env_file</c> of a stack. A stack passes values literally; docker compose removes quotes and comments, and interpolates variables.
/// Source: docker/cli, pkg/kvfile; compose-go, dotenv.
/// </summary>
internal static partial class StackVariablesFile
{
    /// <summary>The variables that a stack passes with another value than docker compose.</summary>
    /// <param name="text">The file's text.</param>
    public static IEnumerable<string> ReadDifferently(string text)
    {
        char? open = null;
        foreach (var line in text.Split('\n').Select(x => x.Trim()))
        {
            // Lines of a quoted value are not variables, and may be those of a secret.
            if (open is { } quote)
            {
                if (Ends(line, quote)) open = null;
                continue;
            }

            if (Variable().Match(line) is not { Success: true } match) continue;
            var value = match.Groups["value"].Value;
            if (value is [var first, .. var rest] && first is ('\'' or '"'))
            {
                if (!Ends(rest, first)) open = first;
                yield return match.Groups["name"].Value;
            }
            else if (value.Contains('$') || value.Contains(" #", StringComparison.Ordinal))
            {
                yield return match.Groups["name"].Value;
            }
        }
    }

    private static bool Ends(string text, char quote)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == quote) return true;
        }

        return false;
    }

    [GeneratedRegex(@"^(export\s+)?(?<name>[A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(?<value>.*)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();
}
