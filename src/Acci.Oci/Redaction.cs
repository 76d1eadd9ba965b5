using System.Text.RegularExpressions;

namespace Acci;

/// <summary>
/// What must never be seen: every secret the build is given is registered here, and every text that leaves it
/// (log, error, console) goes through <see cref="Redact"/>.
/// </summary>
public static partial class Redaction
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mask = "[REDACTED]";

    /// <summary>Shorter texts would turn ordinary output into a row of masks, and are no secrets.</summary>
    internal const int MinimumLength = 4;

    private static readonly Lock Change = new();
    private static readonly HashSet<string> Registered = new(StringComparer.Ordinal);
    private static readonly SortedSet<Form> Forms = new(Comparer<Form>.Create((one, other) =>
        one.Length != other.Length ? other.Length.CompareTo(one.Length) : string.CompareOrdinal(one.Pattern, other.Pattern)));

    private static volatile Regex[] _longestFirst = [];

    /// <summary>Registers a secret: its whole text and each of its lines, in any form in which a text may have them.</summary>
    public static void Register(string? secret)
    {
        if (string.IsNullOrWhiteSpace(secret)) return;
        lock (Change)
        {
            if (!Registered.Add(secret)) return;
            var lines = secret.Split('\n', StringSplitOptions.TrimEntries).Where(x => x.Length >= MinimumLength && !IsBoundary(x));
            foreach (var line in lines) Forms.Add(new Form(line.Length, SecretPattern.OfText(line)));
            var text = secret.Trim();
            // Within base64 line breaks are as those who wrote it had them.
            foreach (var whole in new[] { text, text.ReplaceLineEndings("\n"), text.ReplaceLineEndings("\r\n") }.Distinct())
            {
                if (whole.Length < MinimumLength) continue;
                foreach (var pattern in SecretPattern.OfBase64(whole)) Forms.Add(new Form(whole.Length, pattern));
            }

            _longestFirst = [.. Forms.Select(x => x.Find)];
        }
    }

    /// <summary>The text with a mask in place of every secret, and of every user and password within an address.</summary>
    public static string Redact(string text)
    {
        foreach (var secret in _longestFirst) text = secret.Replace(text, Mask);
        return text.Contains("://", StringComparison.Ordinal) && text.Contains('@', StringComparison.Ordinal) ? UserInformation().Replace(text, Mask) : text;
    }

    // Every key has the same ones.
    private static bool IsBoundary(string line) => line.StartsWith("-----", StringComparison.Ordinal) && line.EndsWith("-----", StringComparison.Ordinal);

    // RFC 3986, section 3.2.1. What stands before the colon is shown where it is no web address, as in ssh://git@host.
    [GeneratedRegex(@"(?<=\bhttps?://)[^\s/?#]+(?=@)|(?<=://[^\s/:@?#]*:)[^\s/?#]+(?=@)", RegexOptions.IgnoreCase)]
    private static partial Regex UserInformation();

    private sealed record Form(int Length, string Pattern)
    {
        public Regex Find { get; } = new(Pattern, RegexOptions.CultureInvariant);
    }
}
