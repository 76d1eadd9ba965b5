using System.Diagnostics;
using System.Text;

namespace Acci.Oci.Tests;

public class RedactionTests
{
    [Fact]
    public void A_secret_is_masked_wherever_it_stands()
    {
        Redaction.Register("hunter2-hunter2");

        Assert.Equal($"login with {Redaction.Mask}, again {Redaction.Mask}", Redaction.Redact("login with hunter2-hunter2, again hunter2-hunter2"));
    }

    [Fact]
    public void Each_line_of_a_key_is_masked_and_so_is_its_form_in_a_header()
    {
        const string key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\n-----END KEY-----";
        Redaction.Register(key);

        Assert.DoesNotContain("MIIEvQIBADANBgkq", Redaction.Redact("line: MIIEvQIBADANBgkq"), StringComparison.Ordinal);
        Assert.Equal(Redaction.Mask, Redaction.Redact(Convert.ToBase64String(Encoding.UTF8.GetBytes(key))));
    }

    [Theory]
    [InlineData("a-token")]
    [InlineData("An0ther-token_of-usual-length/with+40.chars")]
    [InlineData("A much longer one: what a service account of a registry has, which no line of base64 or of hexadecimal digits takes as a whole, and nobody reads")]
    public void Encodings_and_encodings_in_encodings_are_masked(string secret)
    {
        Redaction.Register(secret);
        var bare = Encoded("").ToList();

        // What is left of one are the digits that it shares with its neighbours.
        Assert.All(Encoded(secret).Zip(bare), x => Assert.InRange(Redaction.Redact(x.First).Replace(Redaction.Mask, "", StringComparison.Ordinal).Length, 0, x.Second.Length + 8));

        static IEnumerable<string> Encoded(string secret)
        {
            var bytes = Encoding.UTF8.GetBytes($"[{secret}]");
            yield return Convert.ToHexString(bytes);
            yield return Convert.ToHexStringLower(bytes);
            foreach (var width in new[] { 20, 40, 60 })
            {
                yield return Wrapped(Convert.ToHexStringLower(bytes), width);
                yield return Wrapped(Convert.ToBase64String(bytes), width);
            }

            foreach (var name in new[] { "", "$", "$x" }) yield return Convert.ToBase64String(Encoding.Unicode.GetBytes($"{name}='{secret}'"));
            // As Kubernetes has Docker's logins.
            foreach (var (user, host) in from user in new[] { "u", "me", "you" } from host in new[] { "a", "aa", "aaa" } select (user, host))
            {
                var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}"));
                var file = Encoding.UTF8.GetBytes($$"""{"auths": {"{{host}}": {"auth": "{{login}}" } } }""");
                yield return Convert.ToBase64String(file);
                yield return Wrapped(Convert.ToBase64String(file), 76);
            }
        }

        static string Wrapped(string digits, int width) => string.Join('\n', digits.Chunk(width).Select(x => string.Concat(x)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("abc")]
    public void What_is_no_secret_masks_nothing(string? secret)
    {
        Redaction.Register(secret);

        Assert.Equal("abc and the rest", Redaction.Redact("abc and the rest"));
    }

    [Theory]
    [InlineData("XXXXcommonpartYYYYzzzz", "[REDACTED]")]
    [InlineData("a XXXXcommonpart b commonpartYYYYzzzz c", "a [REDACTED] b [REDACTED] c")]
    [InlineData("XXXXcommonpartXXXXcommonpart", "[REDACTED][REDACTED]")]
    [InlineData("<abra-cad-abra-cad-abra>", "<[REDACTED]>")]
    public void Where_secrets_overlap_nothing_is_left_of_any(string text, string shown)
    {
        Redaction.Register("XXXXcommonpart");
        Redaction.Register("commonpartYYYYzzzz");
        Redaction.Register("abra-cad-abra");

        Assert.Equal(shown, Redaction.Redact(text));
    }

    [Fact]
    public void What_is_cut_is_masked_before()
    {
        Redaction.Register("cut-me-in-the-middle");

        Assert.Equal($"{Redaction.Mask} te…", Redaction.Beginning("cut-me-in-the-middle text and more", Redaction.Mask.Length + 4));
        Assert.Equal("text", Redaction.Beginning("text", 4));
    }

    [Theory]
    [InlineData("cut-\e[01;31m\e[Kme-in-\e[m\e[Kthe-middle", Redaction.Mask)]
    [InlineData("\e[32mc\e[39mut-me-in-the-middle\e[0m!", $"\e[32m{Redaction.Mask}\e[0m!")]
    [InlineData("https://\u009b1muser:to\e[0mken@host", $"https://{Redaction.Mask}@host")]
    [InlineData("cut-me-in\ufe0f-the\u034f-mid\U000e0041dle", Redaction.Mask)]
    [InlineData("\e[31mred\e[0m", "\e[31mred\e[0m")]
    public void A_secret_is_masked_also_where_a_part_of_it_is_coloured(string text, string shown)
    {
        Redaction.Register("cut-me-in-the-middle");

        Assert.Equal(shown, Redaction.Redact(text));
        for (var length = Redaction.Mask.Length; length < 60; length++)
            Assert.DoesNotContain("cut", Redaction.Beginning(new string('x', 40) + text, length), StringComparison.Ordinal);
        Assert.Equal("red", Redaction.Beginning("\e[31mred\e[0m", 3));
    }

    [Fact]
    public void A_text_of_eight_times_the_length_takes_about_eight_times_as_long_however_many_secrets_there_are()
    {
        var random = new Random(1);
        var secrets = Enumerable.Range(0, 100).Select(i => $"{(char)random.Next(33, 127)}s{i}/+$'{Convert.ToBase64String(Bytes(random, 30))}").ToArray();
        foreach (var secret in secrets) Redaction.Register(secret);
        string[] units = ["a", "\\", "%25", "%3A%2F%2F", "https%3A%2F%2Fhttps%253A%252F%252F", "https://", "://a:", "https://a:b ", "@", "&#0", "'", "{\"data\":\"c2VjcmV0\"}\n", string.Join(' ', secrets)];
        var (small, large) = (TextsOf(64 * 1024), TextsOf(512 * 1024));
        foreach (var text in small) Redaction.Redact(text);

        // A square of the length would be 64 times. Where something else ran meanwhile, it is measured again.
        var ratios = new List<double>();
        do ratios.Add(TimeOf(large) / TimeOf(small)); while (ratios[^1] > 32 && ratios.Count < 3);
        Assert.InRange(ratios.Min(), 0, 32);

        string[] TextsOf(int size) =>
            [.. units.Select(x => string.Concat(Enumerable.Repeat(x, size / x.Length))), Convert.ToBase64String(Bytes(random, size * 3 / 4))];

        static double TimeOf(IEnumerable<string> texts)
        {
            var begun = Stopwatch.GetTimestamp();
            foreach (var text in texts) Redaction.Redact(text);
            return Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }
    }

    [Fact]
    public void A_text_that_cannot_be_searched_in_bounded_time_is_masked_as_a_whole()
    {
        Redaction.Register(new string('$', 60));

        Assert.Equal(Redaction.Mask, Redaction.Redact($"costs {new string('$', 59)}"));
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
