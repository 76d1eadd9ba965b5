using System.Globalization;
using Nuke.Common.Execution;
using Nuke.Common.Utilities;

namespace Nuke.Common;

/// <summary>Where a build runs, and how things are shown there.</summary>
public class Host
{
    /// <summary>A host that shows everything as a terminal does.</summary>
    protected Host()
    {
    }

    /// <summary>Says what runs here.</summary>
    protected internal void WriteLogo()
    {
        ConsoleOutput.WriteLine("Nuke.Offline, a stand-in for NUKE 10.1.0", Style.Title);
        ConsoleOutput.WriteLine();
    }

    /// <summary>Begins what belongs together; it ends when the result is disposed of.</summary>
    protected internal virtual IDisposable WriteBlock(string text) => DelegateDisposable.CreateBracket(() =>
    {
        ConsoleOutput.WriteLine();
        ConsoleOutput.WriteLine("╬" + new string('═', text.Length + 5), Style.Title);
        ConsoleOutput.WriteLine($"║ {text}", Style.Title);
        ConsoleOutput.WriteLine("╬" + new string('═', Math.Max(2, text.Length - 4)), Style.Title);
        ConsoleOutput.WriteLine();
    });

    /// <summary>Tells a build server of a warning.</summary>
    protected internal virtual void ReportWarning(string text, string details = null)
    {
    }

    /// <summary>Tells a build server of an error.</summary>
    protected internal virtual void ReportError(string text, string details = null)
    {
    }

    /// <summary>Whether a message is not written, because the host would take it for something else.</summary>
    protected internal virtual bool FilterMessage(string message) => false;

    /// <summary>Writes the warnings and errors of the build once more.</summary>
    protected internal virtual void WriteErrorsAndWarnings()
    {
        var logEvents = Logging.InMemorySink.Instance.LogEvents;
        if (logEvents.Count == 0)
            return;
        using (WriteBlock("Errors & Warnings"))
        {
            foreach (var logEvent in logEvents)
            {
                var line = $"[{ConsoleSink.Label(logEvent.Level)}] {Logging.TargetOf(logEvent)}: {ConsoleSink.Message(logEvent)}";
                ConsoleOutput.WriteLine(line, ConsoleSink.StyleOf(logEvent.Level));
            }
        }
    }

    /// <summary>Writes what has become of each target.</summary>
    protected internal virtual void WriteTargetOutcome(INukeBuild build)
    {
        const int statusWidth = 12;
        const int durationWidth = 8;
        var nameWidth = 19;
        var total = TimeSpan.Zero;
        foreach (var target in build.ExecutionPlan)
        {
            nameWidth = Math.Max(nameWidth, target.Name.Length + 4);
            total += target.Duration;
        }

        var width = nameWidth + statusWidth + durationWidth;

        ConsoleOutput.WriteLine();
        ConsoleOutput.WriteLine(new string('═', width));
        ConsoleOutput.WriteLine(Line("Target", "Status", "Duration"));
        ConsoleOutput.WriteLine(new string('─', width));
        foreach (var target in build.ExecutionPlan)
        {
            var facts = string.Join(", ", Facts(target));
            var hasRun = target.Status is ExecutionStatus.Succeeded or ExecutionStatus.Failed or ExecutionStatus.Aborted;
            var line = Line(target.Name, target.Status.ToString(), hasRun ? Duration(target.Duration) : string.Empty);
            if (facts.Length > 0)
                line += $"{new string(ConsoleOutput.Space, 3)}// {facts}";
            ConsoleOutput.WriteLine(line, StyleOf(target.Status));
        }

        ConsoleOutput.WriteLine(new string('─', width));
        ConsoleOutput.WriteLine(Line("Total", string.Empty, Duration(total)));
        ConsoleOutput.WriteLine(new string('═', width));

        string Line(string name, string status, string duration) =>
            name.PadRight(nameWidth, ConsoleOutput.Space) +
            status.PadRight(statusWidth, ConsoleOutput.Space) +
            duration.PadLeft(durationWidth, ConsoleOutput.Space);
    }

    /// <summary>Writes what has become of the build.</summary>
    protected internal virtual void WriteBuildOutcome(INukeBuild build)
    {
        var now = DateTime.Now.ToString(CultureInfo.InvariantCulture);
        ConsoleOutput.WriteLine();
        if (build.IsSucceeding)
            ConsoleOutput.WriteLine($"Build succeeded on {now}. ＼（＾ᴗ＾）／", Style.Success);
        else
            ConsoleOutput.WriteLine($"Build failed on {now}. (╯°□°）╯︵ ┻━┻", Style.Error);
    }

    private static IEnumerable<string> Facts(ExecutableTarget target)
    {
        if (target.OnlyWhen is { } condition)
            yield return $"{nameof(target.OnlyWhen)}: {condition}";
        if (target.Skipped is { } reason)
            yield return $"{nameof(target.Skipped)}: {reason}";
        foreach (var (key, value) in target.SummaryInformation)
            yield return $"{key}: {value}";
    }

    private static string Duration(TimeSpan duration) =>
        duration < TimeSpan.FromSeconds(1) ? "< 1sec" : string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalMinutes}:{duration:ss}");

    private static Style StyleOf(ExecutionStatus status) => status switch
    {
        ExecutionStatus.Succeeded => Style.Success,
        ExecutionStatus.Failed => Style.Error,
        ExecutionStatus.NotRun or ExecutionStatus.Aborted => Style.Warning,
        _ => Style.Faint,
    };
}
