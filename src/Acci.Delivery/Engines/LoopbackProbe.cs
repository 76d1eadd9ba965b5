using System.Net;
using System.Net.Sockets;
using System.Text;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Engines;

/// <summary>
/// Finds out whether an engine reaches this machine's loopback. The build opens a port on 127.0.0.1 and has the engine pull an image with a random name
/// from it. A request for that name means that it does.
/// </summary>
internal static class LoopbackProbe
{
    private const int MaximumRequest = 8192;
    private const byte TlsHandshake = 0x16;

    // Engines try TLS first, and plain HTTP when this is the answer: Go's crypto/tls takes "HTTP/" for a server without TLS.
    private const string NotTls = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    private const string Registry = "HTTP/1.1 200 OK\r\nDocker-Distribution-Api-Version: registry/2.0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    private const string NotFound = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    /// <summary>Asks the engine.</summary>
    /// <returns>Whether it does; and why that is not known, where the engine did not even try.</returns>
    /// <exception cref="NoAnswerException">It did not answer in time, and nothing of it has come here: neither yes nor no.</exception>
    public static async Task<(bool Reaches, string? Doubt)> ReachesAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        var name = $"location-probe-{Guid.NewGuid():n}";
        var asked = new TaskCompletionSource();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answering = AnswerAllAsync(listener, name, asked, stop.Token);
        string? doubt = null;
        try
        {
            doubt = await PullAsync(engine, $"{listener.LocalEndpoint}", name, cancellationToken);
        }
        catch (NoAnswerException) when (asked.Task.IsCompleted)
        {
            // It reached this machine, whatever keeps it.
        }
        finally
        {
            await stop.CancelAsync();
            await answering;
        }

        return asked.Task.IsCompleted ? (true, null) : (false, doubt);
    }

    // What kept the engine from trying; null where nothing did, whatever became of it.
    private static async Task<string?> PullAsync(DockerEngine engine, string registry, string name, CancellationToken cancellationToken)
    {
        using var configuration = LoginlessConfiguration.TryWrite(engine.Process);
        var question = engine.Question("pull", "--quiet", $"{registry}/{name}:none");
        if (configuration is not null) question = configuration.For(question);
        var result = await engine.TryAskAsync(question, cancellationToken);
        var said = string.Concat(result.LastLines(1)).Trim().TrimEnd('.');
        // One that tried says where.
        var hasTried = result.StandardError.Contains(registry, StringComparison.Ordinal) || said.Contains("manifest unknown", StringComparison.Ordinal);
        return result.Succeeded || said.Length == 0 || hasTried ? null : said;
    }

    // Connections are answered side by side, so that another client does not block the engine.
    private static async Task AnswerAllAsync(TcpListener listener, string name, TaskCompletionSource asked, CancellationToken cancellationToken)
    {
        var answers = new List<Task>();
        try
        {
            while (true) answers.Add(AnswerAsync(await listener.AcceptTcpClientAsync(cancellationToken), name, asked, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(answers);
        }
    }

    private static async Task AnswerAsync(TcpClient connection, string name, TaskCompletionSource asked, CancellationToken cancellationToken)
    {
        using var closing = connection;
        try
        {
            var request = await ReadAsync(connection.GetStream(), cancellationToken);
            var line = Encoding.ASCII.GetString(request).Split('\r')[0];
            if (line.Contains(name, StringComparison.Ordinal)) asked.TrySetResult();
            var answer = request is [TlsHandshake, ..] ? NotTls : line.Split(' ') is [_, "/v2/", ..] ? Registry : NotFound;
            await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer), cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // It hung up; the next connection may tell.
        }
    }

    // All of it: what is left unread when a connection is closed would take the answer with it.
    private static async Task<byte[]> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var request = new byte[MaximumRequest];
        var length = 0;
        while (length < request.Length)
        {
            var read = await stream.ReadAsync(request.AsMemory(length), cancellationToken);
            length += read;
            if (read == 0 || request[0] == TlsHandshake || request.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0) break;
        }

        return request[..length];
    }
}
