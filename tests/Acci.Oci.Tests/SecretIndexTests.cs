using System.Diagnostics;
using System.Text;

namespace Acci.Oci.Tests;

/// <summary>What the index leaves out no form would have found.</summary>
public class SecretIndexTests
{
    private const string Characters = "abcXYZ0189 +/&<>\"'\\$@%é€";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void All_forms_together_find_what_each_one_finds_alone(int seed)
    {
        var random = new Random(seed);
        var secrets = Enumerable.Range(0, 12).Select(_ => Text(random, random.Next(4, 40)).Trim()).Where(x => x.Length > 3).ToList();
        var forms = secrets.SelectMany(FormsOf).ToList();
        var index = IndexOf(forms);
        foreach (var _ in Enumerable.Range(0, 60))
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Text(random, random.Next(20)) + Written(random, secrets[random.Next(secrets.Count)])));

            Assert.Equal(Places(forms), Places(index.FormsIn(text)));

            IEnumerable<(string, int, int)> Places(IEnumerable<SecretForm> among) =>
                among.SelectMany(form => form.Find(text).Select(x => (form.Name, x.Start.Value, x.End.Value))).OrderBy(x => x.Name, StringComparer.Ordinal).ThenBy(x => x.Item2);
        }
    }

    [Fact]
    public void The_forms_that_a_text_may_have_are_those_of_which_it_has_a_literal()
    {
        var random = new Random(4);
        SecretForm[] forms = [.. from length in Enumerable.Range(0, 10) from i in Enumerable.Range(0, 20) select new SecretForm($"{length} {i}", () => "", Literal(length), Literal(length + 1))];
        var index = IndexOf(forms);
        foreach (var length in Enumerable.Range(0, 200))
        {
            var text = Literal(length);

            Assert.Equal(forms.Where(x => x.Literals.Any(y => text.Contains(y, StringComparison.Ordinal))).ToHashSet(), index.FormsIn(text).ToHashSet());
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

        IEnumerable<SecretForm> Secrets(int count) => Enumerable.Range(0, count).SelectMany(_ => FormsOf(Convert.ToBase64String(Bytes(random, 30))));

        double TimeOf(SecretIndex index) => Enumerable.Range(0, 10).Min(_ =>
        {
            var begun = Stopwatch.GetTimestamp();
            index.FormsIn(text);
            return Stopwatch.GetElapsedTime(begun).TotalSeconds;
        });
    }

    private static IEnumerable<SecretForm> FormsOf(string secret) => SecretPattern.OfEncoded(secret).Prepend(SecretPattern.OfText(secret)).DistinctBy(x => x.Name);

    private static SecretIndex IndexOf(IEnumerable<SecretForm> forms)
    {
        var index = new SecretIndex();
        foreach (var form in forms) index.Add(form);
        return index;
    }

    private static string Text(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => Characters[random.Next(Characters.Length)]));

    private static string Written(Random random, string secret)
    {
        string[] spelled = [secret, .. SecretSpelling.Of(secret)];
        var text = spelled[random.Next(spelled.Length)];
        var bytes = (random.Next(2) == 0 ? Encoding.UTF8 : Encoding.Unicode).GetBytes(Text(random, random.Next(4)) + text);
        var width = random.Next(16, 80);
        return random.Next(5) switch
        {
            0 => secret,
            1 => text,
            2 => Convert.ToHexStringLower(bytes),
            3 => Convert.ToBase64String(bytes),
            _ => string.Join(random.Next(2) == 0 ? "\n" : "\r\n  ", Convert.ToBase64String(bytes).Chunk(width).Select(x => string.Concat(x))),
        };
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
