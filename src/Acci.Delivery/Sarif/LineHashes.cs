using System.Globalization;
using System.Runtime.InteropServices;

namespace Acci.Delivery.Sarif;

/// <summary>
/// The hash of each line of a file by which code scanning recognises a line that moved: a rolling hash over the line's first hundred characters and those that
/// follow it, without blanks and tabs, every line ending as LF. Source: github/codeql-action, the fingerprint <c>primaryLocationLineHash</c>.
/// </summary>
public static class LineHashes
{
    private const int WindowSize = 100;
    private const ulong Factor = 37;
    private const char EndOfFile = '\uFFFF';

    // What the character that leaves the window counts for: 37^100, modulo 2^64 like all that follows.
    private static readonly ulong LeavingFactor = Enumerable.Repeat(Factor, WindowSize).Aggregate((product, factor) => unchecked(product * factor));

    /// <summary>The hashes of a text's lines, the first line's first: hexadecimal digits, a colon, and how often that hash has come up so far.</summary>
    public static IReadOnlyList<string> Of(ReadOnlySpan<char> text)
    {
        var rolling = new Rolling();
        var afterCarriageReturn = false;
        foreach (var character in text)
        {
            if (character is ' ' or '\t' || (afterCarriageReturn && character == '\n'))
            {
                afterCarriageReturn = false;
                continue;
            }

            afterCarriageReturn = character == '\r';
            rolling.Add(afterCarriageReturn ? '\n' : character);
        }

        rolling.Add(EndOfFile);
        return rolling.Finish();
    }

    /// <summary>The window that moves over the text.</summary>
    private sealed class Rolling
    {
        private readonly char[] _window = new char[WindowSize];
        private readonly bool[] _startsLine = new bool[WindowSize];
        private readonly Dictionary<ulong, int> _occurrences = [];
        private readonly List<string> _hashes = [];
        private ulong _hash;
        private int _position;
        private bool _atLineStart = true;

        public void Add(char character)
        {
            EmitLeaving();
            if (_atLineStart) _startsLine[_position] = true;
            _atLineStart = character == '\n';
            Advance(character);
        }

        /// <summary>Fills the window with zeros, until the last line's beginning has left it.</summary>
        public List<string> Finish()
        {
            for (var i = 0; i < WindowSize; i++)
            {
                EmitLeaving();
                Advance('\0');
            }

            return _hashes;
        }

        // The window holds exactly the hundred characters from the line's beginning on when that beginning is about to leave it.
        private void EmitLeaving()
        {
            if (!_startsLine[_position]) return;
            _startsLine[_position] = false;
            var count = ++CollectionsMarshal.GetValueRefOrAddDefault(_occurrences, _hash, out _);
            _hashes.Add(string.Create(CultureInfo.InvariantCulture, $"{_hash:x}:{count}"));
        }

        private void Advance(char character)
        {
            unchecked
            {
                _hash = (Factor * _hash) + character - (LeavingFactor * _window[_position]);
            }

            _window[_position] = character;
            _position = (_position + 1) % WindowSize;
        }
    }
}
