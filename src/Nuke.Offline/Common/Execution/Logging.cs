using Nuke.Common.CI;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Nuke.Common.Execution;

/// <summary>Sets up <see cref="Log"/>.</summary>
public static class Logging
{
    private const string TargetProperty = "ExecutingTarget";

    /// <summary>The least severe messages that the console shows.</summary>
    public static LoggingLevelSwitch LevelSwitch = new(LogEventLevel.Debug);

    private static string s_target;

    /// <summary>The least severe messages that the console shows.</summary>
    public static LogLevel Level
    {
        get => LevelSwitch.MinimumLevel switch
        {
            LogEventLevel.Verbose => LogLevel.Trace,
            LogEventLevel.Warning => LogLevel.Warning,
            LogEventLevel.Error or LogEventLevel.Fatal => LogLevel.Error,
            _ => LogLevel.Normal,
        };
        set => LevelSwitch.MinimumLevel = value switch
        {
            LogLevel.Trace => LogEventLevel.Verbose,
            LogLevel.Warning => LogEventLevel.Warning,
            LogLevel.Error => LogEventLevel.Error,
            _ => LogEventLevel.Debug,
        };
    }

    /// <summary>Makes the logger of a build; without one, messages go to the console only.</summary>
    public static void Configure(INukeBuild build = null) => Log.Logger = new LoggerConfiguration()
        .ConfigureLevel()
        .ConfigureEnricher()
        .ConfigureFilter(build)
        .ConfigureHost(build)
        .ConfigureConsole(build)
        .ConfigureInMemory(build)
        .ConfigureFiles(build)
        .CreateLogger();

    /// <summary>Hands every message to the sinks.</summary>
    public static LoggerConfiguration ConfigureLevel(this LoggerConfiguration configuration) => configuration.MinimumLevel.Verbose();

    /// <summary>Adds the running target to messages.</summary>
    public static LoggerConfiguration ConfigureEnricher(this LoggerConfiguration configuration) => configuration.Enrich.With(new TargetEnricher());

    /// <summary>Drops what the host does not want.</summary>
    public static LoggerConfiguration ConfigureFilter(this LoggerConfiguration configuration, INukeBuild build) =>
        build is null
            ? configuration
            : configuration.Filter.ByExcluding(x => x.Level < LogEventLevel.Warning && build.Host.FilterMessage(x.MessageTemplate.Text));

    /// <summary>Tells the host of warnings and errors.</summary>
    public static LoggerConfiguration ConfigureHost(this LoggerConfiguration configuration, INukeBuild build) =>
        configuration.WriteTo.Sink(new HostSink(), LogEventLevel.Warning);

    /// <summary>Writes messages of <see cref="LevelSwitch"/> and above to the console.</summary>
    public static LoggerConfiguration ConfigureConsole(this LoggerConfiguration configuration, INukeBuild build) =>
        configuration.WriteTo.Sink(new ConsoleSink(), levelSwitch: LevelSwitch);

    /// <summary>Keeps warnings and errors for the end of the build.</summary>
    public static LoggerConfiguration ConfigureInMemory(this LoggerConfiguration configuration, INukeBuild build) =>
        configuration.WriteTo.Sink(InMemorySink.Instance, LogEventLevel.Warning);

    /// <summary>Writes messages to <c>.nuke/temp/build.log</c>; on a build server the console is kept by the server.</summary>
    public static LoggerConfiguration ConfigureFiles(this LoggerConfiguration configuration, INukeBuild build) =>
        build?.Host is null or IBuildServer ? configuration : configuration.WriteTo.Sink(new FileSink(build.TemporaryDirectory / "build.log"));

    /// <summary>Messages belong to that target until the result is disposed of.</summary>
    public static IDisposable SetTarget(string name) => Utilities.DelegateDisposable.CreateBracket(() => s_target = name, () => s_target = null);

    /// <summary>The target a message belongs to; empty if there is none.</summary>
    internal static string TargetOf(LogEvent logEvent) =>
        logEvent.Properties.TryGetValue(TargetProperty, out var value) && value is ScalarValue { Value: string name } ? name : string.Empty;

    private sealed class TargetEnricher : ILogEventEnricher
    {
        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
        {
            if (s_target is { } target)
                logEvent.AddOrUpdateProperty(new LogEventProperty(TargetProperty, new ScalarValue(target)));
        }
    }

    private sealed class HostSink : ILogEventSink
    {
        public void Emit(LogEvent logEvent)
        {
            if (logEvent.Level == LogEventLevel.Warning)
                NukeBuild.Host.ReportWarning(logEvent.RenderMessage(), logEvent.Exception?.ToString());
            else
                NukeBuild.Host.ReportError(logEvent.RenderMessage(), logEvent.Exception?.ToString());
        }
    }

    /// <summary>The warnings and errors of the build.</summary>
    public class InMemorySink : ILogEventSink, IDisposable
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<LogEvent> _logEvents = new();

        private InMemorySink()
        {
        }

        /// <summary>The only one.</summary>
        public static InMemorySink Instance { get; } = new();

        /// <summary>The messages, in order.</summary>
        public IReadOnlyCollection<LogEvent> LogEvents => _logEvents;

        /// <inheritdoc/>
        public void Emit(LogEvent logEvent) => _logEvents.Enqueue(logEvent);

        /// <inheritdoc/>
        public void Dispose()
        {
            _logEvents.Clear();
            GC.SuppressFinalize(this);
        }
    }
}
