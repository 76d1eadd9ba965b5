using Acci.Settings;

namespace Acci.Tests;

/// <summary>Settings from an environment that is not the process's own.</summary>
internal sealed class FixedSettings(IReadOnlyList<(string Name, string Value)> environment) : ISettingsSource
{
    public IEnumerable<string> Variables =>
        environment.Select(variable => variable.Name).Where(AppSettings.Naming.Owns);

    public string? Find(SettingName name) => environment.FirstOrDefault(variable => variable.Name == name.EnvironmentVariable).Value;
}
