using System.Text.RegularExpressions;

namespace Acci.Generation.RunConfigurations;

/// <summary>A parameter, as those know it who type it.</summary>
/// <param name="Name">Its name on a command line: <c>image-mirror</c>.</param>
/// <param name="Description">What it is for, in a line.</param>
public sealed partial record BuildParameter(string Name, string Description)
{
    /// <summary>It stands alone, or before true or false.</summary>
    public bool IsSwitch { get; init; }

    /// <summary>It takes one or several of these; none means that it takes anything.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>A parameter's name as it is typed: <c>ImageMirror</c> → <c>image-mirror</c>.</summary>
    public static string Typed(string name) => Words().Replace(name, "$1-$2").ToLowerInvariant();

    [GeneratedRegex("([a-z0-9])([A-Z])")]
    private static partial Regex Words();
}
