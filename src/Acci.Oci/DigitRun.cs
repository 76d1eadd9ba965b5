using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Acci;

/// <summary>A run of digits in a text, which may be base64 or hexadecimal ones and stand on several lines, and what it then says.</summary>
internal sealed partial class DigitRun
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private const int BitsInBase64 = 6;
    private const int BitsInHexadecimal = 4;
    private const int BitsInByte = 8;

    // A program may have narrower columns; shorter words with blanks between them are a sentence.
    private const int ShortestLine = 16;

    private static readonly SearchValues<char> Base64 = SearchValues.Create(Alphabet + "-_");
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789ABCDEFabcdef");
    private static readonly SearchValues<char> Blanks = SearchValues.Create(" \t");
    private static readonly byte[] Values = [.. Enumerable.Range(0, 128).Select(x => (byte)Math.Max(0, Alphabet.IndexOf(x switch { '-' => '+', '_' => '/', _ => (char)x }, StringComparison.Ordinal)))];

    private static readonly bool[] IsBase64 = [.. Enumerable.Range(0, 128).Select(x => Base64.Contains((char)x))];

    private readonly List<Part> _parts = [];
    private int _count;
    private int _end;

    private DigitRun()
    {
    }

    /// <summary>The runs that are long enough for so many bytes.</summary>
    public static IEnumerable<DigitRun> In(string text, int bytes)
    {
        var fewest = ((bytes * BitsInByte) + BitsInBase64 - 1) / BitsInBase64;
        var place = 0;
        while (place < text.Length)
        {
            var start = place;
            while (place < text.Length && IsDigit(text[place])) place++;
            // Nearly all of a text are words, which are too short.
            if (place - start >= fewest || (place > start && GoesOn(text, place, place - start)))
            {
                var run = new DigitRun();
                place = run.Fill(text, start);
                if (run._count >= fewest) yield return run;
            }
            else
            {
                place++;
            }
        }
    }

    /// <summary>Everything that the run may say, whatever stands before it in the same digits.</summary>
    /// <param name="text">The text that it is in.</param>
    /// <param name="bytes">How many bytes it has to say at least.</param>
    public IEnumerable<Reading> Read(string text, int bytes)
    {
        var digits = string.Create(_count, text, (buffer, from) =>
        {
            foreach (var part in _parts)
            {
                if (part.Escaped is { } digit) buffer[part.First] = digit;
                else from.AsSpan(part.Place, part.Length).CopyTo(buffer[part.First..]);
            }
        });
        for (var skipped = 0; skipped < 4; skipped++)
        {
            var said = FromBase64(digits, skipped);
            yield return new Reading(this, said, skipped, BitsInBase64, 0, 1);
            foreach (var reading in ReadUtf16(said, skipped, BitsInBase64)) yield return reading;
        }

        for (var start = 0; start < digits.Length; start++)
        {
            var length = LengthOf(digits.AsSpan(start), Hexadecimal);
            if (length >= bytes * BitsInByte / BitsInHexadecimal)
            {
                for (var skipped = 0; skipped < 2; skipped++)
                {
                    var even = (length - skipped) & ~1;
                    var said = Encoding.Latin1.GetString(Convert.FromHexString(digits.AsSpan(start + skipped, even)));
                    yield return new Reading(this, said, start + skipped, BitsInHexadecimal, 0, 1);
                    foreach (var reading in ReadUtf16(said, start + skipped, BitsInHexadecimal)) yield return reading;
                }
            }

            start += length;
        }
    }

    private Reading[] ReadUtf16(string said, int firstDigit, int bits)
    {
        if (!MayBeUtf16(said)) return [];
        // The other half of the last character is zero: big-endian, it stands before the character.
        byte[] bytes = [.. Encoding.Latin1.GetBytes(said), 0];
        return [.. Enumerable.Range(0, 2).Select(x => new Reading(this, Encoding.Unicode.GetString(bytes, x, (bytes.Length - x) & ~1), firstDigit, bits, x, 2))];
    }

    // Returns where to go on.
    private int Fill(string text, int place)
    {
        while (place < text.Length)
        {
            var digits = LengthOf(text.AsSpan(place), Base64);
            if (digits > 0) Add(new Part(_count, place, digits, null), digits);
            place += digits;
            if (place == text.Length) break;
            if (text[place] is '%' or '\\' && EscapedDigit().Match(text, place) is { Success: true } escaped)
            {
                Add(new Part(_count, place, escaped.Length, escaped.Groups[1].Success ? '+' : '/'), 1);
                place += escaped.Length;
                continue;
            }

            var between = Between(text, place, digits);
            if (between == 0) break;
            place += between;
        }

        if (_end < text.Length && text[_end] is '=' or '%' or '\\') _end += Filling().Match(text, _end).Length;
        return Math.Max(_end, place);
    }

    private void Add(Part part, int digits)
    {
        _parts.Add(part);
        _count += digits;
        _end = part.Place + part.Length;
    }

    private static int LengthOf(ReadOnlySpan<char> text, SearchValues<char> characters) => text.IndexOfAnyExcept(characters) is >= 0 and var length ? length : text.Length;

    private static bool IsDigit(char character) => character < IsBase64.Length && IsBase64[character];

    private static bool GoesOn(string text, int place, int digits) => place < text.Length && (text[place] is '%' || IsBetween(text, place, digits));

    private static bool IsBetween(string text, int place, int digits)
    {
        if (text[place] is '\r' or '\n' or '\\') return true;
        if (text[place] is not (' ' or '\t')) return false;
        if (digits >= ShortestLine) return true;
        var blanks = text.AsSpan(place).IndexOfAnyExcept(Blanks);
        return blanks > 0 && text[place + blanks] is '\r' or '\n' or '\\';
    }

    private static int Between(string text, int place, int digits) => !IsBetween(text, place, digits) ? 0 : (digits < ShortestLine ? LineBreak() : Space()).Match(text, place).Length;

    // Every other byte of letters and digits is zero. Source: The Unicode Standard, section 2.5.
    private static bool MayBeUtf16(string said)
    {
        for (var i = said.IndexOf('\0', StringComparison.Ordinal); i >= 0 && i + 4 < said.Length; i = said.IndexOf('\0', i + 1))
        {
            if (said[i + 2] == 0 && said[i + 4] == 0) return true;
        }

        return false;
    }

    private (int Start, int End) PlaceOf(int first, int end)
    {
        var last = PartOf(end - 1);
        var begin = PartOf(first);
        return (begin.Escaped is null ? begin.Place + first - begin.First : begin.Place,
            end == _count ? _end : last.Escaped is null ? last.Place + end - last.First : last.Place + last.Length);
    }

    private Part PartOf(int digit)
    {
        var index = _parts.BinarySearch(new Part(digit, 0, 0, null), Part.ByFirst);
        return _parts[index < 0 ? ~index - 1 : index];
    }

    // A character for each byte.
    private static string FromBase64(string digits, int skipped) => string.Create((digits.Length - skipped) * BitsInBase64 / BitsInByte, (digits, skipped), static (said, from) =>
    {
        var (value, bits, count) = (0, 0, 0);
        foreach (var digit in from.digits.AsSpan(from.skipped))
        {
            value = ((value << BitsInBase64) | Values[digit]) & 0xFFFF;
            bits += BitsInBase64;
            if (bits < BitsInByte) continue;
            bits -= BitsInByte;
            said[count++] = (char)((value >> bits) & 0xFF);
        }
    });

    // In an address the digits are escaped, and in JSON, too.
    [GeneratedRegex(@"\G(?:(%(?:25){0,3}2B|\\{1,8}u002B)|%(?:25){0,3}2F|\\{1,8}u002F|\\/)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex EscapedDigit();

    [GeneratedRegex(@"\G(?:=|%(?:25){0,3}3D|\\{1,8}u003D){0,2}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Filling();

    [GeneratedRegex(@"\G(?:" + SecretPattern.LineBreak + ")")]
    private static partial Regex LineBreak();

    // A shell writes lines with a blank between them.
    [GeneratedRegex(@"\G(?:\s+|" + SecretPattern.LineBreak + ")")]
    private static partial Regex Space();

    /// <summary>What a run may say.</summary>
    internal readonly record struct Reading(DigitRun Run, string Text, int FirstDigit, int BitsInDigit, int FirstByte, int BytesInCharacter)
    {
        /// <summary>Where in the text with the run the digits are of which a part says this.</summary>
        public (int Start, int End) PlaceOf(int start, int end)
        {
            var (firstBit, endBit) = ((FirstByte + (start * BytesInCharacter)) * BitsInByte, (FirstByte + (end * BytesInCharacter)) * BitsInByte);
            return Run.PlaceOf(FirstDigit + (firstBit / BitsInDigit), Math.Min(FirstDigit + ((endBit + BitsInDigit - 1) / BitsInDigit), Run._count));
        }
    }

    // Digits that stand together, or one that is escaped.
    private readonly record struct Part(int First, int Place, int Length, char? Escaped)
    {
        public static readonly IComparer<Part> ByFirst = Comparer<Part>.Create((x, y) => x.First.CompareTo(y.First));
    }
}
