using Serilog;
using Serilog.Events;

namespace Acci.Delivery.Versioning;

/// <summary>Takes what MinVer says: its reasoning goes to the log, its warnings are kept.</summary>
internal sealed class MinVerLog : MinVer.Lib.ILogger
{
    // Source: MinVer, "MinVer.Lib/Versioner.cs".
    private const int NoWorkingDirectory = 1001;

    private readonly List<string> _warnings = [];

    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>MinVer took the folder for none of a repository, because <c>git status</c> failed in it.</summary>
    public bool IsOutside { get; private set; }

    public bool IsTraceEnabled => false;

    public bool IsDebugEnabled => Log.IsEnabled(LogEventLevel.Verbose);

    public bool IsInfoEnabled => Log.IsEnabled(LogEventLevel.Verbose);

    public bool IsWarnEnabled => true;

    public bool Trace(string message) => false;

    public bool Debug(string message) => Write(message);

    public bool Info(string message) => Write(message);

    public bool Warn(int code, string message)
    {
        _warnings.Add(message);
        IsOutside |= code == NoWorkingDirectory;
        return true;
    }

    private static bool Write(string message)
    {
        Log.Verbose("MinVer: {Message:l}", message);
        return true;
    }
}
