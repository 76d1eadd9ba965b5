using System.Text.RegularExpressions;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// A regular expression in JavaScript's syntax, run by .NET's engine with JavaScript's meaning of <c>\d</c>, <c>\w</c> and <c>\s</c>.
/// Source: ECMAScript 2025, section 22.2; String.prototype.match.
/// </summary>
internal sealed partial record MatchPattern
{
    // A configuration decides over the expression: one that runs wild must not hang the build.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(1);

    // An expression of hundreds of thousands of characters takes gigabytes to be read.
    private const int MaximumLength = 4096;

    private readonly Regex _regex;
    private readonly bool _findsAll;

    private MatchPattern(string text, string expression, string flags)
    {
        if (text.Length > MaximumLength)
        {
            throw new DeliveryException(
                $"'{Redaction.Beginning(text, 40)}' has {text.Length} characters; a regular expression or pattern may have {MaximumLength}.");
        }

        Text = text;
        _findsAll = flags.Contains('g', StringComparison.Ordinal);
        try
        {
            _regex = new Regex(OnlyNumberedGroups(expression), Options(flags), TimeLimit);
        }
        catch (ArgumentException exception)
        {
            throw new DeliveryException($"'{text}' is not a regular expression: {exception.Message}", exception);
        }
    }

    /// <summary>The expression as written.</summary>
    public string Text { get; }

    /// <summary>Reads an expression, or one between slashes with flags after it.</summary>
    /// <exception cref="DeliveryException">It is not a regular expression.</exception>
    public static MatchPattern Parse(string text) => BetweenSlashes().Match(text) is { Success: true } match
        ? new MatchPattern(text, match.Groups["expression"].Value, match.Groups["flags"].Value)
        : ParsePlain(text);

    /// <summary>Reads an expression in which slashes have no meaning.</summary>
    /// <exception cref="DeliveryException">It is not a regular expression.</exception>
    public static MatchPattern ParsePlain(string text) => new(text, text, "");

    /// <summary>
    /// What was found first and its groups, none for those that took no part; with the flag <c>g</c> everything that was found, without groups.
    /// None when nothing was found.
    /// </summary>
    public IReadOnlyList<string?>? Find(string text)
    {
        try
        {
            if (_findsAll) return _regex.Matches(text) is { Count: > 0 } all ? all.Select(match => match.Value).ToList() : null;
            return _regex.Match(text) is { Success: true } first ? first.Groups.Cast<Group>().Select(group => group.Success ? group.Value : null).ToList() : null;
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw new DeliveryException(
                $"The regular expression '{Text}' took longer than {TimeLimit.TotalSeconds:0} s on '{text}'. Write one that does not repeat a repetition.", exception);
        }
    }

    /// <summary>Two patterns are the same when their texts are.</summary>
    public bool Equals(MatchPattern? other) => Text == other?.Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;

    private RegexOptions Options(string flags)
    {
        var options = RegexOptions.ECMAScript;
        foreach (var flag in flags)
        {
            options |= flag switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'd' or 'g' or 'u' or 'v' => RegexOptions.None,
                _ => throw new DeliveryException($"'{flag}' after '{Text}' is not a flag that is supported; there are g, i, m, s and u."),
            };
        }

        // .NET allows its ECMAScript mode neither with this option nor with the Unicode classes that these flags bring.
        return flags.AsSpan().ContainsAny("suv") ? options & ~RegexOptions.ECMAScript : options;
    }

    // JavaScript numbers all groups in one row, .NET the named ones after the others; nothing asks for them by name.
    private static string OnlyNumberedGroups(string expression) =>
        expression.Contains(@"\k<", StringComparison.Ordinal) ? expression : GroupName().Replace(expression, "(");

    [GeneratedRegex(@"^/(?<expression>.+)/(?<flags>.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex BetweenSlashes();

    [GeneratedRegex(@"(?<!\\)\(\?<(?![=!])[^>]+>")]
    private static partial Regex GroupName();
}
