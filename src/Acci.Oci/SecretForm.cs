using System.Text.RegularExpressions;

namespace Acci;

/// <summary>A text that is masked wherever it stands, in any notation, and how it is found around its longest part that no notation changes.</summary>
internal sealed class SecretForm
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string _text;
    private readonly int _offset;
    private readonly bool _isSelfContained;

    // A file has thousands of lines. Most are never seen, and most of the others as they are.
    private WeakReference<Regex>? _expression;

    public SecretForm(string text)
    {
        _text = text;
        var literal = SecretPattern.LongestLiteral(text);
        (_offset, Literal) = (literal.Start.Value, text[literal]);
        // No quote or backslash before or after such a text belongs to it.
        _isSelfContained = text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]);
    }

    /// <summary>What every place has where the text stands; empty if the text has neither letters nor digits.</summary>
    public string Literal { get; }

    /// <summary>How many characters it has at least.</summary>
    public int Length => _text.Length;

    /// <summary>Where it stands.</summary>
    /// <param name="text">What it may stand in.</param>
    /// <param name="places">Where the literal begins, in ascending order.</param>
    public IReadOnlyList<Range> Find(string text, IEnumerable<int> places)
    {
        var found = new List<Range>();
        var begun = TimeProvider.System.GetTimestamp();
        try
        {
            foreach (var (start, end) in Unite(places.Select(x => TryFindAsItIs(text, x, found) ? default : Surroundings(text, x))))
            {
                if (!HasLiterals(text, start, end)) continue;
                // A secret may begin within itself, too.
                for (var from = start; from < end;)
                {
                    // The expression's own limit is that of one match.
                    if (TimeProvider.System.GetElapsedTime(begun) > Patience) return [0..text.Length];
                    if (Expression.Match(text, from, end - from) is not { Success: true } match) break;
                    found.Add(match.Index..(match.Index + match.Length));
                    from = match.Index + 1;
                }
            }

            return found;
        }
        catch (RegexMatchTimeoutException)
        {
            // A secret of nothing but symbols may stand in a text of the same ones in more ways than can be tried.
            return [0..text.Length];
        }
    }

    private Regex Expression
    {
        get
        {
            if (_expression?.TryGetTarget(out var known) == true) return known;
            var expression = new Regex(SecretPattern.Of(_text), RegexOptions.CultureInvariant, Patience);
            _expression = new WeakReference<Regex>(expression);
            return expression;
        }
    }

    private bool TryFindAsItIs(string text, int place, List<Range> found)
    {
        var start = place - _offset;
        if (!_isSelfContained || start < 0 || !text.AsSpan(start).StartsWith(_text, StringComparison.Ordinal)) return false;
        found.Add(start..(start + _text.Length));
        return true;
    }

    // As far as the text can reach in its longest notation.
    private (int Start, int End) Surroundings(string text, int place) => Literal.Length == 0 ? (0, text.Length)
        : (Math.Max(0, place - SecretPattern.LongestOf(_text.AsSpan(0, _offset))),
            Math.Min(text.Length, place + Literal.Length + SecretPattern.LongestOf(_text.AsSpan(_offset + Literal.Length))));

    // Whether all its letters and digits follow each other: the literal may be a word that stands in every line, and an expression takes time to make.
    private bool HasLiterals(string text, int start, int end)
    {
        for (var next = 0; next < _text.Length; next++)
        {
            var first = next;
            while (next < _text.Length && char.IsAsciiLetterOrDigit(_text[next])) next++;
            if (next == first) continue;
            var at = text.AsSpan(start, end - start).IndexOf(_text.AsSpan(first, next - first), StringComparison.Ordinal);
            if (at < 0) return false;
            start += at + next - first;
        }

        return true;
    }

    private static IEnumerable<(int Start, int End)> Unite(IEnumerable<(int Start, int End)> parts)
    {
        var (start, end) = (0, 0);
        foreach (var part in parts.Where(x => x.End > 0))
        {
            if (part.Start > end)
            {
                if (end > start) yield return (start, end);
                start = part.Start;
            }

            end = Math.Max(end, part.End);
        }

        if (end > start) yield return (start, end);
    }
}
