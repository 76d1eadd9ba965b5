using System.Text.RegularExpressions;

namespace Acci;

/// <summary>
/// What finds the user and password within an address, though nobody registered them. Source: RFC 3986, sections 2.1 and 3.2.1.
/// </summary>
internal static partial class LoginPattern
{
    private const string Secret = "secret";
    // JSON may have a slash behind a backslash, and JSON within JSON behind three.
    private const string Slash = @"\\{0,8}/";
    private const string Slashes = Slash + Slash;

    /// <summary>Where in the text they stand.</summary>
    public static IEnumerable<Range> Find(string text)
    {
        // Looking for them costs something, and most texts have no address.
        var plain = (text.Contains("://", StringComparison.Ordinal) || text.Contains(@"\/", StringComparison.Ordinal)) && text.Contains('@', StringComparison.Ordinal) ? new[] { Plain(), Broken() } : [];
        var encoded = text.Contains("3A%", StringComparison.OrdinalIgnoreCase) ? new[] { EncodedOfWeb(), Encoded() } : [];
        return plain.Concat(encoded).SelectMany(x => x.Matches(text)).Select(x => x.Groups[Secret]).Select(x => x.Index..(x.Index + x.Length));
    }

    // What stands before the colon is shown where it is no web address, as in ssh://git@host.
    [GeneratedRegex(@"(?<=[/:])(?:(?<=(?:\b|%[0-9A-F]{2})https?:" + Slashes + @")|(?<=:" + Slashes + @"[^\s/:@?#]*:))(?<secret>[^\s/?#]+)(?=@)", RegexOptions.IgnoreCase)]
    private static partial Regex Plain();

    // A password with a slash, a space, '?' or '#' in it, which should have been encoded. What begins as a port does is one, and the rest is a path.
    [GeneratedRegex(
        @"(?<=[/:])(?:(?<=\bhttps?:" + Slashes + @")(?=[^\s/:@?#]*:)|(?<=:" + Slashes + @"[^\s/:@?#]*:))"
        + @"(?<secret>(?>(?:(?<=" + Slashes + @")[^\s/:@?#]*:)?)(?!\d{1,5}(?!\w)|[\s/])[^\s/?#@""<>]+[ /?#][^@\r\n""<>]{0,200})(?=@(?!sha\d+:))",
        RegexOptions.IgnoreCase)]
    private static partial Regex Broken();

    // An address that is a part of another one, at any depth: what separates its parts is encoded as often as '://' is.
    [GeneratedRegex(
        @"https?%(?<level>(?:25){0,3})3A%\k<level>2F%\k<level>2F"
        + @"(?<secret>(?:(?!%\k<level>(?:2F|3F|23|26))[^\s/?#&""'<>])+)(?=@|%\k<level>40)",
        RegexOptions.IgnoreCase)]
    private static partial Regex EncodedOfWeb();

    [GeneratedRegex(
        @"%(?<level>(?:25){0,3})3A%\k<level>2F%\k<level>2F[^\s/:@?#%]*%\k<level>3A"
        + @"(?<secret>(?:(?!%\k<level>(?:2F|3F|23|26))[^\s/?#&""'<>])+)(?=@|%\k<level>40)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Encoded();
}
