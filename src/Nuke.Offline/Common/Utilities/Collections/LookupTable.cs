using System.Collections;

namespace Nuke.Common.Utilities.Collections;

/// <summary>A lookup that can be added to.</summary>
public class LookupTable<TKey, TValue> : ILookup<TKey, TValue>
{
    private readonly Dictionary<TKey, List<TValue>> _values;

    /// <summary>An empty lookup.</summary>
    public LookupTable() => _values = [];

    /// <summary>An empty lookup that compares keys so.</summary>
    public LookupTable(IEqualityComparer<TKey> comparer) => _values = new Dictionary<TKey, List<TValue>>(comparer);

    /// <summary>How many keys there are.</summary>
    public int Count => _values.Count;

    /// <summary>The values of a key; none for an unknown one.</summary>
    public IEnumerable<TValue> this[TKey key]
    {
        get => _values.TryGetValue(key, out var values) ? values : [];
        set => _values[key] = value.ToList();
    }

    /// <summary>Adds a value to a key.</summary>
    public void Add(TKey key, TValue value) => AddRange(key, [value]);

    /// <summary>Adds values to a key.</summary>
    public void AddRange(TKey key, IEnumerable<TValue> values)
    {
        if (!_values.TryGetValue(key, out var list))
            _values.Add(key, list = []);
        list.AddRange(values);
    }

    /// <summary>Removes everything.</summary>
    public void Clear() => _values.Clear();

    /// <summary>Whether the key has values.</summary>
    public bool Contains(TKey key) => _values.ContainsKey(key);

    /// <summary>Removes a key with its values.</summary>
    public void Remove(TKey key) => _values.Remove(key);

    /// <summary>Removes a value from a key.</summary>
    public void Remove(TKey key, TValue value)
    {
        if (_values.TryGetValue(key, out var values))
            values.Remove(value);
    }

    /// <inheritdoc/>
    public IEnumerator<IGrouping<TKey, TValue>> GetEnumerator() =>
        _values.SelectMany(x => x.Value.Select(y => (x.Key, Value: y))).GroupBy(x => x.Key, x => x.Value, _values.Comparer).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
