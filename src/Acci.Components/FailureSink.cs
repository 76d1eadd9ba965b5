using Acci.Generation;
using Nuke.Common.Tooling;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace Acci.Components;

/// <summary>
/// Says why a target failed where both engines only say that it has: the reason is the message itself, in the log, in the errors at the end, and in the annotation on
/// GitHub. What only says that the build was interrupted is left out.
/// </summary>
/// <param name="logger">What everything is handed on to.</param>
/// <param name="absent">The targets that reasons may name and the build does not have.</param>
internal sealed class FailureSink(ILogger logger, AbsentTargets? absent = null) : ILogEventSink, IDisposable
{
    private const string Thrown = "Target {TargetName} has thrown an exception";

    private static readonly MessageTemplate Reason = new MessageTemplateParser().Parse("{Reason:l}");

    /// <summary>Whether a target failed because of a value that was typed.</summary>
    public static bool IsWrongUse { get; private set; }

    /// <summary>A logger that hands on everything to the other one, which decides what it writes.</summary>
    public static ILogger Before(ILogger logger, Type build) =>
        new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(new FailureSink(logger, new AbsentTargets(build))).CreateLogger();

    public void Emit(LogEvent logEvent)
    {
        if (logEvent is not { MessageTemplate.Text: Thrown, Exception: { } exception })
        {
            logger.Write(logEvent);
            return;
        }

        // What fails in each of several projects, as tests do, comes as one exception that says nothing itself.
        var causes = exception is AggregateException { InnerExceptions.Count: > 0 } several ? several.Flatten().InnerExceptions : (IReadOnlyList<Exception>)[exception];
        IsWrongUse |= causes.Any(x => x is WrongUseException);
        if (Interruption.IsRequested && (Interruption.IsNothingToCleanUp || causes.All(x => x is OperationCanceledException or ProcessException))) return;
        var reasons = causes.Select(PlainReason).Distinct().ToList();
        var isPlain = !reasons.Contains(null);
        var reason = isPlain ? string.Join('\n', reasons) : $"{exception.GetType().Name}: {exception.Message.Split('\n')[0].TrimEnd()}";
        if (absent is not null) reason = absent.Explained(reason);
        logger.Write(new LogEvent(logEvent.Timestamp, logEvent.Level, isPlain ? null : exception, Reason, [new LogEventProperty("Reason", new ScalarValue(reason))]));
    }

    // What a person can act on is said by its message alone; anything else is a fault whose place matters.
    private static string? PlainReason(Exception cause) =>
        MachineFault.Reason(cause) ?? (cause is DeliveryException or GenerationException or ProcessException ? cause.Message : null);

    public void Dispose() => (logger as IDisposable)?.Dispose();
}
