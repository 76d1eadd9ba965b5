using System.Text.RegularExpressions;

namespace Acci;

/// <summary>One form in which a text may have a secret.</summary>
/// <param name="name">No other form has the same.</param>
/// <param name="pattern">The regular expression that finds it.</param>
/// <param name="literals">Texts of which every match contains at least one; an empty one is in every text.</param>
internal sealed class SecretForm(string name, Func<string> pattern, params IReadOnlyList<string> literals)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Nearly no text has a secret, and a secret has hundreds of forms.
    private readonly Lazy<Regex> _regex = new(() => new Regex(pattern(), RegexOptions.CultureInvariant, Patience));

    /// <summary>No other form has the same.</summary>
    public string Name => name;

    /// <summary>Texts of which every match contains at least one; an empty one is in every text.</summary>
    public IReadOnlyList<string> Literals => literals;

    /// <summary>Where in a text that has a literal it stands.</summary>
    public IReadOnlyList<Range> Find(string text)
    {
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
