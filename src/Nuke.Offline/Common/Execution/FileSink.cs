using System.Globalization;
using Nuke.Common.IO;
using Serilog.Core;
using Serilog.Events;

namespace Nuke.Common.Execution;

/// <summary>Log messages of the last build in a file.</summary>
internal sealed class FileSink(AbsolutePath file) : ILogEventSink, IDisposable
{
    private readonly Lock _gate = new();
    private StreamWriter _writer;

    public void Emit(LogEvent logEvent)
    {
        lock (_gate)
        {
            _writer ??= Open();
            if (_writer is null)
                return;
            _writer.Write(logEvent.Timestamp.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture));
            _writer.WriteLine($" | {ConsoleSink.Label(logEvent.Level)[0]} | {Logging.TargetOf(logEvent)} | {ConsoleSink.Message(logEvent)}");
            if (logEvent.Exception is { } exception)
                _writer.WriteLine(exception);
        }
    }

    public void Dispose() => _writer?.Dispose();

    private StreamWriter Open()
    {
        try
        {
            var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            return new StreamWriter(stream) { AutoFlush = true };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return StreamWriter.Null; // Another build of the same repository may be writing.
        }
    }
}
