namespace Acci.Settings;

/// <summary>One or more settings cannot be used; the message names each on its own line.</summary>
public sealed class SettingsException(IReadOnlyList<SettingError> errors)
    : Exception($"{(errors.Count == 1 ? "A setting is" : $"{errors.Count} settings are")} wrong:\n  {string.Join("\n  ", errors)}")
{
    /// <summary>All errors, in the order of the settings.</summary>
    public IReadOnlyList<SettingError> Errors { get; } = errors;
}
