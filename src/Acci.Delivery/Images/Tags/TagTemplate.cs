using System.Text;
using System.Text.RegularExpressions;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// A text with expressions in it: <c>{{major}}.{{minor}}</c>, <c>nightly-{{date 'YYYYMMDD' tz='Asia/Tokyo'}}</c>.
/// This is the part of Handlebars that docker/metadata-action documents; blocks, partials and whitespace control are refused.
/// As in Handlebars, <c>{{…}}</c> escapes what HTML reserves and <c>{{{…}}}</c> does not.
/// Source: docker/metadata-action, README, "Global expressions"; Handlebars' guide, "Expressions".
/// </summary>
public sealed partial record TagTemplate
{
    private readonly IReadOnlyList<Part> _parts;

    private TagTemplate(string text, IReadOnlyList<Part> parts) => (Text, _parts) = (text, parts);

    /// <summary>The template as written.</summary>
    public string Text { get; }

    /// <summary>The one expression that the template consists of; none where it has text or several expressions.</summary>
    internal string? OnlyExpression => _parts is [{ Expression.Name: var name }] ? name : null;

    /// <summary>It has a date in it.</summary>
    internal bool IsDated => _parts.Any(part => part.Expression is { Name: "date" or "commit_date" });

    /// <summary>The text before the first expression and after the last.</summary>
    internal TagAffixes Affixes => _parts.All(part => part.Expression is null)
        ? TagAffixes.None
        : new TagAffixes(TextOf(_parts.TakeWhile(part => part.Expression is null)), TextOf(_parts.Reverse().TakeWhile(part => part.Expression is null).Reverse()));

    /// <summary>Reads a template.</summary>
    /// <exception cref="DeliveryException">An expression is not closed, or is of a kind that is not supported.</exception>
    public static TagTemplate Parse(string text)
    {
        var parts = new List<Part>();
        var position = 0;
        while (position < text.Length)
        {
            var open = text.IndexOf("{{", position, StringComparison.Ordinal);
            if (open < 0) break;
            if (open > 0 && text[open - 1] == '\\')
            {
                // A backslash takes the meaning from the braces that follow it.
                parts.Add(new Part(text[position..(open - 1)] + "{{"));
                position = open + 2;
                continue;
            }

            if (open > position) parts.Add(new Part(text[position..open]));
            var match = Mustache().Match(text, open);
            if (!match.Success)
            {
                throw new DeliveryException(
                    $"'{text[open..]}' in '{text}' is not an expression: write {{{{name}}}}, or {{{{date 'YYYYMMDD' tz='Europe/Berlin'}}}}. "
                    + "Blocks and partials are not supported.");
            }

            if (!match.Groups["comment"].Success) parts.Add(new Part("", ReadExpression(match), IsRaw: match.Groups["raw"].Success));
            position = open + match.Length;
        }

        if (position < text.Length) parts.Add(new Part(text[position..]));
        return new TagTemplate(text, parts);
    }

    /// <summary>Reads a template.</summary>
    /// <exception cref="DeliveryException">An expression is not closed, or is of a kind that is not supported.</exception>
    public static implicit operator TagTemplate(string text) => Parse(text);

    /// <summary>Two templates are the same when their texts are.</summary>
    public bool Equals(TagTemplate? other) => Text == other?.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>The text with each expression's value in its place.</summary>
    internal string Render(Func<TemplateExpression, string> valueOf)
    {
        var result = new StringBuilder();
        foreach (var part in _parts)
        {
            result.Append(part.Expression is null ? part.Text : part.IsRaw ? valueOf(part.Expression) : EscapeHtml(valueOf(part.Expression)));
        }

        return result.ToString();
    }

    private static TemplateExpression ReadExpression(Match match)
    {
        var arguments = match.Groups["arguments"].Captures.Select(capture => Argument().Match(capture.Value)).Select(argument => (
            Name: argument.Groups["name"] is { Success: true, Value: var name } ? name : null,
            Value: argument.Groups["quoted"] is { Success: true, Value: var quoted } ? quoted : null,
            Text: argument.Groups["bare"].Value)).ToList();
        return new TemplateExpression(
            match.Groups["name"].Value,
            arguments.Where(x => x.Name is null).Select(x => new TemplateArgument(x.Value ?? x.Text, IsQuoted: x.Value is not null)).ToList(),
            arguments.Where(x => x.Name is not null).Select(x => KeyValuePair.Create(x.Name!, x.Value ?? x.Text)).ToList());
    }

    private static string TextOf(IEnumerable<Part> parts) => string.Concat(parts.Select(part => part.Text));

    private static string EscapeHtml(string text) => Reserved().Replace(text, match => match.ValueSpan[0] switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        var other => $"&#x{(int)other:X};",
    });

    [GeneratedRegex(
        """
        \G(?:
          (?<comment>\{\{!--.*?--\}\} | \{\{![^}]*\}\})
        | (?<raw>\{\{\{)\s* (?<name>[\w.-]+) (?:\s+(?<arguments>(?:[\w-]+=)?(?:'[^']*'|"[^"]*"|[^\s'"={}]+)))* \s*\}\}\}
        | \{\{(?<raw>&)?\s* (?<name>[\w.-]+) (?:\s+(?<arguments>(?:[\w-]+=)?(?:'[^']*'|"[^"]*"|[^\s'"={}]+)))* \s*\}\}(?!\})
        )
        """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline)]
    private static partial Regex Mustache();

    [GeneratedRegex("""^((?<name>[\w-]+)=)?('(?<quoted>[^']*)'|"(?<quoted>[^"]*)"|(?<bare>.+))$""", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Argument();

    [GeneratedRegex("[&<>\"'`=]")]
    private static partial Regex Reserved();

    private sealed record Part(string Text, TemplateExpression? Expression = null, bool IsRaw = false);
}
