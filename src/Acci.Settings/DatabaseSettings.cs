namespace Acci.Settings;

/// <summary>The PostgreSQL database that keeps everything; without a host the app runs, and serves nothing that needs storing.</summary>
public sealed record DatabaseSettings
{
    /// <summary>Host name, address, or the folder of a Unix socket; <c>APP__DATABASE__HOST</c>.</summary>
    public string? Host { get; init; }

    /// <summary>TCP port, 1–65535; <c>APP__DATABASE__PORT</c>.</summary>
    public int Port { get; init; } = 5432;

    /// <summary>Name of the database; <c>APP__DATABASE__NAME</c>.</summary>
    public string Name { get; init; } = "acci";

    /// <summary>The user to connect as; <c>APP__DATABASE__USER</c>.</summary>
    public string User { get; init; } = "acci";

    /// <summary>The user's password, if it has one; <c>APP__DATABASE__PASSWORD</c>, <c>APP__DATABASE__PASSWORD_FILE</c>.</summary>
    [Secret]
    public string? Password { get; init; }

    /// <summary>How the connection is protected; <c>APP__DATABASE__TLS</c>.</summary>
    public TlsMode Tls { get; init; } = TlsMode.Prefer;

    /// <summary>
    /// Connections one replica may hold for requests, 1–1000, beside two for its health and upkeep; <c>APP__DATABASE__MAXIMUM_CONNECTIONS</c>.
    /// </summary>
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
            Port = section.Integer(nameof(Port), defaults.Port, 1, 65535),
            Name = section.Text(nameof(Name)) ?? defaults.Name,
            User = section.Text(nameof(User)) ?? defaults.User,
            Password = section.Secret(nameof(Password)),
            Tls = section.Choice(nameof(Tls), defaults.Tls),
            MaximumConnections = section.Integer(nameof(MaximumConnections), defaults.MaximumConnections, 1, 1000),
        };
        section.RequireWithOthers(nameof(Host));
        return settings;
    }
}
