using System.Buffers;
using System.Text.RegularExpressions;

namespace Acci;

/// <summary>What a terminal carries out and does not show: colours, titles, links. Source: ECMA-48, sections 5.4 and 5.6.</summary>
public static partial class TerminalSequences
{
    // Control sequences, and command strings up to their end.
    private const string Any =
        @"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[P\]X^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f\n]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-Z\\^-~]";

    private static readonly SearchValues<char> Seen = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(x => (char)x), '\t', '\r', '\n']);

    /// <summary>The text as a terminal shows it.</summary>
    public static string RemoveFrom(string text) => Sequence().Replace(text, "");

    // What is to be left out where it has no effect. Source: Unicode Character Database, DerivedCoreProperties.txt, Default_Ignorable_Code_Point.
    private const string Ignorable = @"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8]|\ud82f[\udca0-\udca3]|\ud834[\udd73-\udd7a]|[\udb40-\udb43][\udc00-\udfff]";

    /// <summary>Where in the text they stand, and so does whatever else shows nothing: control characters, and marks between letters.</summary>
    internal static IReadOnlyList<Range> FindUnseen(string text)
    {
        // Nearly every text has nothing else, and the expression takes much longer to say so.
        var first = text.AsSpan().IndexOfAnyExcept(Seen);
        return first < 0 ? [] : [.. Unseen().Matches(text, first).Select(x => x.Index..(x.Index + x.Length))];
    }

    [GeneratedRegex(Any)]
    private static partial Regex Sequence();

    [GeneratedRegex(Any + @"|[\p{Cc}\p{Cf}-[\t\r\n]]|" + Ignorable)]
    private static partial Regex Unseen();
}
