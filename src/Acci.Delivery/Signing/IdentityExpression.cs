using System.Text.RegularExpressions;

namespace Acci.Delivery.Signing;

/// <summary>
/// A regular expression for workflows' identities. cosign looks for a match anywhere in the identity, so an expression that is not held at both ends
/// takes identities that only contain what was meant. Source: RE2, "Syntax".
/// </summary>
internal static partial class IdentityExpression
{
    // Source: RE2, "Syntax", ASCII character classes.
    private static readonly Dictionary<string, string> Classes = new(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z", ["alpha"] = "A-Za-z", ["digit"] = "0-9", ["lower"] = "a-z", ["upper"] = "A-Z", ["word"] = "0-9A-Za-z_", ["xdigit"] = "0-9A-Fa-f",
    };

    /// <summary>Reads the expression that --signed-by names.</summary>
    /// <exception cref="WrongUseException">It cannot be read, or does not have to match the whole identity.</exception>
    public static string Parse(string text)
    {
        EnsureReadable(text);
        return AnchoredExpression.Is(text) ? text : throw new WrongUseException(
            $"--signed-by cannot be '{text}': the expression has to match the whole identity, and it cannot be told that this one does. "
            + "End it with '$', put alternatives into a group, and write other characters as they are or behind a backslash, as in "
            + @"'^https://github\.com/owner/(app|shop)/\.github/workflows/publish\.yml@refs/heads/main$'.");
    }

    /// <summary>
    /// Whether an expression names the pull request that a certificate is of: it spells out that it means pull requests, and takes a workflow of this
    /// one, that is not only called for it. An expression that has what only RE2 has names none.
    /// </summary>
    public static bool Names(string expression, WorkflowCertificate certificate) =>
        PullRequests().IsMatch(expression) && certificate.Identity.Split('@', 2)[^1] == certificate.Source.Ref
        && TryRead(expression)?.IsMatch(certificate.Identity) is true;

    /// <summary>
    /// Whether an expression takes the identity of a workflow that ran in a pull request, in any case, and does not spell out that it means pull requests. One that has what
    /// only RE2 has may take any.
    /// </summary>
    public static bool MayTakeUnnamed(string expression, string identity) =>
        TryRead(expression, RegexOptions.IgnoreCase)?.IsMatch(identity) is not false && !PullRequests().IsMatch(expression);

    // .NET takes a POSIX class for the characters of its name.
    private static Regex? TryRead(string expression, RegexOptions options = RegexOptions.None)
    {
        try
        {
            var read = PosixClass().Replace(expression, x => Classes.GetValueOrDefault(x.Groups["name"].Value) ?? throw new NotSupportedException(x.Value));
            return Read(read, options);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static Regex Read(string text, RegexOptions options = RegexOptions.None) =>
        new(text.Replace("(?P<", "(?<", StringComparison.Ordinal), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | options);

    [GeneratedRegex(@"\[:(?<name>\^?[a-z]+):\]")]
    private static partial Regex PosixClass();

    // On its own, or as one of the alternatives in a group.
    [GeneratedRegex(@"@refs/(?:\((?:\?:)?(?:[^()]*\|)?)?pull/")]
    private static partial Regex PullRequests();

    // RE2 has no look-around and no back references, and neither has this. What only RE2 has, cosign judges.
    private static void EnsureReadable(string text)
    {
        try
        {
            _ = Read(text);
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
}
