using Acci.Environments.Specification;
using Acci.Settings;

namespace Acci.Environments.Declarations;

/// <summary>A secret setting that is handed to a service as a file.</summary>
/// <param name="Name">The setting.</param>
public sealed record ServiceSecret(SettingName Name)
{
    /// <summary>Its name in the compose file; the setting's when nothing is said: <c>database-password</c>.</summary>
    public string Source { get; init; } = Name.Dashed;

    /// <summary>The file's name below <c>/run/secrets</c>, or a path; the setting's variable when nothing is said.</summary>
    public string Target { get; init; } = Name.EnvironmentVariable;

    /// <summary>Where the service sees it.</summary>
    public string Path => Target.StartsWith('/') ? Target : $"/run/secrets/{Target}";

    internal FileReference Reference => new(Source, Target);
}
