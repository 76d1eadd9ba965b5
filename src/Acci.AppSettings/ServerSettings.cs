using System.ComponentModel;
using System.Net;
using Acci.Settings;

namespace Acci;

/// <summary>Where the app listens, and whom it believes.</summary>
public sealed record ServerSettings
{
    /// <summary><c>APP__SERVER__BACKEND_PORT</c>.</summary>
    [Description("TCP port of the HTTP endpoint, 1–65535")]
    public int BackendPort { get; init; } = 8080;

    /// <summary><c>APP__SERVER__TRUSTED_PROXIES</c>; nobody is believed by default.</summary>
    [Description("Networks of the proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, joined by commas (10.0.0.0/8,fd00::/8)")]
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    internal static ServerSettings Read(SettingsReader reader)
    {
        var section = reader.Section(nameof(AppSettings.Server));
        var defaults = new ServerSettings();
        return new ServerSettings
        {
            BackendPort = section.Number(nameof(BackendPort), defaults.BackendPort, 1, 65535),
            TrustedProxies = section.Networks(nameof(TrustedProxies)),
        };
    }
}
