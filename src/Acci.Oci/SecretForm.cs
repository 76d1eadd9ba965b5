using System.Text.RegularExpressions;

namespace Acci;

/// <summary>One form in which a text may have a secret.</summary>
/// <param name="Pattern">The regular expression that finds it.</param>
/// <param name="Literals">Texts of which every match contains at least one; an empty one is in every text.</param>
internal sealed record SecretForm(string Pattern, params IReadOnlyList<string> Literals)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lazy<Regex> _regex = new(() => new Regex(Pattern, RegexOptions.CultureInvariant, Patience));

    /// <summary>Where in the text it stands.</summary>
    public IEnumerable<Range> Find(string text)
    {
        // Looking for a literal is a hundred times faster, and nearly no text has a secret.
        if (!Literals.Any(x => text.Contains(x, StringComparison.Ordinal))) return [];
        var begun = TimeProvider.System.GetTimestamp();
        var found = new List<Range>();
        try
        {
            // A secret may begin within itself, too.
            for (var match = _regex.Value.Match(text); match.Success; match = _regex.Value.Match(text, match.Index + 1))
            {
                // The expression's own limit is that of one match.
                if (TimeProvider.System.GetElapsedTime(begun) > Patience) return [0..text.Length];
                found.Add(match.Index..(match.Index + match.Length));
            }

            return found;
        }
        catch (RegexMatchTimeoutException)
        {
            // A secret of nothing but symbols may stand in a text of the same ones in more ways than can be tried.
            return [0..text.Length];
        }
    }
}
