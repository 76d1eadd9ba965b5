using System.Text.RegularExpressions;

namespace Acci.Delivery.Tests.Signing;

/// <summary>
/// A straightforward reading of a regular expression, as Go's parser does it: a stack of what was read, on which a quantifier takes what lies on top,
/// and which is cut at its bars in the end. Source: Go, regexp/syntax, <c>parse</c>.
/// </summary>
internal static partial class StackedExpression
{
    /// <summary>Whether each alternative is held at both ends; null where Go reads no expression, or this does not read it.</summary>
    public static bool? IsHeld(string text)
    {
        var stack = new List<char>();
        var (at, isRepeated) = (0, false);
        while (at < text.Length)
        {
            var (rest, wasRepeated) = (text[at..], isRepeated);
            isRepeated = false;
            var length = 1;
            if (Quantifier().Match(rest) is { Success: true } quantifier)
            {
                if (wasRepeated || stack.Count == 0 || stack[^1] is '(' or '|') return null;
                (stack[^1], isRepeated, length) = ('x', true, quantifier.Length);
            }
            else if (rest.StartsWith(@"\Q", StringComparison.Ordinal))
            {
                var literal = rest[2..].Split(@"\E", 2)[0];
                if (literal.Length > 0) stack.Add('x');
                length = Math.Min(rest.Length, literal.Length + 4);
            }
            else if (rest[0] == '(')
            {
                if (Group().Match(rest) is not { Success: true } group) return null;
                if (!group.Value.EndsWith(')')) stack.Add('(');
                length = group.Length;
            }
            else if (rest[0] == ')')
            {
                if (stack.LastIndexOf('(') is not (>= 0 and var start)) return null;
                stack.RemoveRange(start, stack.Count - start);
                stack.Add('x');
            }
            else if (rest[0] is '[' or '\\')
            {
                if ((rest[0] == '[' ? Class() : Escape()).Match(rest) is not { Success: true } match) return null;
                stack.Add(match.Value switch { @"\A" => '^', @"\z" => '$', _ => 'x' });
                length = match.Length;
            }
            else
            {
                stack.Add(rest[0] is '^' or '$' or '|' ? rest[0] : 'x');
            }

            at += length;
        }

        if (stack.Contains('(')) return null;
        return string.Concat(stack).Split('|').All(x => x.Length > 1 && x[0] == '^' && x[^1] == '$');
    }

    [GeneratedRegex(@"\A(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??")]
    private static partial Regex Quantifier();

    [GeneratedRegex(@"\A\((?:(?!\?)|\?P?<\w+>|\?[isU]*(?:-[isU]+)?:|\?(?=[isU-])[isU]*(?:-[isU]+)?\))")]
    private static partial Regex Group();

    [GeneratedRegex(@"\A\\(?:[AbBzafnrtvdDsSwW]|[pP][A-Z]|[pP]\{\w+\}|x[0-9a-f]{2}|x\{[0-9a-f]+\}|[^\w])", RegexOptions.Singleline)]
    private static partial Regex Escape();

    // A bracket is an ordinary character where it comes first. A range is read as one, so that its end begins nothing.
    private const string Character = @"(?:\\(?:[^\w]|[afnrtv]|x[0-9a-f]{2}|x\{[0-9a-f]+\})|[^\\])";
    private const string Named = @"\[:\^?(?:alpha|digit|space):\]";
    private const string Item = $@"(?>{Named}|(?!\[:.*:\])(?>\\[dDsSwW]|\\[pP](?:[A-Z]|\{{\w+\}})|{Character}(?:-(?!\]){Character}|(?!-[^\]]))))";

    [GeneratedRegex($@"\A\[\^?{Item}(?>(?!\]){Item})*\]", RegexOptions.Singleline)]
    private static partial Regex Class();
}
