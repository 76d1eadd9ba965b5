namespace Acci.Settings;

/// <summary>The Redis server that caches what is read often; without a host every read goes to the database.</summary>
public sealed record RedisSettings
{
    /// <summary>Host name or address; <c>APP__REDIS__HOST</c>.</summary>
    public string? Host { get; init; }

    /// <summary>TCP port, 1–65535; <c>APP__REDIS__PORT</c>.</summary>
    public int Port { get; init; } = 6379;

    /// <summary>The user of the access control list, if one is used; <c>APP__REDIS__USER</c>.</summary>
    public string? User { get; init; }

    /// <summary>The password, if there is one; <c>APP__REDIS__PASSWORD</c>, <c>APP__REDIS__PASSWORD_FILE</c>.</summary>
    [Secret]
    public string? Password { get; init; }

    /// <summary>Whether the connection is encrypted and the server verified; <c>APP__REDIS__TLS</c>.</summary>
    public bool Tls { get; init; }

    /// <summary>Whether there is a cache.</summary>
    public bool IsConfigured => Host is not null;

    internal static RedisSettings Read(SettingsReader reader)
    {
        var section = reader.Section(nameof(AppSettings.Redis));
        var defaults = new RedisSettings();
        var settings = new RedisSettings
        {
            Host = section.Text(nameof(Host)),
            Port = section.Integer(nameof(Port), defaults.Port, 1, 65535),
            User = section.Text(nameof(User)),
            Password = section.Secret(nameof(Password)),
            Tls = section.Flag(nameof(Tls), defaults.Tls),
        };
        section.RequireWithOthers(nameof(Host));
        return settings;
    }
}
