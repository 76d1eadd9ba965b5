using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Acci.Testing;

/// <summary>A web server in the test itself, on a loopback port of its own.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private LoopbackServer(WebApplication application) => _application = application;

    /// <summary>Host and port.</summary>
    public string Domain => new Uri(_application.Urls.First()).Authority;

    public static async Task<LoopbackServer> StartAsync(RequestDelegate handle, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
            {
                if (certificate is not null) listen.UseHttps(certificate);
            });
        });
        var application = builder.Build();
        application.Run(handle);
        await application.StartAsync();
        return new LoopbackServer(application);
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();
}
