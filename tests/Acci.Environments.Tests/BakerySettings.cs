using System.ComponentModel;
using System.Net;
using Acci.Settings;

namespace Acci.Environments.Tests;

/// <summary>The settings of the bakery: records with defaults that <c>Acci.Settings</c> reads, named by a prefix.</summary>
internal sealed record BakerySettings
{
    public static NamingRule Naming { get; } = NamingRule.Prefixed("APP");

    public BakeryServer Server { get; init; } = new();

    public BakeryDatabase Database { get; init; } = new();

    public BakeryCache Redis { get; init; } = new();

    public static BakerySettings Read(ISettingsSource source)
    {
        var reader = new SettingsReader(source, Naming);
        var (server, database, redis) = (reader.Section(nameof(Server)), reader.Section(nameof(Database)), reader.Section(nameof(Redis)));
        var defaults = new BakerySettings();
        var settings = new BakerySettings
        {
            Server = new()
            {
                BackendPort = server.Number(nameof(BakeryServer.BackendPort), defaults.Server.BackendPort, 1, 65535),
                TrustedProxies = server.Networks(nameof(BakeryServer.TrustedProxies)),
            },
            Database = new()
            {
                Host = database.Text(nameof(BakeryDatabase.Host)),
                Name = database.Text(nameof(BakeryDatabase.Name)) ?? defaults.Database.Name,
                User = database.Text(nameof(BakeryDatabase.User)) ?? defaults.Database.User,
                Password = database.Secret(nameof(BakeryDatabase.Password)),
                Tls = database.Choice(nameof(BakeryDatabase.Tls), defaults.Database.Tls),
                MaximumConnections = database.Number(nameof(BakeryDatabase.MaximumConnections), defaults.Database.MaximumConnections, 1, 1000),
            },
            Redis = new()
            {
                Host = redis.Text(nameof(BakeryCache.Host)),
                User = redis.Text(nameof(BakeryCache.User)),
                Password = redis.Secret(nameof(BakeryCache.Password)),
                Tls = redis.Flag(nameof(BakeryCache.Tls), defaults.Redis.Tls),
            },
        };
        reader.RejectUnknown();
        return reader.Errors is [] ? settings : throw new SettingsException(reader.Errors);
    }
}

internal sealed record BakeryServer
{
    [Description("TCP port of the shop window.")]
    public int BackendPort { get; init; } = 7000;

    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];
}

internal sealed record BakeryDatabase
{
    public string? Host { get; init; }

    public string Name { get; init; } = "cakes";

    public string User { get; init; } = "baker";

    [Secret]
    public string? Password { get; init; }

    public BakeryTls Tls { get; init; }

    public int MaximumConnections { get; init; } = 20;
}

internal sealed record BakeryCache
{
    public string? Host { get; init; }

    public string? User { get; init; }

    [Secret]
    public string? Password { get; init; }

    public bool Tls { get; init; }
}

internal enum BakeryTls
{
    Prefer,
    VerifyFull,
}
