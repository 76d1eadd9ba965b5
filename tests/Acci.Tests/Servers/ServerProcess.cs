using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Acci.Tests.Servers;

/// <summary>A server on a port of 127.0.0.1 that can be killed, frozen and started again in the same place.</summary>
internal abstract class ServerProcess(string name) : IAsyncDisposable
{
    private static int s_lastPort = Random.Shared.Next(12_000, 30_000);
    private readonly StringBuilder _output = new();
    private Process? _process;

    public int Port { get; } = FreePort();

    /// <summary>What it has written to its log.</summary>
    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            var start = StartInfo();
            start.RedirectStandardOutput = start.RedirectStandardError = true;
            _process = Process.Start(start)!;
            _process.OutputDataReceived += (_, line) => Append(line.Data);
            _process.ErrorDataReceived += (_, line) => Append(line.Data);
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            while (!_process.HasExited && patience.Elapsed < TimeSpan.FromMinutes(5))
            {
                if (await AnswersAsync(cancellationToken))
                    return;
                await Task.Delay(20, cancellationToken);
            }
            // What a killed server left behind may keep the next one from starting for a moment.
            if (patience.Elapsed > TimeSpan.FromMinutes(1))
                throw new InvalidOperationException($"{name} does not start:\n{_output}");
            await StopAsync();
            await Task.Delay(200, cancellationToken);
        }
    }

    /// <summary>Ends it at once, as a crash does.</summary>
    public Task KillAsync(CancellationToken cancellationToken) => EndAsync(KillSignal, cancellationToken);

    /// <summary>Keeps its connections and answers nothing.</summary>
    public Task FreezeAsync() => SignalAsync("STOP", [_process!.Id, .. Children()]);

    public Task ThawAsync() => SignalAsync("CONT", [_process!.Id, .. Children()]);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Folder.Delete(recursive: true);
    }

    protected virtual string KillSignal => "KILL";

    /// <summary>What the server keeps; gone with it.</summary>
    protected DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("acci-tests-");

    /// <summary>Sends a signal that ends it.</summary>
    protected async Task EndAsync(string signal, CancellationToken cancellationToken)
    {
        await SignalAsync(signal, [_process!.Id]);
        await _process.WaitForExitAsync(cancellationToken);
    }

    private async Task StopAsync()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
        {
            await ThawAsync();
            await SignalAsync(KillSignal, [_process.Id]);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        _process = null;
    }

    protected abstract ProcessStartInfo StartInfo();

    protected virtual async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>A port that nobody listens on, below those that the system gives to outgoing connections.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = Interlocked.Increment(ref s_lastPort);
            using var listener = new TcpListener(IPAddress.Any, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody does: the next one.
            }
        }
    }

    private IEnumerable<int> Children() => File.ReadAllText($"/proc/{_process!.Id}/task/{_process.Id}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(id => int.Parse(id, CultureInfo.InvariantCulture));

    private static async Task SignalAsync(string signal, IEnumerable<int> processes)
    {
        using var kill = Process.Start("kill", [$"-{signal}", .. processes.Select(id => $"{id}")]);
        await kill.WaitForExitAsync();
    }

    private void Append(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
