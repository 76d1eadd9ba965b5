using System.Collections.ObjectModel;
using System.Linq.Expressions;

namespace Nuke.Common.Tooling;

/// <summary>Options while they are changed: properties are named by expressions.</summary>
public interface IOptions
{
    /// <summary>Gives a property a value; null takes it away.</summary>
    void Set<T>(Expression<Func<T>> provider, object value);

    /// <summary>The value of a property.</summary>
    T Get<T>(Expression<Func<object>> provider);

    /// <summary>Takes the value of a property away.</summary>
    void Remove<T>(Expression<Func<T>> provider);

    /// <summary>Adds items to a list.</summary>
    void AddCollection<T>(Expression<Func<IReadOnlyCollection<T>>> provider, params T[] value);

    /// <summary>Adds items to a list.</summary>
    void AddCollection<T>(Expression<Func<IReadOnlyCollection<T>>> provider, IEnumerable<T> value);

    /// <summary>Removes items from a list.</summary>
    void RemoveCollection<T>(Expression<Func<IReadOnlyCollection<T>>> provider, params T[] value);

    /// <summary>Removes items from a list.</summary>
    void RemoveCollection<T>(Expression<Func<IReadOnlyCollection<T>>> provider, IEnumerable<T> value);

    /// <summary>Empties a list.</summary>
    void ClearCollection<T>(Expression<Func<IReadOnlyCollection<T>>> provider);

    /// <summary>Adds a pair to a dictionary.</summary>
    void AddDictionary<TKey, TValue>(Expression<Func<IReadOnlyDictionary<TKey, TValue>>> provider, TKey key, TValue value);

    /// <summary>Adds pairs to a dictionary.</summary>
    void AddDictionary<TKey, TValue>(Expression<Func<IReadOnlyDictionary<TKey, TValue>>> provider, Dictionary<TKey, TValue> value);

    /// <summary>Adds pairs to a dictionary.</summary>
    void AddDictionary<TKey, TValue>(Expression<Func<IReadOnlyDictionary<TKey, TValue>>> provider, ReadOnlyDictionary<TKey, TValue> value);

    /// <summary>Sets a pair of a dictionary.</summary>
    void SetDictionary<TKey, TValue>(Expression<Func<IReadOnlyDictionary<TKey, TValue>>> provider, TKey key, TValue value);

    /// <summary>Removes a pair from a dictionary.</summary>
    void RemoveDictionary<TKey, TValue>(Expression<Func<IReadOnlyDictionary<TKey, TValue>>> provider, TKey key);

    /// <summary>Empties a dictionary.</summary>
    void ClearDictionary<TKey, TValue>(Expression<Func<IReadOnlyDictionary<TKey, TValue>>> provider);
}
