using Microsoft.AspNetCore.HttpOverrides;

namespace Acci.Hosting;

/// <summary>Client address and scheme as a trusted proxy tells them.</summary>
internal static class Forwarding
{
    internal static void UseForwarding(this IApplicationBuilder app, ServerSettings settings)
    {
        if (settings.TrustedProxies is [])
            return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            // Every hop that is trusted, however many there are.
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in settings.TrustedProxies)
            options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }
}
