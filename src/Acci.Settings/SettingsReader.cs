namespace Acci.Settings;

/// <summary>Reads settings one by one and collects what is wrong with them, so that a person sees every error at once.</summary>
/// <param name="source">Where they come from.</param>
/// <param name="rule">How they are named.</param>
public sealed class SettingsReader(ISettingsSource source, NamingRule rule)
{
    private readonly List<SettingError> _errors = [];
    private readonly List<string> _known = [];

    /// <summary>What is wrong with those read so far.</summary>
    public IReadOnlyList<SettingError> Errors => _errors;

    /// <summary>The settings that belong to no section.</summary>
    public SettingsSection Top => new(this, null);

    /// <summary>The settings of one section.</summary>
    /// <param name="property">The section's property.</param>
    public SettingsSection Section(string property) => new(this, property);

    internal NamingRule Rule => rule;

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

    /// <summary>
    /// Finds variables that are no setting, when all settings were read. A misspelt variable would otherwise leave its setting at the default,
    /// unnoticed.
    /// </summary>
    public void RejectUnknown()
    {
        foreach (var variable in source.Variables.Order(StringComparer.Ordinal))
        {
            var inFile = variable.EndsWith(SettingName.FileSuffix, StringComparison.OrdinalIgnoreCase);
            var setting = inFile ? variable[..^SettingName.FileSuffix.Length] : variable;
            if (_known.Contains(setting, StringComparer.OrdinalIgnoreCase))
                continue;
            var section = setting[..(setting.LastIndexOf("__", StringComparison.Ordinal) + 2)];
            var neighbours = _known.Where(known => known.StartsWith(section, StringComparison.OrdinalIgnoreCase)).ToList();
            var candidates = neighbours is [] ? _known.Where(rule.Owns) : neighbours;
            _errors.Add(new SettingError(variable, $"there is no such setting; known are {string.Join(", ", candidates)}"));
        }
    }
}
