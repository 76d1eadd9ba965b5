using System.ComponentModel;
using Acci.Settings;

namespace Acci;

/// <summary>The Redis server that caches what is read often; without a host every read goes to the database.</summary>
public sealed record RedisSettings
{
    /// <summary><c>APP__REDIS__HOST</c>.</summary>
    [Description("Host name or address")]
    public string? Host { get; init; }

    /// <summary><c>APP__REDIS__PORT</c>.</summary>
    [Description("TCP port, 1–65535")]
    public int Port { get; init; } = 6379;

    /// <summary><c>APP__REDIS__USER</c>.</summary>
    [Description("The user of the access control list, if one is used")]
    public string? User { get; init; }

    /// <summary><c>APP__REDIS__PASSWORD</c>, <c>APP__REDIS__PASSWORD_FILE</c>.</summary>
    [Description("The password, if there is one")]
    [Secret]
    public string? Password { get; init; }

    /// <summary><c>APP__REDIS__TLS</c>.</summary>
    [Description("Whether the connection is encrypted and the server verified")]
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
            Port = section.Number(nameof(Port), defaults.Port, 1, 65535),
            User = section.Text(nameof(User)),
            Password = section.Secret(nameof(Password)),
            Tls = section.Flag(nameof(Tls), defaults.Tls),
        };
        section.RequireWithOthers(nameof(Host));
        return settings;
    }
}
