namespace Nuke.Common.Tooling;

/// <summary>Keeps secrets out of what is shown.</summary>
internal static class Redaction
{
    private const string Replacement = "[REDACTED]";

    public static Func<string, string> Of(IEnumerable<string> secrets)
    {
        var known = secrets?.Where(x => !string.IsNullOrWhiteSpace(x)).Distinct().OrderByDescending(x => x.Length).ToArray() ?? [];
        return text => known.Aggregate(text, (current, secret) => current?.Replace(secret, Replacement, StringComparison.Ordinal));
    }
}
