using System.ComponentModel;
using Acci.Settings;

namespace Acci;

/// <summary>The PostgreSQL database that keeps everything; without a host the app runs, and serves nothing that needs storing.</summary>
public sealed record DatabaseSettings
{
    /// <summary><c>APP__DATABASE__HOST</c>.</summary>
    [Description("Host name, address, or the folder of a Unix socket")]
    public string? Host { get; init; }

    /// <summary><c>APP__DATABASE__PORT</c>.</summary>
    [Description("TCP port, 1–65535")]
    public int Port { get; init; } = 5432;

    /// <summary><c>APP__DATABASE__NAME</c>.</summary>
    [Description("Name of the database")]
    public string Name { get; init; } = AppSettings.AppName;

    /// <summary><c>APP__DATABASE__USER</c>.</summary>
    [Description("The user to connect as")]
    public string User { get; init; } = AppSettings.AppName;

    /// <summary><c>APP__DATABASE__PASSWORD</c>, <c>APP__DATABASE__PASSWORD_FILE</c>.</summary>
    [Description("The user's password, if it has one")]
    [Secret]
    public string? Password { get; init; }

    /// <summary><c>APP__DATABASE__TLS</c>.</summary>
    [Description("How the connection is protected")]
    public TlsMode Tls { get; init; } = TlsMode.Prefer;

    /// <summary><c>APP__DATABASE__MAXIMUM_CONNECTIONS</c>.</summary>
    [Description("Connections one replica may hold for requests, 1–1000, beside two for its health and upkeep")]
    public int MaximumConnections { get; init; } = 20;

    /// <summary>Whether there is a database.</summary>
    public bool IsConfigured => Host is not null;

    internal static DatabaseSettings Read(SettingsReader reader)
    {
        var section = reader.Section(nameof(AppSettings.Database));
        var defaults = new DatabaseSettings();
        var settings = new DatabaseSettings
        {
            Host = section.Text(nameof(Host)),
            Port = section.Number(nameof(Port), defaults.Port, 1, 65535),
            Name = section.Text(nameof(Name)) ?? defaults.Name,
            User = section.Text(nameof(User)) ?? defaults.User,
            Password = section.Secret(nameof(Password)),
            Tls = section.Choice(nameof(Tls), defaults.Tls),
            MaximumConnections = section.Number(nameof(MaximumConnections), defaults.MaximumConnections, 1, 1000),
        };
        section.RequireWithOthers(nameof(Host));
        return settings;
    }
}
