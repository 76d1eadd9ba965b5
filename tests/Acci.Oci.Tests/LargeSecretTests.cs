using System.Text;

namespace Acci.Oci.Tests;

/// <summary>Secrets of several lines, and large ones: each line is masked in every form, in bounded memory. What other tests hold meanwhile would be measured, too.</summary>
[Collection(nameof(LargeSecretTests))]
[CollectionDefinition(nameof(LargeSecretTests), DisableParallelization = true)]
public class LargeSecretTests
{
    private const string Line = "Hunter2-Correct+Horse/battery&staple";
    private const string Login = $"registry.example.net\nada-the-admin\n{Line}\n";

    public static TheoryData<string, string> Lines => new()
    {
        { "base64", Base64(Line) },
        { "a Basic header", $"Authorization: Basic {Base64($"ada:{Line}")}" },
        { "base64, moved by two", Base64($"ab{Line}") },
        { "hexadecimal digits", Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Line)) },
        { "hexadecimal digits of UTF-16", Convert.ToHexString(Encoding.Unicode.GetBytes(Line)) },
        { "UTF-16", Convert.ToBase64String(Encoding.Unicode.GetBytes($"x{Line}")) },
        { "base64 within base64", Base64($"auth: {Base64($"ada:{Line}")}") },
        { "base64 of hexadecimal digits", Base64(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Line))) },
        { "base64 of JSON", Base64($$"""{"password":"{{Line.Replace("&", "\\u0026", StringComparison.Ordinal)}}"}""") },
        { "base64 of an address", Base64($"https://ada:{Uri.EscapeDataString(Line)}@host") },
        { "all, in YAML, in base64", Base64($"key: |\n  {Login.Replace("\n", "\n  ", StringComparison.Ordinal)}") },
        { "all, in JSON, in base64", Base64($$"""{"key":"{{Login.Replace("\n", "\\r\\n", StringComparison.Ordinal)}}"}""") },
        { "two of three, in base64", Base64($"ada-the-admin\n{Line}\n") },
        { "base64, its lines with blanks between them", string.Join(' ', Base64($"{Login}{Login}").Chunk(64).Select(x => new string(x))) },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void Each_line_of_a_secret_is_masked_in_every_form(string form, string text)
    {
        Redaction.Register(Login);
        var shown = Redaction.Redact(text);

        Assert.True(shown.Contains(Redaction.Mask, StringComparison.Ordinal), $"{form}: {shown}");
        foreach (var part in new[] { text[^12..^6], Base64(Line)[6..20], Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Line))[6..20], "SHVu", "dGVyMi" })
            Assert.DoesNotContain(part, shown[..^Math.Min(shown.Length, 8)], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10_000, true)]
    [InlineData(1_000_000, true)]
    [InlineData(1_000_000, false)]
    public void A_large_secret_is_masked_in_every_form_and_in_little_memory(int size, bool hasLines)
    {
        var bytes = new byte[size * 3 / 4];
        new Random(size + (hasLines ? 1 : 0)).NextBytes(bytes);
        var digits = Convert.ToBase64String(bytes);
        var secret = hasLines ? $"-----BEGIN KEY-----\n{string.Join('\n', digits.Chunk(64).Select(x => new string(x)))}\n-----END KEY-----\n" : digits;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Redaction.Register(secret);

        // Strings have two bytes for each character. What earlier tests held may be collected meanwhile: less than before is right, too.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 10_000_000 + (20L * size));
        var utf8 = Encoding.UTF8.GetBytes(secret);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        foreach (var text in new[]
        {
            secret,
            Base64($"user:{secret}"),
            Convert.ToBase64String(utf8, Base64FormattingOptions.InsertLineBreaks),
            Convert.ToHexStringLower(utf8),
            Base64(secret.ReplaceLineEndings("\r\n  ")),
            secret.ReplaceLineEndings("\\n"),
        })
        {
            var shown = Redaction.Redact($"<{text}>");

            // What stands before and after it, with a digit or two.
            Assert.Contains(Redaction.Mask, shown, StringComparison.Ordinal);
            Assert.InRange(shown.Length, 0, Redaction.Mask.Length + 120);
        }

        // What is cut in a part of it has that part left at most.
        foreach (var text in new[] { secret[..300], Base64(secret[..300]), Convert.ToHexStringLower(utf8[..300]) })
            Assert.InRange(Redaction.Redact(text).Length, Redaction.Mask.Length, Redaction.Mask.Length + (text.Length / 2));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 100_000_000 + (5_000L * size));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 10_000_000 + (40L * size));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
