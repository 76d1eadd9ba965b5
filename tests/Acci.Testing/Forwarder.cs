using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Acci.Testing;

/// <summary>Leads connections to a server on loopback, from an address of this machine that is not: there, plain http is not spoken unless somebody names it.</summary>
public sealed class Forwarder : IDisposable
{
    private readonly TcpListener _listener;
    private readonly IPEndPoint _server;

    /// <param name="address">Where it listens.</param>
    /// <param name="server">Host and port of the server.</param>
    public Forwarder(string address, string server)
    {
        (_listener, _server) = (new TcpListener(IPAddress.Parse(address), 0), IPEndPoint.Parse(server));
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>An address of this machine that is not on loopback; null where it has none.</summary>
    public static string? OwnAddress => NetworkInterface.GetAllNetworkInterfaces().Where(x => x.OperationalStatus == OperationalStatus.Up)
        .SelectMany(x => x.GetIPProperties().UnicastAddresses).Select(x => x.Address)
        .FirstOrDefault(x => x.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(x))?.ToString();

    /// <summary>Host and port.</summary>
    public string Domain => $"{_listener.LocalEndpoint}";

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
    }

    private async Task ServeAsync(TcpClient caller)
    {
        using var _ = caller;
        using var behind = new TcpClient();
        await behind.ConnectAsync(_server);
        var (stream, target) = (caller.GetStream(), behind.GetStream());
        await Task.WhenAny(stream.CopyToAsync(target), target.CopyToAsync(stream));
    }
}
