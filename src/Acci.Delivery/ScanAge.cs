using System.Globalization;

namespace Acci.Delivery;

/// <summary>How old a scan is, in words.</summary>
internal static class ScanAge
{
    /// <summary>How long a scan counts. As often as Trivy's database is made anew: until then a scan of the same bytes finds the same.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(6);

    /// <summary>When it was made: <c>12 min before</c>, or <c>dated 12 min after now</c> where a clock was wrong.</summary>
    public static string ToWhen(TimeSpan age) => age < TimeSpan.Zero ? $"dated {ToText(-age)} after now" : $"{ToText(age)} before";

    /// <summary>The largest units that tell something: <c>3 days</c>, <c>2 h 10 min</c>, <c>12 min</c>; a time after now is negative.</summary>
    public static string ToText(TimeSpan age) => age switch
    {
        { Ticks: < 0 } => $"minus {ToText(-age)}",
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{age.Days} days"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours} h {age.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{age.Minutes} min"),
        _ => "less than a minute",
    };
}
