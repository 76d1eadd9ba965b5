using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Acci.Testing;

/// <summary>A text that stands for a secret, and every form in which it could be found again. Written without the code that masks secrets.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">The secret.</param>
public sealed record Mark(string Name, string Value)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private string[] Forms => field ??= [.. FormsOf(Value.Trim()).Concat(Value.Split('\n').Where(x => x.Trim().Length > 8 && !x.StartsWith("-----", StringComparison.Ordinal)).SelectMany(FormsOf)).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether any form of it is in the text.</summary>
    public bool IsIn(string text) => Forms.Any(x => text.Contains(x, StringComparison.Ordinal));

    /// <summary>Whether any form of it is among these bytes.</summary>
    public bool IsIn(ReadOnlySpan<byte> content)
    {
        foreach (var form in Forms)
        {
            if (content.IndexOf(Encoding.UTF8.GetBytes(form)) >= 0) return true;
        }

        return false;
    }

    private static IEnumerable<string> FormsOf(string text)
    {
        yield return text;
        yield return text.Replace("'", @"'\''", StringComparison.Ordinal);
        yield return JsonSerializer.Serialize(text)[1..^1];
        yield return JsonSerializer.Serialize(text, Relaxed)[1..^1];
        yield return Uri.EscapeDataString(text);
        yield return Uri.EscapeDataString(text).ToLowerInvariant();
        yield return WebUtility.UrlEncode(text);
        yield return WebUtility.HtmlEncode(text);
        var bytes = Encoding.UTF8.GetBytes(text);
        foreach (var shift in new[] { 0, 1, 2 })
        {
            // Without the first and last characters, which it shares with its neighbours.
            var code = Convert.ToBase64String([.. new byte[shift], .. bytes])[4..^4];
            yield return code;
            yield return code.Replace('+', '-').Replace('/', '_');
        }
    }
}
