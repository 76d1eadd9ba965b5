using System.Diagnostics;
using System.Net.Sockets;

namespace Acci.EndToEnd.Tests;

/// <summary>A socket behind which the engine's own BuildKit answers, as another machine's does behind its own: <c>docker buildx dial-stdio</c> connects each caller.</summary>
public sealed class BuildKitSocket : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task _accepting;

    /// <param name="docker">The docker command.</param>
    /// <param name="path">Where the socket is made.</param>
    public BuildKitSocket(string docker, string path)
    {
        Path = path;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _accepting = AcceptAsync(docker);
    }

    public string Path { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
        File.Delete(Path);
    }

    private async Task AcceptAsync(string docker)
    {
        while (true) _ = ServeAsync(await _listener.AcceptAsync(_stop.Token), docker);
    }

    private async Task ServeAsync(Socket caller, string docker)
    {
        await using var stream = new NetworkStream(caller, ownsSocket: true);
        var start = new ProcessStartInfo(docker, ["buildx", "dial-stdio"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // As on another machine: buildx locks its configuration while it makes a builder, and would wait for itself until it gives up.
        start.Environment["BUILDX_CONFIG"] = $"{Path}.buildx";
        using var dial = Process.Start(start)!;
        try
        {
            var answers = dial.StandardOutput.BaseStream.CopyToAsync(stream, _stop.Token);
            await Task.WhenAny(answers, CallAsync());
            await answers;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException)
        {
            // Either side has hung up.
        }
        finally
        {
            if (!dial.HasExited) dial.Kill();
        }

        async Task CallAsync()
        {
            await stream.CopyToAsync(dial.StandardInput.BaseStream, _stop.Token);
            dial.StandardInput.Close();
        }
    }
}
