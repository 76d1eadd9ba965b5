using System.Globalization;
using System.Net;

namespace Acci.Settings;

/// <summary>Turns the texts of one section's settings into typed values.</summary>
/// <param name="reader">What the texts come from and errors go to.</param>
/// <param name="property">The section's property in <see cref="AppSettings"/>; null for the settings at the top.</param>
internal sealed class SettingsSection(SettingsReader reader, string? property)
{
    private readonly List<string> _set = [];

    /// <summary>An empty text counts as not set: that is what <c>${VARIABLE:-}</c> in a compose file leaves behind.</summary>
    internal string? Text(string setting) => Secret(setting)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>A text whose spaces matter.</summary>
    internal string? Secret(string setting)
    {
        if (reader.Find(Name(setting)) is not { Length: > 0 } text)
            return null;
        _set.Add(setting);
        return text;
    }

    internal int Integer(string setting, int defaultValue, int minimum, int maximum) => Parse(
        setting,
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum
            ? value
            : null,
        defaultValue,
        $"a whole number from {minimum} to {maximum}");

    internal bool Flag(string setting, bool defaultValue) =>
        Parse(setting, text => bool.TryParse(text, out var value) ? value : null, defaultValue, "one of true, false");

    internal TEnum Choice<TEnum>(string setting, TEnum defaultValue)
        where TEnum : struct, Enum
    {
        var choices = Enum.GetValues<TEnum>();
        return Parse(
            setting,
            text => choices.Cast<TEnum?>().FirstOrDefault(choice => Spell(choice!.Value).Equals(text, StringComparison.OrdinalIgnoreCase)),
            defaultValue,
            $"one of {string.Join(", ", choices.Select(Spell))}");
    }

    internal IReadOnlyList<IPNetwork> Networks(string setting)
    {
        var networks = new List<IPNetwork>();
        foreach (var part in (Text(setting) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPNetwork.TryParse(part, out var network))
                networks.Add(network);
            else
                reader.Reject(Name(setting), $"'{part}' is not a network such as 10.0.0.0/8");
        }
        return networks;
    }

    /// <summary>Says that a setting is missing when others of the section, which mean nothing without it, are set.</summary>
    internal void RequireWithOthers(string setting)
    {
        if (_set.Count > 0 && !_set.Contains(setting))
            reader.Reject(Name(setting), $"is missing, though {string.Join(", ", _set.Select(other => Name(other).EnvironmentVariable))} is set");
    }

    private static string Spell<TEnum>(TEnum value)
        where TEnum : struct, Enum => SettingName.Separate(value.ToString(), '-').ToLowerInvariant();

    private T Parse<T>(string setting, Func<string, T?> parse, T defaultValue, string expected)
        where T : struct
    {
        if (Text(setting) is not { } text)
            return defaultValue;
        if (parse(text) is { } value)
            return value;
        reader.Reject(Name(setting), $"'{text}' is not {expected}");
        return defaultValue;
    }

    private SettingName Name(string setting) => property is null ? SettingName.Of(setting) : SettingName.Of(property, setting);
}
