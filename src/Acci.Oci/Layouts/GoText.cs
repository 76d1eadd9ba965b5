using System.Globalization;
using System.Text;

namespace Acci.Oci.Layouts;

/// <summary>
/// A text in JSON, as programs in Go write it: no encoder of .NET has the same escapes.
/// Source: Go, encoding/json, encode.go, <c>appendString</c> with HTML escaping.
/// </summary>
internal static class GoText
{
    /// <summary>The text in quotation marks.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' or '\\' => quoted.Append('\\').Append((char)rune.Value),
                '\b' => quoted.Append(@"\b"),
                '\f' => quoted.Append(@"\f"),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => quoted.Append(CultureInfo.InvariantCulture, $@"\u{rune.Value:x4}"),
                _ => quoted.Append(rune.ToString()),
            };
        }

        return quoted.Append('"').ToString();
    }
}
