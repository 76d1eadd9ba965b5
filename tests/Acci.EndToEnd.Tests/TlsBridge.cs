using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Acci.EndToEnd.Tests;

/// <summary>
/// A port of 127.0.0.1 on which a BuildKit's or an engine's socket is reached over TLS by those that have a certificate of its authority, as buildkitd offers it with
/// <c>--tlscacert --tlscert --tlskey</c>, and dockerd with <c>--tlsverify</c>.
/// </summary>
public sealed class TlsBridge : Bridge
{
    private readonly string _socket;
    private readonly string _folder;
    private readonly Certificates _certificates = new();
    private readonly X509Certificate2 _server;
    private readonly int _port;

    /// <param name="socket">The socket.</param>
    /// <param name="folder">Gets the certificates as files.</param>
    public TlsBridge(string socket, string folder)
        : this(socket, folder, BoundToLoopback())
    {
    }

    private TlsBridge(string socket, string folder, Socket listener)
        : base(listener)
    {
        (_socket, _folder, _port) = (socket, folder, ((IPEndPoint)listener.LocalEndPoint!).Port);
        _server = _certificates.Issue("server");
        _certificates.Write(folder, _certificates.Issue("client"));
        File.WriteAllText(FileOf("other"), new Certificates().Authority.ExportCertificatePem());
        Start();
    }

    /// <summary>The address with all that is needed.</summary>
    public string Address => $"{Anonymous}&cert={FileOf("cert")}&key={FileOf("key")}";

    /// <summary>The address without a certificate of the caller's.</summary>
    public string Anonymous => $"{Host}?cacert={FileOf("ca")}";

    /// <summary>The address alone.</summary>
    public string Host => $"tcp://127.0.0.1:{_port}";

    /// <summary>The address with another certificate authority than the server's.</summary>
    public string WithOtherAuthority => Address.Replace(FileOf("ca"), FileOf("other"), StringComparison.Ordinal);

    protected override async Task ServeAsync(Stream caller)
    {
        await using var secure = new SslStream(caller);
        await secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _server,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Issuer == _certificates.Authority.Subject,
            },
            Stopped);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), Stopped);
        await using var buildKit = new NetworkStream(socket);
        await await Task.WhenAny(buildKit.CopyToAsync(secure, Stopped), secure.CopyToAsync(buildKit, Stopped));
    }

    private static Socket BoundToLoopback()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private string FileOf(string name) => Path.Combine(_folder, $"{name}.pem");
}
