using CsCheck;

namespace Acci.Environments.Tests;

/// <summary>Texts of which every piece means something to one of the readers of YAML, .env files and compose files.</summary>
internal static class AnyText
{
    // Among ordinary letters and others.
    private static readonly Gen<string> Piece = Gen.Frequency(
        (6, Gen.Char["ab09 _-"].Select(x => x.ToString())),
        (6, Gen.OneOf("$", "$$", "${", "}", "{", "'", "\"", "\\", "#", " #", "\n", "\r", "\r\n", "\t", ":", ": ", "=", ",", "%", "&", "*", "!", "|", ">", "@", "`", "?", "-", "[", "]", "~", "$A", "${A}", "${A:-b}", "\\n", "\\\"", "\\'", "\\$")),
        (2, Gen.OneOf("true", "no", "null", "0x1f", "1e3", "012", "1:30", "2001-01-01", "---", "<<", "export ")),
        (2, Gen.OneOf("ä", "€", "日本", "😀", "\u0001", "\u007f", "\u0085", "\u00a0", "\u2028", "\ufeff", "\ufffd", "\ud83d\ude00")));

    public static readonly Gen<string> Value = Piece.Array[0, 8].Select(string.Concat);
}
