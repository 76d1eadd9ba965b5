namespace Nuke.Common.Tooling;

/// <summary>Changes and combines options.</summary>
public static class OptionsExtensions
{
    /// <summary>A copy of the options, changed.</summary>
    public static T Modify<T>(this T options, Action<IOptions> modification = null)
        where T : IOptions
    {
        var copy = (IOptions)((Options)(IOptions)options).Copy();
        modification?.Invoke(copy);
        return (T)copy;
    }

    /// <summary>Applies a configuration.</summary>
    public static T Apply<T>(this T options, Configure<T> configurator)
        where T : Options =>
        configurator(options);

    /// <summary>Applies a configuration to each of the options.</summary>
    public static T[] Apply<T>(this T[] options, Configure<T> configurator)
        where T : Options =>
        options.Select(x => configurator(x)).ToArray();

    /// <summary>Applies a configuration with a value.</summary>
    public static T Apply<T, TValue>(this T options, Configure<T, TValue> configurator, TValue value)
        where T : Options =>
        configurator(options, value);

    /// <summary>Applies a configuration with a value to each of the options.</summary>
    public static T[] Apply<T, TValue>(this T[] options, Configure<T, TValue> configurator, TValue value)
        where T : Options =>
        options.Select(x => configurator(x, value)).ToArray();

    /// <summary>Applies a configuration if the condition holds.</summary>
    public static T When<T>(this T options, Func<T, bool> condition, Configure<T> configurator)
        where T : Options =>
        condition(options) ? configurator(options) : options;

    /// <summary>Applies a configuration to those of the options for which the condition holds.</summary>
    public static T[] When<T>(this T[] options, Func<T, bool> condition, Configure<T> configurator)
        where T : Options =>
        options.Select(x => x.When(condition, configurator)).ToArray();

    /// <summary>One copy of the options for each configuration.</summary>
    public static T[] CombineWith<T>(this T options, params Configure<T>[] configurators)
        where T : Options =>
        configurators.Select(x => x(options)).ToArray();

    /// <summary>One copy of each of the options for each configuration.</summary>
    public static T[] CombineWith<T>(this IEnumerable<T> options, params Configure<T>[] configurators)
        where T : Options =>
        options.SelectMany(x => x.CombineWith(configurators)).ToArray();

    /// <summary>One copy of the options for each value.</summary>
    public static T[] CombineWith<T, TValue>(this T options, IEnumerable<TValue> values, Func<T, TValue, T> configurator)
        where T : Options =>
        values.Select(x => configurator(options, x)).ToArray();

    /// <summary>One copy of each of the options for each value.</summary>
    public static T[] CombineWith<T, TValue>(this IEnumerable<T> options, IEnumerable<TValue> values, Func<T, TValue, T> configurator)
        where T : Options =>
        options.SelectMany(x => x.CombineWith(values, configurator)).ToArray();

    /// <summary>All the options a configuration makes for each value.</summary>
    public static T[] CombineWith<T, TValue>(this T options, IEnumerable<TValue> values, Func<T, TValue, IEnumerable<T>> configurator)
        where T : Options =>
        values.SelectMany(x => configurator(options, x)).ToArray();

    /// <summary>All the options a configuration makes of each of the options for each value.</summary>
    public static T[] CombineWith<T, TValue>(this IEnumerable<T> options, IEnumerable<TValue> values, Func<T, TValue, IEnumerable<T>> configurator)
        where T : Options =>
        options.SelectMany(x => x.CombineWith(values, configurator)).ToArray();

    /// <summary>A copy of the options with one value set; null takes it away.</summary>
    internal static T With<T>(this T options, string name, object value)
        where T : Options
    {
        var copy = (T)options.Copy();
        copy.Set(name, value);
        return copy;
    }

    /// <summary>A copy of the options with items added to a list.</summary>
    internal static T WithItems<T, TItem>(this T options, string name, IEnumerable<TItem> items)
        where T : Options
    {
        var copy = (T)options.Copy();
        copy.Add(name, items);
        return copy;
    }

    /// <summary>A copy of the options with a pair of a dictionary set.</summary>
    internal static T WithPair<T, TValue>(this T options, string name, string key, TValue value, bool add = false)
        where T : Options
    {
        var copy = (T)options.Copy();
        copy.Put(name, [KeyValuePair.Create(key, value)], add);
        return copy;
    }

    /// <summary>A copy of the options with pairs of a dictionary set.</summary>
    internal static T WithPairs<T, TValue>(this T options, string name, IEnumerable<KeyValuePair<string, TValue>> pairs, bool add = false)
        where T : Options
    {
        var copy = (T)options.Copy();
        copy.Put(name, pairs, add);
        return copy;
    }
}
