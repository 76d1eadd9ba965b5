using System.Collections.ObjectModel;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Nuke.Common.Utilities;

namespace Nuke.Common.Tooling;

/// <summary>
/// Values by the names of the properties they belong to, in the order they were set. Changing options makes others;
/// those that were there stay as they are.
/// </summary>
public class Options : IOptions
{
    private OrderedDictionary<string, object> _values = [];

    internal IReadOnlyDictionary<string, object> Values => _values;

    /// <summary>The value of the property an expression names.</summary>
    protected T Get<T>(Expression<Func<object>> provider) => Value<T>(provider.GetMember().Name);

    /// <summary>Gives the property an expression names a value; null takes it away.</summary>
    protected void Set<T>(Expression<Func<T>> provider, object value) => Set(provider.GetMember().Name, value);

    internal T Value<T>([CallerMemberName] string name = null) => _values.TryGetValue(name, out var value) ? (T)value : default;

    internal Options Copy()
    {
        var copy = (Options)MemberwiseClone();
        copy._values = new OrderedDictionary<string, object>(_values);
        return copy;
    }

    internal void Set(string name, object value)
    {
        if (value is null)
            _values.Remove(name);
        else
            _values[name] = value;
    }

    internal void Add<T>(string name, IEnumerable<T> items) => Set(name, (Value<IEnumerable<T>>(name) ?? []).Concat(items).ToList().AsReadOnly());

    internal void Remove<T>(string name, IEnumerable<T> items) =>
        Set(name, (Value<IEnumerable<T>>(name) ?? []).Where(x => !items.Contains(x)).ToList().AsReadOnly());

    internal void Put<TKey, TValue>(string name, IEnumerable<KeyValuePair<TKey, TValue>> pairs, bool add = false)
    {
        var dictionary = new OrderedDictionary<TKey, TValue>(Value<IEnumerable<KeyValuePair<TKey, TValue>>>(name) ?? []);
        foreach (var (key, value) in pairs)
        {
            Check.That(!(add && dictionary.ContainsKey(key)), $"'{name}' has '{key}' already");
            dictionary[key] = value;
        }

        Set(name, dictionary);
    }

    void IOptions.Set<T>(Expression<Func<T>> provider, object value) => Set(provider, value);

    T IOptions.Get<T>(Expression<Func<object>> provider) => Get<T>(provider);

    void IOptions.Remove<T>(Expression<Func<T>> provider) => Set(provider.GetMember().Name, null);

    void IOptions.AddCollection<T>(Expression<Func<IReadOnlyCollection<T>>> provider, params T[] value) =>
        Add(provider.GetMember().Name, value);

    void IOptions.AddCollection<T>(Expression<Func<IReadOnlyCollection<T>>> provider, IEnumerable<T> value) =>
        Add(provider.GetMember().Name, value);

    void IOptions.RemoveCollection<T>(Expression<Func<IReadOnlyCollection<T>>> provider, params T[] value) =>
        Remove(provider.GetMember().Name, value);

    void IOptions.RemoveCollection<T>(Expression<Func<IReadOnlyCollection<T>>> provider, IEnumerable<T> value) =>
        Remove(provider.GetMember().Name, value);

    void IOptions.ClearCollection<T>(Expression<Func<IReadOnlyCollection<T>>> provider) => Set(provider.GetMember().Name, null);

    void IOptions.AddDictionary<TKey, TValue>(Expression<Func<IReadOnlyDictionary<TKey, TValue>>> provider, TKey key, TValue value) =>
        Put(provider.GetMember().Name, [KeyValuePair.Create(key, value)], add: true);

    void IOptions.AddDictionary<TKey, TValue>(Expression<Func<IReadOnlyDictionary<TKey, TValue>>> provider, Dictionary<TKey, TValue> value) =>
        Put(provider.GetMember().Name, value, add: true);

    void IOptions.AddDictionary<TKey, TValue>(Expression<Func<IReadOnlyDictionary<TKey, TValue>>> provider, ReadOnlyDictionary<TKey, TValue> value) =>
        Put(provider.GetMember().Name, value, add: true);

    void IOptions.SetDictionary<TKey, TValue>(Expression<Func<IReadOnlyDictionary<TKey, TValue>>> provider, TKey key, TValue value) =>
        Put(provider.GetMember().Name, [KeyValuePair.Create(key, value)]);

    void IOptions.RemoveDictionary<TKey, TValue>(Expression<Func<IReadOnlyDictionary<TKey, TValue>>> provider, TKey key)
    {
        var pairs = new OrderedDictionary<TKey, TValue>(Value<IEnumerable<KeyValuePair<TKey, TValue>>>(provider.GetMember().Name) ?? []);
        pairs.Remove(key);
        Set(provider.GetMember().Name, pairs);
    }

    void IOptions.ClearDictionary<TKey, TValue>(Expression<Func<IReadOnlyDictionary<TKey, TValue>>> provider) => Set(provider.GetMember().Name, null);
}
