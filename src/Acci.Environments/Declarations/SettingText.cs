using System.Collections;
using System.Globalization;
using System.Reflection;
using Acci.Settings;

namespace Acci.Environments.Declarations;

/// <summary>Values of an app's types as the texts that it reads them from.</summary>
internal static class SettingText
{
    /// <summary>The text of a value; those of a list are joined by commas.</summary>
    public static string Of(object? value, NamingRule rule) => value switch
    {
        null => "",
        string text => text,
        byte[] bytes => Convert.ToBase64String(bytes),
        bool flag => flag ? "true" : "false",
        Enum choice => rule.Spell(choice),
        IEnumerable list when SettingType.IsCollection(value.GetType()) => string.Join(',', list.Cast<object?>().Select(x => Of(x, rule))),
        // Others leave out fractions of seconds.
        DateTime or DateTimeOffset or DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>The texts of all that a list or dictionary holds, each by its key from there: <c>0:Host</c>.</summary>
    public static IEnumerable<KeyValuePair<string, string>> ItemsOf(object? value, NamingRule rule, string key = "")
    {
        return value switch
        {
            null => [],
            _ when SettingType.IsValue(value.GetType()) => [KeyValuePair.Create(key, Of(value, rule))],
            IDictionary map => map.Keys.Cast<object>().SelectMany(x => ItemsOf(map[x], rule, Below(Of(x, rule)))),
            IEnumerable list => list.Cast<object?>().Index().SelectMany(x => ItemsOf(x.Item, rule, Below($"{x.Index}"))),
            _ => SettingType.PropertiesOf(value.GetType()).SelectMany(x => ItemsOf(Shown(x), rule, Below(rule.KeyOf(x)))),
        };

        object? Shown(PropertyInfo property) => property.GetValue(value) is { } held && property.IsDefined(typeof(SecretAttribute))
            ? throw new DeliveryException($"{Below(rule.KeyOf(property))} is a secret in a list or dictionary, whose values are written into the compose file: make it a setting of its own.")
            : property.GetValue(value);

        string Below(string item) => key.Length == 0 ? item : $"{key}:{item}";
    }

    /// <summary>Such texts as one, for people.</summary>
    public static string Joined(IEnumerable<KeyValuePair<string, string>> items) =>
        string.Join(',', items.Select(x => int.TryParse(x.Key, out _) ? x.Value : $"{x.Key}={x.Value}"));
}
