using System.Diagnostics;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace Acci.Oci.Tests;

/// <summary>What the index leaves out no form would have found.</summary>
public class SecretIndexTests
{
    private const string Characters = "abcXYZ0189 +/&<>\"'\\$@%é€";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Around_their_literals_forms_find_what_their_expressions_find_in_the_whole_text(int seed)
    {
        var random = new Random(seed);
        var secrets = Enumerable.Range(0, 12).Select(_ => Text(random, random.Next(4, 40)).Trim()).Where(x => x.Length > 3).Distinct().ToList();
        var index = IndexOf(secrets);
        foreach (var _ in Enumerable.Range(0, 60))
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Text(random, random.Next(20)) + Written(random, secrets[random.Next(secrets.Count)])));
            var found = index.FormsIn(text).SelectMany(x => x.Key.Find(text, x.Value)).ToHashSet();

            Assert.Equal(secrets.SelectMany(x => InAll(text, x)).ToHashSet(), found);
        }

        static IEnumerable<Range> InAll(string text, string secret)
        {
            var expression = new Regex(SecretPattern.Of(secret), RegexOptions.CultureInvariant);
            for (var match = expression.Match(text); match.Success; match = expression.Match(text, match.Index + 1)) yield return match.Index..(match.Index + match.Length);
        }
    }

    [Fact]
    public void The_forms_that_a_text_may_have_are_those_of_which_it_has_the_literal()
    {
        var random = new Random(4);
        var literals = (from length in Enumerable.Range(1, 10) from i in Enumerable.Range(0, 20) select Literal(length)).Distinct().ToList();
        var index = IndexOf(literals);
        foreach (var length in Enumerable.Range(0, 200))
        {
            var text = Literal(length);

            Assert.Equal(
                literals.ToDictionary(x => x, x => Enumerable.Range(0, text.Length).Where(y => text.AsSpan(y).StartsWith(x, StringComparison.Ordinal)).ToList()).Where(x => x.Value.Count > 0).OrderBy(x => x.Key, StringComparer.Ordinal),
                index.FormsIn(text).ToDictionary(x => x.Key.Literal, x => x.Value.ToList()).OrderBy(x => x.Key, StringComparer.Ordinal));
        }

        string Literal(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => "abc0"[random.Next(4)]));
    }

    [Fact]
    public void A_hundred_times_as_many_secrets_do_not_take_a_hundred_times_as_long()
    {
        var random = new Random(5);
        var text = string.Concat(Enumerable.Range(0, 4000).Select(_ => $"info: pushed sha256:{Convert.ToHexStringLower(Bytes(random, 32))} to registry.example/app\n"));
        var (few, many) = (IndexOf(Secrets(3)), IndexOf(Secrets(300)));

        // Each secret alone took its own time.
        Assert.InRange(TimeOf(many) / TimeOf(few), 0, 20);

        IEnumerable<string> Secrets(int count) => Enumerable.Range(0, count).Select(_ => Convert.ToBase64String(Bytes(random, 30)));

        double TimeOf(SecretIndex index) => Enumerable.Range(0, 10).Min(_ =>
        {
            var begun = Stopwatch.GetTimestamp();
            index.FormsIn(text);
            return Stopwatch.GetElapsedTime(begun).TotalSeconds;
        });
    }

    private static SecretIndex IndexOf(IEnumerable<string> secrets)
    {
        var index = new SecretIndex();
        foreach (var secret in secrets) index.Add(new SecretForm(secret));
        return index;
    }

    private static string Text(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => Characters[random.Next(Characters.Length)]));

    private static string Written(Random random, string secret) => random.Next(5) switch
    {
        0 => secret,
        1 => JavaScriptEncoder.Default.Encode(secret),
        2 => Uri.EscapeDataString(Uri.EscapeDataString(secret)),
        3 => WebUtility.HtmlEncode(secret),
        _ => secret.Replace(" ", @"        \\r\\n        ", StringComparison.Ordinal).Replace("'", @"'\''", StringComparison.Ordinal),
    };

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
