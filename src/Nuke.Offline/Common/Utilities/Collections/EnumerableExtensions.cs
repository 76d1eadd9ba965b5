namespace Nuke.Common.Utilities.Collections;

/// <summary>What a build does to sequences, beyond LINQ.</summary>
public static class EnumerableExtensions
{
    /// <summary>Does something with every item.</summary>
    public static void ForEach<T>(this IEnumerable<T> enumerable, Action<T> action)
    {
        foreach (var item in enumerable)
            action(item);
    }

    /// <summary>Does something with every item and its index.</summary>
    public static void ForEach<T>(this IEnumerable<T> enumerable, Action<T, int> action)
    {
        var index = 0;
        foreach (var item in enumerable)
            action(item, index++);
    }

    /// <summary>Does something with every item as it is taken.</summary>
    public static IEnumerable<T> ForEachLazy<T>(this IEnumerable<T> enumerable, Action<T> action) => enumerable.Select(x =>
    {
        action(x);
        return x;
    });

    /// <summary>Whether there is no item.</summary>
    public static bool IsEmpty<T>(this IEnumerable<T> enumerable) => !enumerable.Any();

    /// <summary>Whether the sequence is null or has no item.</summary>
    public static bool IsNullOrEmpty<T>(this IEnumerable<T> enumerable) => enumerable is null || !enumerable.Any();

    /// <summary>The items that are not null.</summary>
    public static IEnumerable<T> WhereNotNull<T>(this IEnumerable<T> enumerable)
        where T : class =>
        enumerable.Where(x => x is not null);

    /// <summary>The sequence, followed by further items.</summary>
    public static IEnumerable<T> Concat<T>(this IEnumerable<T> enumerable, params T[] others) => Enumerable.Concat(enumerable, others);

    /// <summary>The items until, and without, the first for which the condition holds.</summary>
    public static IEnumerable<T> TakeUntil<T>(this IEnumerable<T> enumerable, Func<T, bool> condition) => enumerable.TakeWhile(x => !condition(x));

    /// <summary>The items from the first for which the condition holds.</summary>
    public static IEnumerable<T> SkipUntil<T>(this IEnumerable<T> enumerable, Func<T, bool> condition) => enumerable.SkipWhile(x => !condition(x));

    /// <summary>The only item; an exception with the message otherwise.</summary>
    public static T SingleOrError<T>(this IEnumerable<T> enumerable, string message) => enumerable.SingleOrError(_ => true, message);

    /// <summary>The only item for which the condition holds; an exception with the message otherwise.</summary>
    public static T SingleOrError<T>(this IEnumerable<T> enumerable, Func<T, bool> predicate, string message)
    {
        var items = enumerable.Where(predicate).Take(2).ToList();
        Check.That(items.Count == 1, message);
        return items[0];
    }

    /// <summary>The only item, or the default of none; an exception with the message if there are several.</summary>
    public static T SingleOrDefaultOrError<T>(this IEnumerable<T> enumerable, string message) =>
        enumerable.SingleOrDefaultOrError(_ => true, message);

    /// <summary>The only item for which the condition holds, or the default of none; an exception with the message if there are several.</summary>
    public static T SingleOrDefaultOrError<T>(this IEnumerable<T> enumerable, Func<T, bool> predicate, string message)
    {
        var items = enumerable.Where(predicate).Take(2).ToList();
        Check.That(items.Count <= 1, message);
        return items.FirstOrDefault();
    }
}
