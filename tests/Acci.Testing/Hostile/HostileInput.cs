using System.Text;
using System.Text.Json;

namespace Acci.Testing.Hostile;

/// <summary>Damages valid inputs of a parser, the same way for the same seed.</summary>
/// <param name="samples">Valid inputs.</param>
/// <param name="largest">How large an input the parser may get, in bytes.</param>
/// <param name="seed">Starts the random numbers.</param>
public sealed class HostileInput(IReadOnlyList<string> samples, int largest, int seed)
{
    private static readonly string[] Values =
    [
        "null", "true", "-1", "0", "1e999", "1e300", "1.5", "2147483648", "99999999999999999999", "\"\"", "\"text\"", "[]", "{}", "[null]", "[[]]", "{\"a\":1}", "{\"a\":null}", "{\"a\":{}}",
        "[{}]", "\"\\ud800\"", "\"\\u0000\"", "\"a\\r\\nb: c\"", "\"2026-13-45\"", "\"9999-12-31T23:59:59-14:00\"", "NaN", "'x'", "/* */ 1", "\"\\u202e\\u001b[31m\"", "\"http://[\"", "\"../../etc/passwd\"",
        "{\"a\":1,\"a\":2}", "{\"\\ud800\":1}",
    ];

    private static readonly string[] Pieces =
    [
        "\0", "\n", "\r", "\t", " ", "\u001b[31m", "\u009d", "\u00a0", "\u2028", "\ud83d\ude00", "ß", "%00", "%zz", "${A:-", "${A:?", "$$", "$", "{{", "}}", "{{{", "{{date '", "{{!--", "\\", "\"", "'", "`", "[", "]",
        "{", "}", "(", ")", "(?<a>", "*", "**/", "+", "?", "|", "/", "//", ":", "::", "://", "@", "#", "=", ",", ";", ".", "..", "-", "_", "&a ", "*a ", "- ", "? ", "<", ">", "<a>; rel=next,", "a", "A", "0", "9",
        "1970-01-01", "a=", "a: ", "[a-", "a{9999}", "\"a\":", "[{\"a\":", "[{", "null,", "sha256:", "http://a@", "a.", "a-", "a/", "__", "a:", "a a", "::a", "\u001b[", "\"a\":1,", "x=\"a\",",
    ];

    private readonly Random _random = new(seed);
    private readonly List<byte[]> _samples = [.. samples.Select(Encoding.UTF8.GetBytes)];

    /// <summary>The valid inputs, a small one for each turn, and a large one for each piece that long inputs are made of.</summary>
    public IEnumerable<byte[]> All(int turns)
    {
        foreach (var sample in _samples) yield return sample;
        for (var turn = 0; turn < turns; turn++) yield return Damage(_samples[turn % _samples.Count], turn);
        foreach (var piece in Pieces) yield return Repetition(_samples[_random.Next(_samples.Count)], piece);
        foreach (var piece in Pieces) yield return Repeat(piece, largest);
    }

    private byte[] Damage(byte[] sample, int turn)
    {
        var damaged = Once(sample, turn);
        return _random.Next(4) == 0 ? Once(damaged, _random.Next(10)) : damaged;
    }

    private byte[] Once(byte[] sample, int kind)
    {
        if (sample.Length == 0) return Encoding.UTF8.GetBytes(Any(Pieces));
        var at = _random.Next(sample.Length);
        switch (kind % 10)
        {
            case 0: return sample[..at];
            case 1:
                var flipped = sample.ToArray();
                for (var i = _random.Next(1, 6); i > 0; i--) flipped[_random.Next(flipped.Length)] = (byte)_random.Next(256);
                return flipped;
            case 2: return [.. sample[..at], .. Encoding.UTF8.GetBytes(Any(Pieces)), .. sample[at..]];
            case 3: return [.. sample[..at], .. sample[Math.Min(at + _random.Next(1, 20), sample.Length)..]];
            case 4:
                // The beginning of one and the end of another, or the same twice.
                var other = _samples[_random.Next(_samples.Count)];
                return [.. sample[..at], .. other[_random.Next(other.Length)..]];
            case 5: return [.. sample, .. sample];
            case 6 when ValuesIn(sample) is { Count: > 0 } values:
                var depth = _random.Next(20, 20_000);
                var (open, close) = _random.Next(2) == 0 ? ("[", "]") : ("{\"a\":", "}");
                return Exchange(sample, values, [.. Repeat(open, depth * open.Length), (byte)'1', .. Repeat(close, depth)]);
            case >= 6 when ValuesIn(sample) is { Count: > 0 } values: return Exchange(sample, values, Encoding.UTF8.GetBytes(Any(Values)));
            default: return [.. sample[..at], .. Repeat(Any(Pieces), _random.Next(2, 2000)), .. sample[at..]];
        }
    }

    // A value or, where it is a property's, sometimes the property: taken out, or there twice.
    private byte[] Exchange(byte[] json, List<(int Name, int Start, int End)> values, byte[] value)
    {
        var (name, start, end) = values[_random.Next(values.Count)];
        if (name < 0 || _random.Next(4) > 0) return [.. json[..start], .. value, .. json[end..]];
        var after = Array.FindIndex(json, end, x => x is (byte)',' or (byte)'}');
        return _random.Next(2) == 0
            ? [.. json[..name], .. json[(after >= 0 && json[after] == ',' ? after + 1 : end)..]]
            : [.. json[..start], .. value, (byte)',', .. json[name..end], .. json[end..]];
    }

    private byte[] Repetition(byte[] sample, string piece)
    {
        var at = _random.Next(sample.Length + 1);
        return [.. sample[..at], .. Repeat(piece, Math.Max(largest - sample.Length, 1)), .. sample[at..]];
    }

    private string Any(string[] all) => all[_random.Next(all.Length)];

    private static byte[] Repeat(string piece, int size)
    {
        var bytes = Encoding.UTF8.GetBytes(piece);
        var all = new byte[size / bytes.Length * bytes.Length];
        for (var i = 0; i < all.Length; i++) all[i] = bytes[i % bytes.Length];
        return all;
    }

    /// <summary>Where the values are in what may be JSON, and the names before them.</summary>
    private static List<(int Name, int Start, int End)> ValuesIn(byte[] text)
    {
        var values = new List<(int, int, int)>();
        try
        {
            var reader = new Utf8JsonReader(text);
            for (var name = -1; reader.Read();)
            {
                if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject) continue;
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    name = (int)reader.TokenStartIndex;
                    continue;
                }

                var ahead = reader;
                if (!ahead.TrySkip()) break;
                values.Add((name, (int)reader.TokenStartIndex, (int)ahead.BytesConsumed));
                name = -1;
            }
        }
        catch (JsonException)
        {
            // No JSON, or up to here.
        }

        return values;
    }
}
