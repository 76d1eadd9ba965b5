using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Acci.Delivery.Tests;

/// <summary>Keeps what the build says while it lives. The log is the process's, so tests that use it are of the collection of its name.</summary>
[CollectionDefinition(nameof(AlteredLog))]
public sealed class AlteredLog : ILogEventSink, IDisposable
{
    private readonly List<string> _said = [];
    private readonly ILogger _before = Log.Logger;

    public AlteredLog() => Log.Logger = new LoggerConfiguration().WriteTo.Sink(this).CreateLogger();

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<string> Said
    {
        get
        {
            lock (_said) return [.. _said];
        }
    }

    public void Emit(LogEvent logEvent)
    {
        lock (_said) _said.Add(logEvent.RenderMessage(CultureInfo.InvariantCulture));
    }

    public void Dispose() => Log.Logger = _before;
}
