using System.Diagnostics;
using System.Net.Sockets;

namespace Acci.EndToEnd.Tests;

/// <summary>A socket behind which the engine's own BuildKit answers, as another machine's does behind its own: <c>docker buildx dial-stdio</c> connects each caller.</summary>
public sealed class BuildKitSocket : Bridge
{
    private readonly string _docker;

    /// <param name="docker">The docker command.</param>
    /// <param name="path">Where the socket is made.</param>
    public BuildKitSocket(string docker, string path)
        : base(BoundTo(path))
    {
        (_docker, Path) = (docker, path);
        Start();
    }

    public string Path { get; }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        File.Delete(Path);
    }

    protected override async Task ServeAsync(Stream caller)
    {
        var start = new ProcessStartInfo(_docker, ["buildx", "dial-stdio"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // As on another machine: buildx locks its configuration while it makes a builder, and would wait for itself until it gives up.
        start.Environment["BUILDX_CONFIG"] = $"{Path}.buildx";
        using var dial = Process.Start(start)!;
        // Whoever calls says what is wrong.
        _ = dial.StandardError.BaseStream.CopyToAsync(Stream.Null, Stopped);
        try
        {
            var answers = dial.StandardOutput.BaseStream.CopyToAsync(caller, Stopped);
            await Task.WhenAny(answers, CallAsync());
            await answers;
        }
        finally
        {
            if (!dial.HasExited) dial.Kill();
        }

        async Task CallAsync()
        {
            await caller.CopyToAsync(dial.StandardInput.BaseStream, Stopped);
            dial.StandardInput.Close();
        }
    }

    private static Socket BoundTo(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }
}
