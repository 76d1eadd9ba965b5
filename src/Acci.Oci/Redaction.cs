using System.Text;

namespace Acci;

/// <summary>
/// What must never be seen: every secret the build is given is registered here, and every text that leaves it
/// (log, error, console) goes through <see cref="Redact"/>.
/// </summary>
public static class Redaction
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mask = "[REDACTED]";

    /// <summary>Shorter texts would turn ordinary output into a row of masks, and are no secrets.</summary>
    internal const int MinimumLength = 4;

    private static readonly Lock Change = new();
    private static readonly HashSet<string> Registered = new(StringComparer.Ordinal);
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal);
    private static readonly SecretIndex Index = new();

    // A file of secrets may have a megabyte, and no expression is to be as large. Parts that overlap have one mask.
    private const int LongestPart = 128;
    private const int Overlap = 16;

    // As a login of Docker's configuration is in a Kubernetes secret: base64 within base64.
    private const int DeepestEncoding = 2;

    /// <summary>Registers a secret: its whole text and each of its lines, in any form in which a text may have them.</summary>
    public static void Register(string? secret)
    {
        if (string.IsNullOrWhiteSpace(secret)) return;
        lock (Change)
        {
            if (!Registered.Add(secret)) return;
            var lines = secret.Split('\n', StringSplitOptions.TrimEntries).Where(x => !IsBoundary(x));
            foreach (var part in lines.Append(secret.Trim().Replace("\r\n", "\n", StringComparison.Ordinal)).Where(x => x.Length >= MinimumLength).SelectMany(PartsOf).SelectMany(Bytewise))
            {
                if (Known.Add(part)) Index.Add(new SecretForm(part));
            }
        }
    }

    /// <summary>The text with a mask in place of every secret, and of every user and password within an address.</summary>
    public static string Redact(string text)
    {
        var found = Find(text);
        found.AddRange(FindWhatIsSeen(text));
        if (found.Count == 0) return text;
        found.Sort();
        var shown = new StringBuilder(text.Length);
        var end = 0;
        // Where two secrets overlap, both are gone: a rest of the one would show beside the mask of the other.
        foreach (var next in found)
        {
            if (next.Start < end)
            {
                end = Math.Max(end, next.End);
                continue;
            }

            if (end > 0) shown.Append(Mask);
            shown.Append(text, end, next.Start - end);
            end = next.End;
        }

        return shown.Append(Mask).Append(text, end, text.Length - end).ToString();
    }

    /// <summary>Whether an address in the text has a user and a password, or a web address a user, in it.</summary>
    public static bool HasLogin(string text) => LoginPattern.Find(text).Any();

    /// <summary>The beginning of the text as a terminal shows it, masked: what was cut before it is masked shows half of a secret.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="length">How many characters it may have.</param>
    public static string Beginning(string text, int length) =>
        TerminalSequences.RemoveFrom(Redact(text)) is var shown && shown.Length <= length ? shown : $"{shown[..(length - 1)]}…";

    private static List<(int Start, int End)> Find(string text)
    {
        List<(int Start, int End)> found = [.. LoginPattern.Find(text).Select(x => (x.Start.Value, x.End.Value))];
        FindSecrets(text, 0, found);
        return found;
    }

    private static void FindSecrets(string text, int depth, List<(int Start, int End)> found)
    {
        foreach (var (form, places) in Index.FormsIn(text)) found.AddRange(form.Find(text, places).Select(x => (x.Start.Value, x.End.Value)));
        if (depth == DeepestEncoding || text.Length < Index.Shortest) return;
        foreach (var run in DigitRun.In(text, Index.Shortest))
        {
            foreach (var reading in run.Read(text, Index.Shortest))
            {
                var first = found.Count;
                FindSecrets(reading.Text, depth + 1, found);
                for (; first < found.Count; first++) found[first] = reading.PlaceOf(found[first].Start, found[first].End);
            }
        }
    }

    // A program that colours what it found writes between the letters of a secret, and whoever looks at it sees none of that.
    private static IEnumerable<(int Start, int End)> FindWhatIsSeen(string text)
    {
        var unseen = TerminalSequences.FindUnseen(text);
        if (unseen.Count == 0) return [];
        List<Range> parts = [.. SeenAmong(unseen, text.Length)];
        var found = Find(string.Concat(parts.Select(x => text[x])));
        if (found.Count == 0) return [];
        var places = parts.SelectMany(x => Enumerable.Range(x.Start.Value, x.End.Value - x.Start.Value)).ToArray();
        return found.Select(x => (places[x.Start], places[x.End - 1] + 1));
    }

    private static IEnumerable<Range> SeenAmong(IEnumerable<Range> unseen, int length)
    {
        var end = 0;
        foreach (var part in unseen.Append(length..length))
        {
            yield return end..part.Start.Value;
            end = part.End.Value;
        }
    }

    private static IEnumerable<string> PartsOf(string text)
    {
        for (var start = 0; start == 0 || start + Overlap < text.Length; start += LongestPart - Overlap)
        {
            // The last one is as long as the others: a few characters are no secret.
            var (first, end) = (Math.Min(start, Math.Max(0, text.Length - LongestPart)), Math.Min(start + LongestPart, text.Length));
            if (first > 0 && char.IsLowSurrogate(text[first])) first--;
            if (end < text.Length && char.IsLowSurrogate(text[end])) end++;
            yield return text[first..end];
        }
    }

    // What is read out of base64 is read byte by byte.
    private static string[] Bytewise(string text) =>
        Ascii.IsValid(text) ? [text] : [text, .. new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode }.Select(x => Encoding.Latin1.GetString(x.GetBytes(text)))];

    // Every key has the same ones.
    private static bool IsBoundary(string line) => line.StartsWith("-----", StringComparison.Ordinal) && line.EndsWith("-----", StringComparison.Ordinal);
}
