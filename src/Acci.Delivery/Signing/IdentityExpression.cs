using System.Text.RegularExpressions;

namespace Acci.Delivery.Signing;

/// <summary>
/// A regular expression for workflows' identities. cosign looks for a match anywhere in the identity, so an expression that is not held at both ends
/// takes identities that only contain what was meant. Source: RE2, "Syntax".
/// </summary>
internal static class IdentityExpression
{
    /// <summary>Reads the expression that --signed-by names.</summary>
    /// <exception cref="WrongUseException">It cannot be read, or does not have to match the whole identity.</exception>
    public static string Parse(string text)
    {
        EnsureReadable(text);
        return IsAnchored(text) ? text : throw new WrongUseException(
            $"--signed-by cannot be '{text}': the expression has to match the whole identity. End it with '$', and put alternatives into a group, as "
            + @"in '^https://github\.com/owner/(app|shop)/\.github/workflows/publish\.yml@refs/heads/main$'.");
    }

    // RE2 has no look-around and no back references, and neither has this. What only RE2 has, cosign judges.
    private static void EnsureReadable(string text)
    {
        try
        {
            _ = new Regex(text.Replace("(?P<", "(?<", StringComparison.Ordinal), RegexOptions.NonBacktracking);
        }
        catch (RegexParseException exception) when (exception.Error is RegexParseError.InvalidGroupingConstruct
            or RegexParseError.InvalidUnicodePropertyEscape or RegexParseError.MalformedUnicodePropertyEscape or RegexParseError.UnrecognizedEscape
            or RegexParseError.UnrecognizedUnicodeProperty)
        {
            // Known to RE2 alone.
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new WrongUseException(
                $"--signed-by cannot be '{text}': it is not a regular expression that cosign (RE2) reads: {exception.Message}", exception);
        }
    }

    // Begins with ^, ends with $ or \z, and has no alternative outside of a group: '^a|b$' is anchored at one end of each.
    private static bool IsAnchored(string text)
    {
        var depth = 0;
        // With a quantifier, the ^ need not match.
        var isHeld = text.StartsWith('^') && !(text.Length > 1 && "*+?{".Contains(text[1], StringComparison.Ordinal));
        for (var at = isHeld ? 1 : text.Length; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\\' when Continues("\\Q"):
                    at = EndOf("\\E", at);
                    break;
                case '\\' when Continues("\\z") && at + 2 == text.Length:
                    return depth == 0;
                case '\\':
                    at++;
                    break;
                case '[':
                    at = EndOfClass(text, at);
                    break;
                case '(':
                    depth++;
                    break;
                case ')' when depth == 0:
                case '|' when depth == 0:
                    return false;
                case ')':
                    depth--;
                    break;
                case '$' when at + 1 == text.Length:
                    return depth == 0;
            }

            bool Continues(string what) => string.CompareOrdinal(text, at, what, 0, what.Length) == 0;
        }

        return false;

        int EndOf(string what, int start) =>
            text.IndexOf(what, start, StringComparison.Ordinal) is >= 0 and var end ? end + what.Length - 1 : text.Length;
    }

    // A bracket is an ordinary character when it is the first one; [:alpha:] is a class of its own.
    private static int EndOfClass(string text, int start)
    {
        var at = start + 1;
        if (at < text.Length && text[at] == '^') at++;
        if (at < text.Length && text[at] == ']') at++;
        while (at < text.Length && text[at] != ']')
        {
            var isNamed = string.CompareOrdinal(text, at, "[:", 0, 2) == 0;
            if (isNamed && text.IndexOf(":]", at, StringComparison.Ordinal) is > 0 and var end) at = end + 2;
            else at += text[at] == '\\' ? 2 : 1;
        }

        return at;
    }
}
