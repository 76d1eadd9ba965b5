namespace Acci.Components;

/// <summary>The name somebody meant, by edit distance.</summary>
internal static class ClosestMatch
{
    /// <summary>The candidate with the fewest edits, or null when none is near: more than a third of the word, or all of it, would have to change.</summary>
    public static string? Of(string word, IEnumerable<string> candidates) => candidates
        .Select(candidate => (Candidate: candidate, Distance: Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant())))
        .Where(x => x.Distance <= Math.Max(2, word.Length / 3) && x.Distance < word.Length)
        .OrderBy(x => x.Distance).ThenBy(x => x.Candidate, StringComparer.Ordinal)
        .Select(x => x.Candidate)
        .FirstOrDefault();

    // Optimal string alignment: insertions, deletions, substitutions and swapped neighbours count one each.
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
