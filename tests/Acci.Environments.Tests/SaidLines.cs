using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Acci.Environments.Tests;

/// <summary>Keeps what the build says while it lives. The log is the process's, so tests that use it are in the collection <see cref="AlteredProcess"/>.</summary>
internal sealed class SaidLines : ILogEventSink, IDisposable
{
    private readonly List<string> _lines = [];
    private readonly ILogger _before = Log.Logger;

    public SaidLines() => Log.Logger = new LoggerConfiguration().WriteTo.Sink(this).CreateLogger();

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    public void Emit(LogEvent logEvent)
    {
        lock (_lines) _lines.Add(logEvent.RenderMessage(CultureInfo.InvariantCulture));
    }

    public void Dispose() => Log.Logger = _before;
}
