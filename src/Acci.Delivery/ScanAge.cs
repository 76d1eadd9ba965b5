using System.Globalization;

namespace Acci.Delivery;

/// <summary>How old a scan is, in words.</summary>
internal static class ScanAge
{
    /// <summary>The largest units that tell something: <c>3 days</c>, <c>2 h 10 min</c>, <c>12 min</c>.</summary>
    public static string ToText(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{age.Days} days"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours} h {age.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{age.Minutes} min"),
        _ => "less than a minute",
    };
}
