using System.Text.RegularExpressions;

namespace Acci.Testing;

/// <summary>What a program printed.</summary>
public static partial class ConsoleText
{
    /// <summary>The text without colours: NUKE colours values in the middle of a message, into a file as well.</summary>
    public static string Plain(string text) => Colour().Replace(text, "");

    [GeneratedRegex("\u001b\\[[0-9;]*m")]
    private static partial Regex Colour();
}
