namespace Acci.Settings;

/// <summary>Where settings come from.</summary>
public interface ISettingsSource
{
    /// <summary>The environment variables below <c>APP__</c> that are set, to tell misspelt ones.</summary>
    IEnumerable<string> Variables { get; }

    /// <summary>Gives a setting's text, or null where it is not set.</summary>
    /// <exception cref="FormatException">It is set in a way that gives no text; the message says what is wrong.</exception>
    string? Find(SettingName name);
}
