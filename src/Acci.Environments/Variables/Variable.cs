using System.Text.RegularExpressions;

namespace Acci.Environments.Variables;

/// <summary>
/// A variable that an environment can be told something with: in its <c>.env</c> file, or in the environment of the command that starts it.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it means, one line.</param>
/// <param name="Default">What it is when nobody sets it; null where nothing is.</param>
public sealed partial record Variable(string Name, string Description, string? Default)
{
    /// <summary>The setting it changes, as a settings file has it; null for one that no settings file knows.</summary>
    public string? Key { get; init; }

    /// <summary>Where its value is found when nobody sets it; null where it is simply its default.</summary>
    public VariableSource? Source { get; init; }

    /// <summary>A service is not told it where nobody sets it, and then has its own default; an empty one would be a value.</summary>
    internal bool IsLeftOut { get; init; }

    /// <summary>Whether programs that read compose files take a text for a variable's name. Source: Compose specification, Interpolation.</summary>
    internal static bool IsName(string text) => Grammar().IsMatch(text);

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();

    /// <summary>The variable as errors name it: with its setting, if it has one.</summary>
    internal string Title => Key is null ? Name : $"{Key} ({Name})";
}
