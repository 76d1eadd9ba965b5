using System.Text;
using System.Text.RegularExpressions;

namespace Acci.Environments.Variables;

/// <summary>
/// Puts variables into the texts of a compose file, for what reads such files and knows less of it than docker compose does. Of the specification it knows what
/// scalars are written as: <c>$$</c>, <c>${NAME:-default}</c> and <c>${NAME:?message}</c>. Source: Compose specification, Interpolation.
/// </summary>
public static partial class Interpolation
{
    /// <summary>The text with the variables' values in it.</summary>
    /// <exception cref="DeliveryException">A variable that has to be set is not.</exception>
    public static string Resolve(string text, IReadOnlyDictionary<string, string> variables)
    {
        var resolved = new StringBuilder();
        var position = 0;
        foreach (Match match in Expression().Matches(text))
        {
            resolved.Append(text, position, match.Index - position);
            position = match.Index + match.Length;
            if (match.Value == "$$")
            {
                resolved.Append('$');
                continue;
            }

            var name = match.Groups["name"].Value;
            if (variables.GetValueOrDefault(name) is { Length: > 0 } value) resolved.Append(value);
            else if (match.Groups["fallback"] is { Success: true } fallback) resolved.Append(fallback.Value);
            else throw new DeliveryException($"{name} is not set: {match.Groups["message"].Value}.");
        }

        return resolved.Append(text, position, text.Length - position).ToString();
    }

    /// <summary>The text with the variables' values in it, for people: a variable that is not set yet stands there by its name.</summary>
    internal static string Describe(string text, IReadOnlyDictionary<string, string> variables) => Expression().Replace(text, match =>
        match.Value == "$$" ? "$"
        : variables.GetValueOrDefault(match.Groups["name"].Value) is { Length: > 0 } value ? value
        : match.Groups["fallback"] is { Success: true } fallback ? fallback.Value
        : $"what {match.Groups["name"].Value} will be");

    [GeneratedRegex(@"\$\$|\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?<fallback>[^}]*)|:\?(?<message>[^}]*))\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Expression();
}
