using System.Globalization;
using System.Net;

namespace Acci.Settings;

/// <summary>Turns the texts of one section's settings into typed values.</summary>
public sealed class SettingsSection
{
    private readonly SettingsReader _reader;
    private readonly string? _property;
    private readonly List<string> _set = [];

    internal SettingsSection(SettingsReader reader, string? property) => (_reader, _property) = (reader, property);

    /// <summary>An empty text counts as not set: that is what <c>${VARIABLE:-}</c> in a compose file leaves behind.</summary>
    public string? Text(string setting) => Secret(setting)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>A text whose spaces matter.</summary>
    public string? Secret(string setting)
    {
        if (_reader.Find(Name(setting)) is not { Length: > 0 } text)
            return null;
        _set.Add(setting);
        return text;
    }

    /// <summary>A whole number within bounds.</summary>
    public int Number(string setting, int defaultValue, int minimum, int maximum) => Parse(
        setting,
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum
            ? value
            : null,
        defaultValue,
        $"a whole number from {minimum} to {maximum}");

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool Flag(string setting, bool defaultValue) =>
        Parse(setting, text => bool.TryParse(text, out var value) ? value : null, defaultValue, "one of true, false");

    /// <summary>One of an enumeration's values, as the naming rule spells them.</summary>
    public TEnum Choice<TEnum>(string setting, TEnum defaultValue)
        where TEnum : struct, Enum
    {
        var choices = Enum.GetValues<TEnum>();
        return Parse(
            setting,
            text => choices.Cast<TEnum?>().FirstOrDefault(choice => Spell(choice!.Value).Equals(text, StringComparison.OrdinalIgnoreCase)),
            defaultValue,
            $"one of {string.Join(", ", choices.Select(Spell))}");
    }

    /// <summary>Networks, joined by commas.</summary>
    public IReadOnlyList<IPNetwork> Networks(string setting)
    {
        var networks = new List<IPNetwork>();
        foreach (var part in (Text(setting) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPNetwork.TryParse(part, out var network))
                networks.Add(network);
            else
                _reader.Reject(Name(setting), $"'{part}' is not a network such as 10.0.0.0/8");
        }
        return networks;
    }

    /// <summary>Says that a setting is missing when others of the section, which mean nothing without it, are set.</summary>
    public void RequireWithOthers(string setting)
    {
        if (_set.Count > 0 && !_set.Contains(setting))
            _reader.Reject(Name(setting), $"is missing, though {string.Join(", ", _set.Select(other => Name(other).EnvironmentVariable))} is set");
    }

    private string Spell<TEnum>(TEnum value)
        where TEnum : struct, Enum => _reader.Rule.Spell(value);

    private T Parse<T>(string setting, Func<string, T?> parse, T defaultValue, string expected)
        where T : struct
    {
        if (Text(setting) is not { } text)
            return defaultValue;
        if (parse(text) is { } value)
            return value;
        _reader.Reject(Name(setting), $"'{text}' is not {expected}");
        return defaultValue;
    }

    private SettingName Name(string setting) => _property is null
        ? SettingName.Of(_reader.Rule, setting)
        : SettingName.Of(_reader.Rule, _property, setting);
}
