using Acci.Delivery;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace Acci.Components;

/// <summary>
/// Hands log messages on with a mask in place of every secret, and with what others wrote in them made harmless: both engines write them not only to the console but to
/// files, too, and keep them for the end.
/// </summary>
internal sealed class RedactedSink(ILogger logger) : ILogEventSink, IDisposable
{
    private static readonly MessageTemplateParser Parser = new();

    /// <summary>A logger that hands on everything to the other one, which decides what it writes.</summary>
    public static ILogger Before(ILogger logger) => new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(new RedactedSink(logger)).CreateLogger();

    public void Emit(LogEvent logEvent) => logger.Write(new LogEvent(
        logEvent.Timestamp,
        logEvent.Level,
        logEvent.Exception is { } exception && Changed(exception.ToString(), out var text) ? new RedactedException(Shown(exception.Message), text) : logEvent.Exception,
        Changed(logEvent.MessageTemplate.Text, out var template) ? Parser.Parse(template) : logEvent.MessageTemplate,
        logEvent.Properties.Select(x => new LogEventProperty(x.Key, Redact(x.Value)))));

    public void Dispose() => (logger as IDisposable)?.Dispose();

    private static LogEventPropertyValue Redact(LogEventPropertyValue value) => value switch
    {
        ScalarValue { Value: { } scalar } => Changed(scalar.ToString() ?? "", out var text) ? new ScalarValue(text) : value,
        SequenceValue sequence => new SequenceValue(sequence.Elements.Select(Redact)),
        StructureValue structure => new StructureValue(structure.Properties.Select(x => new LogEventProperty(x.Name, Redact(x.Value))), structure.TypeTag),
        DictionaryValue dictionary => new DictionaryValue(dictionary.Elements.Select(x => KeyValuePair.Create((ScalarValue)Redact(x.Key), Redact(x.Value)))),
        _ => value,
    };

    private static string Shown(string text) => SafeText.Lines(Redaction.Redact(text));

    private static bool Changed(string text, out string shown)
    {
        shown = Shown(text);
        return shown != text;
    }

    private sealed class RedactedException(string message, string text) : Exception(message)
    {
        public override string ToString() => text;
    }
}
