using System.Collections.Concurrent;

namespace Acci;

/// <summary>
/// Which forms of secrets a text may have, told in one pass however many there are. Forms are added while others look, and none is taken away.
/// </summary>
internal sealed class SecretIndex
{
    // As many characters fit into one number.
    private const int LongestKey = sizeof(ulong) / sizeof(char);

    private readonly Keys?[] _keysByLength = new Keys?[LongestKey + 1];
    private volatile SecretForm[] _always = [];

    /// <summary>Adds a form. Only one thread may do so at a time.</summary>
    public void Add(SecretForm form)
    {
        foreach (var literal in form.Literals.Distinct())
        {
            var length = Math.Min(literal.Length, LongestKey);
            if (length == 0) _always = [.. _always, form];
            else (_keysByLength[length] ??= new Keys(length)).Add(literal, form);
        }
    }

    /// <summary>The forms of which the text has a literal.</summary>
    public IReadOnlyCollection<SecretForm> FormsIn(string text)
    {
        HashSet<SecretForm>? found = _always is { Length: > 0 } always ? [.. always] : null;
        foreach (var keys in _keysByLength) keys?.CollectFrom(text, ref found);
        return found ?? (IReadOnlyCollection<SecretForm>)[];
    }

    // Literals by their last characters: secrets often begin alike. A bit of each key's hash tells nearly everywhere that no literal ends here.
    private sealed class Keys(int length)
    {
        private const int HashBits = 18;
        private const int WordBits = 6;

        private readonly ulong _mask = ulong.MaxValue >> (8 * sizeof(char) * (LongestKey - length));
        private readonly ulong[] _hashes = new ulong[1 << (HashBits - WordBits)];
        private readonly ConcurrentDictionary<ulong, (string Literal, SecretForm Form)[]> _literals = new();

        public void Add(string literal, SecretForm form)
        {
            var key = 0UL;
            foreach (var character in literal) key = Next(key, character);
            _literals.AddOrUpdate(key, [(literal, form)], (_, others) => [.. others, (literal, form)]);
            var hash = HashOf(key);
            Interlocked.Or(ref _hashes[hash >> WordBits], BitOf(hash));
        }

        public void CollectFrom(string text, ref HashSet<SecretForm>? found)
        {
            var key = 0UL;
            for (var i = 0; i < text.Length; i++)
            {
                key = Next(key, text[i]);
                var hash = HashOf(key);
                if ((_hashes[hash >> WordBits] & BitOf(hash)) == 0 || !_literals.TryGetValue(key, out var literals)) continue;
                foreach (var (literal, form) in literals)
                {
                    if (text.AsSpan(0, i + 1).EndsWith(literal, StringComparison.Ordinal)) (found ??= []).Add(form);
                }
            }
        }

        private ulong Next(ulong key, char character) => ((key << (8 * sizeof(char))) | character) & _mask;

        private static ulong BitOf(int hash) => 1UL << (hash & ((1 << WordBits) - 1));

        // Source: D. Knuth, The Art of Computer Programming, volume 3, section 6.4, with the golden ratio.
        private static int HashOf(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> (64 - HashBits));
    }
}
