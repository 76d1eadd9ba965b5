namespace Acci.Settings;

/// <summary>Collects what is wrong with the settings, so that a person sees every error at once.</summary>
internal sealed class SettingsReader(ISettingsSource source)
{
    private readonly List<SettingError> _errors = [];
    private readonly List<string> _known = [];

    internal IReadOnlyList<SettingError> Errors => _errors;

    /// <summary>The settings that belong to no section.</summary>
    internal SettingsSection Top => new(this, null);

    internal SettingsSection Section(string property) => new(this, property);

    internal string? Find(SettingName name)
    {
        _known.Add(name.EnvironmentVariable);
        try
        {
            return source.Find(name);
        }
        catch (FormatException exception)
        {
            Reject(name, exception.Message);
            return null;
        }
    }

    internal void Reject(SettingName name, string problem) => _errors.Add(new SettingError(name.ToString(), problem));

    /// <summary>A misspelt variable would otherwise leave its setting at the default, unnoticed.</summary>
    internal void RejectUnknown()
    {
        foreach (var variable in source.Variables.Order(StringComparer.Ordinal))
        {
            var inFile = variable.EndsWith(SettingName.FileSuffix, StringComparison.OrdinalIgnoreCase);
            var setting = inFile ? variable[..^SettingName.FileSuffix.Length] : variable;
            if (_known.Contains(setting, StringComparer.OrdinalIgnoreCase))
                continue;
            var section = setting[..(setting.LastIndexOf("__", StringComparison.Ordinal) + 2)];
            var neighbours = _known.Where(known => known.StartsWith(section, StringComparison.OrdinalIgnoreCase)).ToList();
            var candidates = neighbours is [] ? _known.Where(known => known.StartsWith("APP__", StringComparison.Ordinal)) : neighbours;
            _errors.Add(new SettingError(variable, $"there is no such setting; known are {string.Join(", ", candidates)}"));
        }
    }
}
