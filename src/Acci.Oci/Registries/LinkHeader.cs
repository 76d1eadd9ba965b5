using System.Text.RegularExpressions;

namespace Acci.Oci.Registries;

/// <summary>The links of <c>Link</c> headers. Source: RFC 8288, section 3, section 3.3 (relation types) and appendix B (how it is read).</summary>
internal static partial class LinkHeader
{
    // Atomic: what was read as a part of it is not read again as something else.
    private const string OneParameter = """(?>[ \t]*;[ \t]*(?<name>[^ \t=;,]*)[ \t]*(=(?>[ \t]*)("(?<value>([^"\\]|\\.)*)"|(?<value>(?!")[^;,]*)))?)""";

    /// <summary>The target of the first link of a relation, as it is written; null where there is none.</summary>
    /// <param name="headers">The headers' values. Each may have several links.</param>
    /// <param name="relation">The relation type, such as <c>next</c>.</param>
    /// <exception cref="FormatException">A value is no list of links, so that a link may be in it that nobody sees.</exception>
    public static string? TargetOf(IEnumerable<string> headers, string relation) =>
        headers.SelectMany(LinksOf)
            .FirstOrDefault(x => RelationsOf(x.Groups["parameters"].Value).Contains(relation, StringComparer.OrdinalIgnoreCase))
            ?.Groups["target"].Value;

    private static IEnumerable<Match> LinksOf(string header)
    {
        var end = 0;
        foreach (Match link in Link().Matches(header))
        {
            end = link.Index + link.Length;
            yield return link;
        }

        if (header[end..].Trim(' ', '\t', ',').Length > 0) throw new FormatException($"'{header[end..]}' is no link");
    }

    // Several relations are separated by spaces. Of several parameters 'rel' the first counts.
    private static string[] RelationsOf(string parameters)
    {
        var first = Parameter().Matches(parameters).FirstOrDefault(x => x.Groups["name"].Value.Equals("rel", StringComparison.OrdinalIgnoreCase));
        var relations = first is null ? [] : Escape().Replace(first.Groups["value"].Value, "$1").Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return relations.FirstOrDefault(x => !Relation().IsMatch(x)) is { } other ? throw new FormatException($"'{other}' is no relation") : relations;
    }

    [GeneratedRegex($@"\G[ \t,]*<(?<target>[^>]*)>(?<parameters>({OneParameter})*)[ \t]*(,|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex($@"\G{OneParameter}", RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();

    // Of the registered form, or an address.
    [GeneratedRegex("^(?:[A-Za-z0-9][A-Za-z0-9.-]*|[A-Za-z][A-Za-z0-9+.-]*:.*)$")]
    private static partial Regex Relation();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escape();
}
