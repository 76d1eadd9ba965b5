using System.Net;

namespace Acci.Settings;

/// <summary>Where the app listens, and whom it believes.</summary>
public sealed record ServerSettings
{
    /// <summary>TCP port of the HTTP endpoint, 1–65535; <c>APP__SERVER__BACKEND_PORT</c>.</summary>
    public int BackendPort { get; init; } = 8080;

    /// <summary>
    /// Networks of the proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed, joined by commas
    /// (<c>10.0.0.0/8,fd00::/8</c>); <c>APP__SERVER__TRUSTED_PROXIES</c>. Nobody is believed by default.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    internal static ServerSettings Read(SettingsReader reader)
    {
        var section = reader.Section(nameof(AppSettings.Server));
        var defaults = new ServerSettings();
        return new ServerSettings
        {
            BackendPort = section.Integer(nameof(BackendPort), defaults.BackendPort, 1, 65535),
            TrustedProxies = section.Networks(nameof(TrustedProxies)),
        };
    }
}
