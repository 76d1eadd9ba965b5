using System.Collections.Concurrent;
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

    // Shorter texts would turn ordinary output into a row of masks, and are no secrets.
    private const int MinimumLength = 4;

    private static readonly ConcurrentDictionary<string, byte> Secrets = new(StringComparer.Ordinal);
    private static volatile string[] _longestFirst = [];

    /// <summary>Registers a secret: its whole text, each of its lines, and the base64 form in which it would stand in a header.</summary>
    public static void Register(string? secret)
    {
        if (string.IsNullOrWhiteSpace(secret)) return;
        foreach (var form in secret.Split('\n').Append(secret).Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))))
        {
            if (form.Trim() is { Length: >= MinimumLength } text) Secrets.TryAdd(text, 0);
        }

        _longestFirst = [.. Secrets.Keys.OrderByDescending(x => x.Length)];
    }

    /// <summary>The text with a mask in place of every secret.</summary>
    public static string Redact(string text)
    {
        foreach (var secret in _longestFirst) text = text.Replace(secret, Mask, StringComparison.Ordinal);
        return text;
    }
}
