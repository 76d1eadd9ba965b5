using System.Text.RegularExpressions;

namespace Acci.Oci.Registries;

/// <summary>
/// What a registry warns its users of, such as an endpoint that goes away. Source: OCI distribution specification 1.1, section "Warnings";
/// RFC 7234, section 5.5.
/// </summary>
internal static partial class RegistryWarning
{
    private const int Code = 299;
    private const int LongestText = 1000;

    /// <summary>The warnings of an answer, fit to be shown.</summary>
    public static IEnumerable<string> In(HttpResponseMessage response) => response.Headers.Warning
        .Where(x => x is { Code: Code, Agent: "-", Text.Length: > 2 })
        .Select(x => Redaction.Beginning(Escape().Replace(x.Text[1..^1], "$1"), LongestText));

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escape();
}
