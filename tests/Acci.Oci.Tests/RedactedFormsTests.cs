using System.Net;
using System.Security;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Acci.Oci.Tests;

/// <summary>A secret in every form in which texts have them.</summary>
public partial class RedactedFormsTests
{
    private const string Secret = "it's \"50%\" of $a+b/c\\d & <é€😀> #1, x:y|z";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string, string> Forms => new()
    {
        { "as it is", Secret },
        { "in a shell", $"'{Secret.Replace("'", @"'\''", StringComparison.Ordinal)}'" },
        { "in a shell, with other quotes", $"'{Secret.Replace("'", "'\"'\"'", StringComparison.Ordinal)}'" },
        { "JSON", JsonSerializer.Serialize(Secret) },
        { "JSON, relaxed", JsonSerializer.Serialize(Secret, Relaxed) },
        { "JSON, as Go writes it", JsonSerializer.Serialize(Secret).ToLowerInvariant().Replace("it\\u0027s", "it's", StringComparison.Ordinal) },
        { "JSON within JSON", JsonSerializer.Serialize(JsonSerializer.Serialize(Secret, Relaxed)[1..^1]) },
        { "an address", Uri.EscapeDataString(Secret) },
        { "an address, in lower case", Uri.EscapeDataString(Secret).ToLowerInvariant() },
        { "a form", WebUtility.UrlEncode(Secret) },
        { "an address, as little as possible", Uri.EscapeDataString(Secret).Replace("%24", "$", StringComparison.Ordinal).Replace("%2B", "+", StringComparison.Ordinal).Replace("%27", "'", StringComparison.Ordinal) },
        { "HTML", WebUtility.HtmlEncode(Secret) },
        { "HTML, all of it", HtmlEncoder.Default.Encode(Secret) },
        { "XML", SecurityElement.Escape(Secret) },
        { "YAML", $"'{Secret.Replace("'", "''", StringComparison.Ordinal)}'" },
        { "Markdown", string.Concat(Secret.Select(x => char.IsAsciiLetterOrDigit(x) || x > 127 || x == ' ' ? $"{x}" : $"\\{x}")) },
        { "a compose file", Secret.Replace("$", "$$", StringComparison.Ordinal) },
        { "git", Octal(Secret, x => x > 126 || x < ' ', @"\") },
        { "git, within JSON", Octal(Secret, x => x > 126 || x < ' ', @"\\") },
        { "a shell's printf", Octal(Secret, x => x > 126 || x == '\'', @"\") },
        { "bytes in hexadecimal", string.Concat(Encoding.UTF8.GetBytes(Secret).Select(x => x < 127 ? $"{(char)x}" : $"\\x{x:x2}")) },
        { "JavaScript", string.Concat(Secret.EnumerateRunes().Select(x => x.IsAscii ? x.ToString() : $"\\u{{{x.Value:x}}}")) },
        { "Python", string.Concat(Secret.EnumerateRunes().Select(x => x.IsBmp ? x.ToString() : $"\\U{x.Value:x8}")) },
        { "an address within an address", Uri.EscapeDataString(Uri.EscapeDataString(Secret)) },
        { "an address within one within one", Uri.EscapeDataString(Uri.EscapeDataString(Uri.EscapeDataString(Secret))) },
        { "HTML within HTML", WebUtility.HtmlEncode(WebUtility.HtmlEncode(Secret)) },
        { "HTML, all of it, within HTML", HtmlEncoder.Default.Encode(HtmlEncoder.Default.Encode(Secret)) },
        { "a command of GitHub's runner", Secret.Replace("%", "%25", StringComparison.Ordinal).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal) },
    };

    public static TheoryData<string> Prefixes => ["", "a", "ab", "user:", "robot$a:", "x-access-token:"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_secret_is_masked_however_it_is_written(string form, string text)
    {
        Redaction.Register(Secret);

        var shown = Redaction.Redact($"before {text} after");

        Assert.True(shown.StartsWith("before ", StringComparison.Ordinal) && shown.EndsWith(" after", StringComparison.Ordinal), form);
        Assert.Equal(Redaction.Mask, shown["before ".Length..^" after".Length].Trim('\'', '"', '\\'));
    }

    [Theory]
    [MemberData(nameof(Prefixes))]
    public void Nothing_of_a_secret_is_left_in_base64_whatever_stands_before_it(string prefix)
    {
        Redaction.Register(Secret);
        foreach (var suffix in new[] { "", "\n", "@host" })
        {
            var code = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{prefix}{Secret}{suffix}"));
            var forms = new[] { code, code.TrimEnd('='), code.Replace('+', '-').Replace('/', '_'), JsonSerializer.Serialize(code)[1..^1], Uri.EscapeDataString(code) };
            foreach (var text in forms)
            {
                var shown = Redaction.Redact($"Basic {text}.");

                Assert.Contains(Redaction.Mask, shown, StringComparison.Ordinal);
                // The neighbours, and the characters that they share with the secret; an escaped one is longer.
                var shared = Escape().Replace(shown, "+").Length - "Basic .".Length - Redaction.Mask.Length;
                Assert.InRange(shared, 0, ((prefix.Length + suffix.Length) * 4 / 3) + 5);
            }
        }
    }

    [Theory]
    [InlineData("Go's JSON", @"p\u0026s\u003cs\u003e\""w\\o/r'd é@1")]
    [InlineData("JavaScript's JSON", @"p&s<s>\""w\\o/r'd é@1")]
    [InlineData("Python's JSON", @"p&s<s>\""w\\o/r'd \u00e9@1")]
    [InlineData("PHP's JSON", @"p&s<s>\""w\\o\/r'd \u00e9@1")]
    [InlineData(".NET's JSON", @"p\u0026s\u003Cs\u003E\u0022w\\o/r\u0027d \u00E9@1")]
    [InlineData("an address", "p%26s%3Cs%3E%22w%5Co%2Fr%27d%20%C3%A9%401")]
    [InlineData("an address, in lower case", "p%26s%3cs%3e%22w%5co%2fr%27d%20%c3%a9%401")]
    [InlineData("JavaScript's encodeURIComponent", "p%26s%3Cs%3E%22w%5Co%2Fr'd%20%C3%A9%401")]
    [InlineData("Go's url.UserPassword", "p&s%3Cs%3E%22w%5Co%2Fr%27d%20%C3%A9%401")]
    [InlineData("Python's quote", "p%26s%3Cs%3E%22w%5Co/r%27d%20%C3%A9%401")]
    [InlineData("a form", "p%26s%3Cs%3E%22w%5Co%2Fr%27d+%C3%A9%401")]
    [InlineData(".NET's HTML", @"p&amp;s&lt;s&gt;&quot;w\o/r&#39;d &#233;@1")]
    [InlineData("Python's HTML", @"p&amp;s&lt;s&gt;&quot;w\o/r&#x27;d é@1")]
    [InlineData("Go's HTML", @"p&amp;s&lt;s&gt;&#34;w\o/r&#39;d é@1")]
    [InlineData("a shell", @"p&s<s>""w\o/r'\''d é@1")]
    public void What_is_escaped_first_is_masked_in_base64_too(string writer, string escaped)
    {
        Redaction.Register(@"p&s<s>""w\o/r'd é@1");
        // As kubectl has a .dockerconfigjson, an address and a script.
        foreach (var (before, after) in new[] { ("{\"auths\":{\"ghcr.io\":{\"username\":\"octo\",\"password\":\"", "\"}}}"), ("postgres://app:", "@db/app"), ("export P='", "'\n"), ("", "") })
        {
            foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode })
            {
                var code = Convert.ToBase64String(encoding.GetBytes($"{before}{escaped}{after}"));
                foreach (var width in new[] { code.Length, 64 })
                {
                    var shown = Redaction.Redact(string.Join('\n', code.Chunk(width).Select(x => new string(x))));

                    Assert.True(shown.Contains(Redaction.Mask, StringComparison.Ordinal), $"{writer}: {shown}");
                    // The neighbours, and the digits that they share with it.
                    Assert.InRange(shown.Length - Redaction.Mask.Length, 0, (encoding.GetByteCount(before + after) * 4 / 3) + 12);
                }
            }
        }
    }

    [Theory]
    [InlineData("Zq7-w9Lm2Xv4Tt8Kp3Rr6Nn1")]
    [InlineData("gehe€im-ü€-1234 😀")]
    public void UTF_16_of_either_order_is_masked_up_to_the_end_of_a_text(string secret)
    {
        Redaction.Register(secret);
        foreach (var encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            foreach (var (before, after) in new[] { ("", ""), ("a", ""), ("ab", ""), ("", "x"), ("abc", "\n") })
            {
                var bytes = encoding.GetBytes($"{before}{secret}{after}");
                foreach (var (code, digits) in new[] { (Convert.ToBase64String(bytes), 4 / 3.0), (Convert.ToHexString(bytes), 2) })
                    Assert.InRange(Redaction.Redact(code).Replace(Redaction.Mask, "", StringComparison.Ordinal).Length, 0, (encoding.GetByteCount(before + after) * digits) + 4);
            }
        }
    }

    [Fact]
    public void A_key_in_base64_is_masked_whatever_its_line_breaks_were()
    {
        var key = $"-----BEGIN KEY-----\n{string.Join('\n', Enumerable.Range(0, 6).Select(x => $"{x}MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7{x}"))}\n-----END KEY-----\n";
        Redaction.Register(key);

        foreach (var text in new[] { key, key.Trim(), key.ReplaceLineEndings("\r\n") })
        {
            var code = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
            var broken = Convert.ToBase64String(Encoding.UTF8.GetBytes(text), Base64FormattingOptions.InsertLineBreaks);

            Assert.InRange(Redaction.Redact(code).Length, Redaction.Mask.Length, Redaction.Mask.Length + 8);
            Assert.InRange(Redaction.Redact(broken).Length, Redaction.Mask.Length, Redaction.Mask.Length + 10);
            Assert.DoesNotContain("MIIE", Redaction.Redact(JsonSerializer.Serialize(text)), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Zq7-w9Lm2Xv4Tt8Kp3Rr6Nn1", "\r\n")]
    [InlineData("Zq7-w9Lm2Xv4Tt8Kp3Rr6Nn1", "\n    ")]
    [InlineData("Zq7-w9Lm2Xv4Tt8Kp3Rr6Nn1", @"\r\n")]
    [InlineData("short-one", "\n")]
    public void A_short_secret_in_base64_is_masked_also_where_a_line_ends_within_it(string secret, string lineBreak)
    {
        Redaction.Register(secret);
        foreach (var width in new[] { 64, 76 })
        {
            for (var before = 0; before < 80; before++)
            {
                var code = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{new string('x', before)}{secret}{new string('y', 40)}"));
                var shown = Redaction.Redact(string.Join(lineBreak, code.Chunk(width).Select(x => new string(x))));

                Assert.Contains(Redaction.Mask, shown, StringComparison.Ordinal);
                // The neighbours, with the characters that they share with the secret.
                Assert.InRange(shown.Replace(Redaction.Mask, "", StringComparison.Ordinal).Replace(lineBreak, "", StringComparison.Ordinal).TrimEnd('=').Length, 0, ((before + 40) * 4 / 3) + 4);
            }
        }
    }

    [Theory]
    [InlineData("https://u:p4ss@host/x", "https://[REDACTED]@host/x")]
    [InlineData("--registry=HTTPS://u:p@ss@host", "--registry=HTTPS://[REDACTED]@host")]
    [InlineData("https://ghp_0123@github.com/o/r", "https://[REDACTED]@github.com/o/r")]
    [InlineData("redis://:p4ss@host:6379", "redis://:[REDACTED]@host:6379")]
    [InlineData("ssh://git@github.com/o/r and https://host:5000/x@sha256:0", "ssh://git@github.com/o/r and https://host:5000/x@sha256:0")]
    [InlineData("https://user:pa/ss@host/x", "https://[REDACTED]@host/x")]
    [InlineData("https://user:12/ss@host", "https://user:12/ss@host")]
    [InlineData("https://user:123456/ss@host", "https://[REDACTED]@host")]
    [InlineData("https://user:pa ss wo/rd@host/x", "https://[REDACTED]@host/x")]
    [InlineData("https://user:pa?ss#1@host", "https://[REDACTED]@host")]
    [InlineData("redis://:p4/ss@host:6379", "redis://:[REDACTED]@host:6379")]
    [InlineData("http://localhost:4873/@scope/name", "http://localhost:4873/@scope/name")]
    [InlineData("https://host:5000: write to a@b", "https://host:5000: write to a@b")]
    [InlineData("docker://alpine:edge is no alpine@sha256:0", "docker://alpine:edge is no alpine@sha256:0")]
    [InlineData("https%3A%2F%2Fuser%3Atok3n%40host%2Fx%40sha256", "https%3A%2F%2F[REDACTED]%40host%2Fx%40sha256")]
    [InlineData("?next=https%3a%2f%2fuser%3at%2540k3n%40host&a=%40", "?next=https%3a%2f%2f[REDACTED]%40host&a=%40")]
    [InlineData("?next=https%253A%252F%252Fuser%253Ap%25252Fw%2540host", "?next=https%253A%252F%252F[REDACTED]%2540host")]
    [InlineData("?next%3Dhttps://user:tok3n@host", "?next%3Dhttps://[REDACTED]@host")]
    [InlineData("redis%3A%2F%2Fuser%3Atok3n%40host%3A6379", "redis%3A%2F%2Fuser%3A[REDACTED]%40host%3A6379")]
    [InlineData("https%3A%2F%2Fhost%3A5000%2Fx%40b https%3A%2F%2Fhost%3Fmail%3Da%40b", "https%3A%2F%2Fhost%3A5000%2Fx%40b https%3A%2F%2Fhost%3Fmail%3Da%40b")]
    [InlineData(@"{""a"":""https:\/\/u:p4ss@host\/x""}", @"{""a"":""https:\/\/[REDACTED]@host\/x""}")]
    [InlineData(@"https:\\\/\\\/u:p4ss@host and redis:\/\/:p4ss@h", @"https:\\\/\\\/[REDACTED]@host and redis:\/\/:[REDACTED]@h")]
    [InlineData(@"https:\/\/user:pa\/ss@host\/x", @"https:\/\/[REDACTED]@host\/x")]
    [InlineData(@"https:\/\/host:5000\/x@sha256:0 http:\/\/localhost:4873\/@scope\/name", @"https:\/\/host:5000\/x@sha256:0 http:\/\/localhost:4873\/@scope\/name")]
    [InlineData("docker-image://ghcr.io/o/r:1.0@sha256:0", "docker-image://ghcr.io/o/r:1.0@sha256:0")]
    public void A_password_within_an_address_is_masked_though_nobody_registered_it(string text, string shown) => Assert.Equal(shown, Redaction.Redact(text));

    [Fact]
    public void A_secret_that_looks_like_a_pattern_is_one_text()
    {
        Redaction.Register(@"(a+)+$[b]{9}.*");

        Assert.Equal($"{Redaction.Mask} aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", Redaction.Redact(@"(a+)+$[b]{9}.* aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"));
    }

    [Theory]
    [InlineData("ab1\ncd2\nef3", "<ab1\ncd2\nef3>", "<[REDACTED]>")]
    [InlineData("ab1\ncd2\nef3", "<ab1\r\ncd2\r\nef3>", "<[REDACTED]>")]
    [InlineData("ab1\ncd2\nef3", @"<ab1\ncd2\nef3>", "<[REDACTED]>")]
    [InlineData("ab1\r\ncd2\r\n", @"<ab1\r\ncd2\r\n>", @"<[REDACTED]\r\n>")]
    [InlineData("ab1\ncd2\nef3", "<ab1%0D%0Acd2%0D%0Aef3>", "<[REDACTED]>")]
    [InlineData("ab1\ncd2\nef3", "ab1 cd2 ef3, ab1, cd2", "ab1 cd2 ef3, ab1, cd2")]
    [InlineData("geh\u00e9im!wort", @"geh\xe9im!wort geh\\xE9im!wort geh%E9im!wort geh\351im!wort geh%C3%A9im!wort", "[REDACTED] [REDACTED] [REDACTED] [REDACTED] [REDACTED]")]
    [InlineData("wort-mit-\u00c3", @"<wort-mit-%C3%83> <wort-mit-%C3> <wort-mit-\xc3\x83>", "<[REDACTED]> <[REDACTED]> <[REDACTED]>")]
    [InlineData("correct horse battery staple", "key: >\n  correct horse\n  battery staple\n", "key: >\n  [REDACTED]\n")]
    [InlineData("correct horse battery staple", "correct horse battery\r\nstaple", "[REDACTED]")]
    [InlineData("correct horse battery staple", "correct\n\nhorse battery staple", "correct\n\nhorse battery staple")]
    public void A_secret_is_masked_over_its_lines_and_over_those_it_was_broken_into(string secret, string text, string shown)
    {
        Redaction.Register(secret);

        Assert.Equal(shown, Redaction.Redact(text));
    }

    private static string Octal(string text, Func<byte, bool> isEscaped, string escape) => string.Concat(Encoding.UTF8.GetBytes(text).Select(x =>
        isEscaped(x) ? $"{escape}{Convert.ToString(x, 8).PadLeft(3, '0')}" : x is (byte)'"' or (byte)'\\' ? $"{escape}{(char)x}" : $"{(char)x}"));

    [GeneratedRegex(@"%[0-9A-F]{2}|\\u[0-9A-F]{4}")]
    private static partial Regex Escape();
}
