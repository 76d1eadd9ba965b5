namespace Acci.Settings;

/// <summary>Where settings come from.</summary>
public interface ISettingsSource
{
    /// <summary>
    /// The environment variables that can only be meant for these settings, to tell misspelt ones: see <see cref="NamingRule.Owns"/>.
    /// </summary>
    IEnumerable<string> Variables { get; }

    /// <summary>Gives a setting's text, or null where it is not set.</summary>
    /// <exception cref="FormatException">It is set in a way that gives no text; the message says what is wrong.</exception>
    string? Find(SettingName name);
}
