namespace Acci.Delivery.Images.Tags;

/// <summary>
/// The order in which docker/metadata-action writes labels, JavaScript's <c>localeCompare</c>: punctuation before digits before letters, letters by the alphabet,
/// lower case first where nothing else differs. .NET's own culture-aware order is not used: without ICU, as in this build, it is the order of code points.
/// Source: Unicode Technical Standard 10 (Unicode Collation Algorithm), the root collation's order of the ASCII characters.
/// </summary>
internal sealed class LabelOrder : IComparer<string>
{
    private const string Alphabet = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz";

    public static LabelOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) return Comparer<string>.Default.Compare(x, y);
        var common = Math.Min(x.Length, y.Length);
        for (var i = 0; i < common; i++)
        {
            if (Rank(x[i]).CompareTo(Rank(y[i])) is not 0 and var difference) return difference;
        }

        // The same letters: in code points upper case comes first, so the comparison is turned round.
        return x.Length != y.Length ? x.Length.CompareTo(y.Length) : string.CompareOrdinal(y, x);
    }

    private static int Rank(char c) => Alphabet.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal) is >= 0 and var rank ? rank : Alphabet.Length + c;
}
