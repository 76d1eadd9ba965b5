using System.Globalization;

namespace Acci.Generation.Workflows;

/// <summary>When a workflow starts by itself, UTC. Source: POSIX cron as GitHub reads it, "Events that trigger workflows", <c>schedule</c>.</summary>
/// <param name="Cron">Minute, hour, day of the month, month, day of the week.</param>
public sealed record Schedule(string Cron)
{
    /// <summary>Every day at this time.</summary>
    public static Schedule Daily(TimeOnly time) => new(string.Create(CultureInfo.InvariantCulture, $"{time.Minute} {time.Hour} * * *"));

    /// <summary>Every week on this day and at this time. Choose a minute that others do not: at full hours GitHub's queues are long.</summary>
    public static Schedule Weekly(DayOfWeek day, TimeOnly time) => new(string.Create(CultureInfo.InvariantCulture, $"{time.Minute} {time.Hour} * * {(int)day}"));
}
