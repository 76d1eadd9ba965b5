using System.Text.RegularExpressions;

namespace Acci.Delivery.Signing;

/// <summary>
/// Reads a regular expression as far as has to be known to tell whether it matches whole texts alone: where it has groups, alternatives and classes.
/// What is not known here is no such expression, as are the octal escapes that Go has, and the flag <c>m</c>, with which <c>$</c> is the end of a line.
/// Source: Go, regexp/syntax, "Syntax"; its code, <c>parse</c>, <c>parseClass</c>, <c>parseNamedClass</c>, <c>parseEscape</c>.
/// </summary>
internal sealed partial class AnchoredExpression
{
    private readonly string _text;
    private int _at;

    private AnchoredExpression(string text) => _text = text;

    /// <summary>Whether the expression begins with <c>^</c>, ends with <c>$</c> or <c>\z</c>, and has alternatives in groups alone.</summary>
    public static bool Is(string text) => new AnchoredExpression(text).Read();

    private bool Read()
    {
        if (!Skip("^")) return false;
        var depth = 0;
        // What follows ^, and what leaves nothing behind, is not repeated: a quantifier there would be that of the ^, which then need not match.
        for (var isRepeatable = false; _at < _text.Length;)
        {
            switch (_text[_at])
            {
                case '$' when _at + 1 == _text.Length:
                case '\\' when _at + 2 == _text.Length && _text[^1] == 'z':
                    return depth == 0;
                case '\\' when Skip(@"\Q"):
                    if (_text.IndexOf(@"\E", _at, StringComparison.Ordinal) is not (>= 0 and var end)) return false;
                    isRepeatable = end > _at;
                    _at = end + 2;
                    break;
                case '\\':
                    if (!Skip(Position()) && !Skip(Character()) && !Skip(Several())) return false;
                    isRepeatable = true;
                    break;
                case '[':
                    if (!SkipClass()) return false;
                    isRepeatable = true;
                    break;
                case '(':
                    if (Skip(Flags())) isRepeatable = false;
                    else if (Skip(Group())) (depth, isRepeatable) = (depth + 1, false);
                    else return false;
                    break;
                case ')' or '|' when depth == 0:
                    return false;
                case ')':
                    (depth, isRepeatable) = (depth - 1, true);
                    _at++;
                    break;
                case '|':
                    isRepeatable = false;
                    _at++;
                    break;
                case '*' or '+' or '?' or '{' when Skip(Quantifier()):
                    if (!isRepeatable) return false;
                    isRepeatable = false;
                    break;
                default:
                    isRepeatable = true;
                    _at++;
                    break;
            }
        }

        return false;
    }

    // A bracket is an ordinary character when it is the first one, and begins the name of a class only where ":]" follows, in the class or behind it.
    private bool SkipClass()
    {
        Skip("[");
        Skip("^");
        for (var isFirst = true; isFirst || !Skip("]"); isFirst = false)
        {
            if (At("[:") && _text.IndexOf(":]", _at + 2, StringComparison.Ordinal) >= 0)
            {
                if (!Skip(NamedClass())) return false;
            }
            else if (!Skip(Several()))
            {
                if (!SkipCharacter()) return false;
                if (At("-") && !At("-]") && (!Skip("-") || !SkipCharacter())) return false;
            }
        }

        return true;
    }

    private bool SkipCharacter()
    {
        if (At(@"\") || _at == _text.Length) return Skip(Character());
        _at++;
        return true;
    }

    private bool At(string what) => string.CompareOrdinal(_text, _at, what, 0, what.Length) == 0;

    private bool Skip(string what)
    {
        if (!At(what)) return false;
        _at += what.Length;
        return true;
    }

    private bool Skip(Regex what)
    {
        var match = what.Match(_text, _at);
        _at += match.Length;
        return match.Success;
    }

    [GeneratedRegex(@"\G(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??")]
    private static partial Regex Quantifier();

    [GeneratedRegex(@"\G\(\?(?:[isU]+|[isU]*-[isU]+)\)")]
    private static partial Regex Flags();

    [GeneratedRegex(@"\G\((?!\?)|\G\(\?(?:P?<[A-Za-z0-9_]+>|[isU]*(?:-[isU]+)?:)")]
    private static partial Regex Group();

    [GeneratedRegex(@"\G\[:\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]")]
    private static partial Regex NamedClass();

    [GeneratedRegex(@"\G\\[AbBz]")]
    private static partial Regex Position();

    [GeneratedRegex(@"\G\\(?:[dDsSwW]|[pP](?:[A-Z]|\{\^?[A-Za-z_]+\}))")]
    private static partial Regex Several();

    [GeneratedRegex(@"\G\\(?:[afnrtv]|x[0-9A-Fa-f]{2}|x\{[0-9A-Fa-f]+\}|[^0-9A-Za-z\u0080-\uFFFF])")]
    private static partial Regex Character();
}
