using System.Globalization;
using System.Text;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace Nuke.Common.Execution;

/// <summary>Log messages on standard output: <c>09:35:24 [INF] message</c>.</summary>
internal sealed class ConsoleSink : ILogEventSink
{
    public void Emit(LogEvent logEvent)
    {
        var text = new StringBuilder()
            .AppendStyled(logEvent.Timestamp.ToString("HH:mm:ss ", CultureInfo.InvariantCulture), Style.Faint)
            .AppendStyled($"[{Label(logEvent.Level)}]", StyleOf(logEvent.Level))
            .Append(' ');
        AppendMessage(text, logEvent);
        text.AppendLine();
        if (logEvent.Exception is { } exception)
            text.Append(exception).AppendLine();
        ConsoleOutput.Write(text);
    }

    public static string Label(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "VRB",
        LogEventLevel.Debug => "DBG",
        LogEventLevel.Information => "INF",
        LogEventLevel.Warning => "WRN",
        LogEventLevel.Error => "ERR",
        _ => "FTL",
    };

    public static Style StyleOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose or LogEventLevel.Debug => Style.Faint,
        LogEventLevel.Warning => Style.Warning,
        LogEventLevel.Error or LogEventLevel.Fatal => Style.Error,
        _ => Style.Value,
    };

    /// <summary>The message, strings without quotes.</summary>
    public static string Message(LogEvent logEvent)
    {
        var text = new StringBuilder();
        AppendMessage(text, logEvent, colored: false);
        return text.ToString();
    }

    private static void AppendMessage(StringBuilder text, LogEvent logEvent, bool colored = true)
    {
        var whole = StyleOf(logEvent.Level) is var style && style == Style.Value ? Style.Plain : style;
        foreach (var token in logEvent.MessageTemplate.Tokens)
        {
            var value = token is PropertyToken property && logEvent.Properties.TryGetValue(property.PropertyName, out var known)
                ? Value(property, known, logEvent.Properties)
                : token.ToString();
            var tokenStyle = whole == Style.Plain && token is PropertyToken ? Style.Value : whole;
            text.AppendStyled(value, colored ? tokenStyle : Style.Plain);
        }
    }

    private static string Value(PropertyToken token, LogEventPropertyValue value, IReadOnlyDictionary<string, LogEventPropertyValue> properties)
    {
        if (value is ScalarValue { Value: string text } && token.Alignment is null)
            return text;
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        token.Render(properties, writer, CultureInfo.InvariantCulture);
        return writer.ToString();
    }
}
