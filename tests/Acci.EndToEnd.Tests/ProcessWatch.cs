using System.Collections.Concurrent;

namespace Acci.EndToEnd.Tests;

/// <summary>Looks at every process of the machine, again and again: its command line and its environment. One that stays what it is is looked at less often.</summary>
internal sealed class ProcessWatch : IAsyncDisposable
{
    // Looks, a fiftieth of a second apart.
    private const int Settled = 50;

    private readonly CancellationTokenSource _enough = new();
    private readonly ConcurrentDictionary<(string Process, string Command), string> _seen = [];
    private readonly Task _watching;

    public ProcessWatch() => _watching = Task.Run(WatchAsync);

    /// <summary>What was seen: command lines, their words ended by a null character, with their environments.</summary>
    public IReadOnlyList<(string Command, string Environment)> Seen => [.. _seen.Select(x => (x.Key.Command, x.Value))];

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _watching;
        _enough.Dispose();
    }

    private async Task WatchAsync()
    {
        var unchanged = new Dictionary<string, (string Command, int Looks)>();
        for (var round = 0; !_enough.IsCancellationRequested; round++)
        {
            foreach (var process in Directory.EnumerateDirectories("/proc").Where(x => char.IsAsciiDigit(Path.GetFileName(x)[0])))
            {
                var (before, looks) = unchanged.GetValueOrDefault(process, ("", 0));
                if (looks > Settled && round % Settled != 0) continue;
                var command = Read(process, "cmdline");
                unchanged[process] = (command, command == before ? looks + 1 : 0);
                // A process gets another command line with another program, and only then another environment.
                if (command.Length > 0 && !_seen.ContainsKey((process, command))) _seen[(process, command)] = Read(process, "environ");
            }

            await Task.WhenAny(Task.Delay(20, _enough.Token));
        }
    }

    private static string Read(string process, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended.
            return "";
        }
    }
}
