using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Acci.Hosting;

/// <summary>
/// Kestrel's sockets, closed in an order that loses nothing: first no new connection is let in, then the port is closed, and only when
/// what came through it is answered, the connections. Otherwise those let in last, whose requests are still on their way, would be reset.
/// </summary>
internal sealed class DrainingTransport : IConnectionListenerFactory
{
    /// <summary>A handshake that has begun gets so long to end.</summary>
    private static readonly TimeSpan Handshake = TimeSpan.FromMilliseconds(100);

    private readonly SocketTransportFactory _sockets;
    private readonly Drain _drain;
    private Socket? _bound;

    public DrainingTransport(ILoggerFactory logging, Drain drain)
    {
        var options = new SocketTransportOptions
        {
            CreateBoundListenSocket = endpoint => _bound = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint),
        };
        (_sockets, _drain) = (new SocketTransportFactory(Options.Create(options), logging), drain);
    }

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = await _sockets.BindAsync(endpoint, cancellationToken);
        return new Listener(listener, _bound!, _drain);
    }

    private sealed class Listener(IConnectionListener sockets, Socket socket, Drain drain) : IConnectionListener
    {
        public EndPoint EndPoint => sockets.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            var connection = await sockets.AcceptAsync(cancellationToken);
            if (connection is not null)
                drain.CountConnection(connection.ConnectionClosed);
            return connection;
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            if (ConnectionFilter.TryAttach(socket))
                await Task.Delay(Handshake, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await sockets.UnbindAsync(cancellationToken);
            await drain.FinishAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => sockets.DisposeAsync();
    }
}
