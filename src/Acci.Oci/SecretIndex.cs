using System.Collections.Concurrent;

namespace Acci;

/// <summary>
/// Which secrets a text may have, and where, told in one pass however many there are. Forms are added while others look, and none is taken away.
/// </summary>
internal sealed class SecretIndex
{
    // As many characters fit into one number.
    private const int LongestKey = sizeof(ulong) / sizeof(char);

    private static readonly Dictionary<SecretForm, List<int>> None = [];

    private readonly Keys?[] _keysByLength = new Keys?[LongestKey + 1];
    private volatile SecretForm[] _always = [];
    private volatile int _shortest = int.MaxValue;

    /// <summary>How many characters a text has at least that has a secret.</summary>
    public int Shortest => _shortest;

    /// <summary>Adds a form. Only one thread may do so at a time.</summary>
    public void Add(SecretForm form)
    {
        var length = Math.Min(form.Literal.Length, LongestKey);
        if (length == 0) _always = [.. _always, form];
        else (_keysByLength[length] ??= new Keys(length)).Add(form);
        _shortest = Math.Min(_shortest, form.Length);
    }

    /// <summary>The forms of which the text has the literal, and where that begins.</summary>
    public Dictionary<SecretForm, List<int>> FormsIn(string text)
    {
        if (text.Length < _shortest) return None;
        Dictionary<SecretForm, List<int>>? found = null;
        foreach (var form in _always)
        {
            if (text.Length >= form.Length) (found ??= []).Add(form, [0]);
        }

        foreach (var keys in _keysByLength) keys?.CollectFrom(text, ref found);
        return found ?? None;
    }

    // Literals by their last characters: secrets often begin alike. A bit of each key's hash tells nearly everywhere that no literal ends here.
    private sealed class Keys(int length)
    {
        private const int HashBits = 18;
        private const int WordBits = 6;

        private readonly ulong _mask = ulong.MaxValue >> (8 * sizeof(char) * (LongestKey - length));
        private readonly ulong[] _hashes = new ulong[1 << (HashBits - WordBits)];
        private readonly ConcurrentDictionary<ulong, SecretForm[]> _forms = new();

        public void Add(SecretForm form)
        {
            var key = 0UL;
            foreach (var character in form.Literal) key = Next(key, character);
            _forms.AddOrUpdate(key, [form], (_, others) => [.. others, form]);
            var hash = HashOf(key);
            Interlocked.Or(ref _hashes[hash >> WordBits], BitOf(hash));
        }

        public void CollectFrom(string text, ref Dictionary<SecretForm, List<int>>? found)
        {
            var key = 0UL;
            for (var i = 0; i < text.Length; i++)
            {
                key = Next(key, text[i]);
                var hash = HashOf(key);
                if ((_hashes[hash >> WordBits] & BitOf(hash)) == 0 || !_forms.TryGetValue(key, out var forms)) continue;
                foreach (var form in forms)
                {
                    if (!text.AsSpan(0, i + 1).EndsWith(form.Literal, StringComparison.Ordinal)) continue;
                    if (!(found ??= []).TryGetValue(form, out var places)) found.Add(form, places = []);
                    places.Add(i + 1 - form.Literal.Length);
                }
            }
        }

        private ulong Next(ulong key, char character) => ((key << (8 * sizeof(char))) | character) & _mask;

        private static ulong BitOf(int hash) => 1UL << (hash & ((1 << WordBits) - 1));

        // Source: D. Knuth, The Art of Computer Programming, volume 3, section 6.4, with the golden ratio.
        private static int HashOf(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> (64 - HashBits));
    }
}
