using Acci.Environments.Specification;
using Acci.Settings;

namespace Acci.Environments.Declarations;

/// <summary>A secret setting that is handed to a service as a file.</summary>
/// <param name="Name">The setting.</param>
public sealed record ServiceSecret(SettingName Name)
{
    private readonly string? _source;
    private readonly string? _target;

    /// <summary>Its name in the compose file, of letters, digits, <c>.</c>, <c>_</c> and <c>-</c>; the setting's when nothing is said: <c>database-password</c>.</summary>
    public string Source
    {
        get => _source ?? Name.Dashed;
        init => _source = value;
    }

    /// <summary>The file's name below <c>/run/secrets</c>, or a path; the setting's variable when nothing is said.</summary>
    public string Target
    {
        get => _target ?? Name.EnvironmentVariable;
        init => _target = value;
    }

    /// <summary>Where the service sees it.</summary>
    public string Path => Target.StartsWith('/') ? Target : $"/run/secrets/{Target}";

    internal FileReference Reference => new(Source, Target);
}
