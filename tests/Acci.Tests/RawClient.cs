using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Acci.Tests;

/// <summary>
/// An HTTP/1.1 client that does nothing behind the caller's back: no retry, no pool. One request at a time over one connection, and
/// another connection when the server asked for it.
/// </summary>
internal sealed class RawClient(int port) : IDisposable
{
    private static readonly byte[] EndOfHeaders = "\r\n\r\n"u8.ToArray();
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Socket? _socket;

    /// <summary>Sends a request and reads its answer.</summary>
    /// <returns>The status, or 0 when nobody listens any more.</returns>
    /// <exception cref="IOException">The server took the request and gave no whole answer.</exception>
    public async Task<int> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        try
        {
            if (_socket is null)
            {
                _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await _socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            }
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            Dispose();
            return 0;
        }

        try
        {
            await _socket.SendAsync(request, cancellationToken);
            var length = 0;
            while (!IsWhole(_buffer.AsSpan(0, length)))
            {
                var read = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
                length = read > 0 ? length + read : throw new IOException($"The server closed the connection after {length} bytes of the answer.");
            }
            var answer = _buffer.AsSpan(0, length);
            if (answer.IndexOf("\r\nConnection: close\r\n"u8) >= 0)
                Dispose();
            return int.Parse(Encoding.ASCII.GetString(answer[9..12]), System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (SocketException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    /// <summary>Sends a request over a connection of its own and gives all that the server sends until it closes it.</summary>
    public static async Task<string> ExchangeAsync(int port, string request, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(request), cancellationToken);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync(cancellationToken);
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    public static byte[] Request(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var headers = answer.IndexOf(EndOfHeaders);
        if (headers < 0)
            return false;
        if (answer[..headers].IndexOf("Transfer-Encoding: chunked"u8) >= 0)
            return answer.EndsWith("\r\n0\r\n\r\n"u8);
        var field = answer.IndexOf("Content-Length: "u8);
        return field >= 0
            && System.Buffers.Text.Utf8Parser.TryParse(answer[(field + 16)..], out int length, out _)
            && answer.Length >= headers + EndOfHeaders.Length + length;
    }
}
