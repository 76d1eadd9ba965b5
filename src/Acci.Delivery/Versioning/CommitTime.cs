using System.Globalization;

namespace Acci.Delivery.Versioning;

/// <summary>When a commit was made, as git writes it. git keeps any number of seconds and any offset; a calendar does not know all of them.</summary>
internal static class CommitTime
{
    private static readonly int MostHours = 14;

    /// <summary>Reads <c>%ct %ci</c>: seconds since 1970, date, time, and the offset from UTC; null where no calendar has it.</summary>
    public static DateTimeOffset? TryParse(string text)
    {
        var parts = text.Split(' ');
        if (!long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)) return null;
        if (seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()) return null;
        var time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        try
        {
            return OffsetIn(parts[^1]) is { } offset ? time.ToOffset(offset) : time;
        }
        catch (ArgumentOutOfRangeException)
        {
            // At either end of the calendar.
            return time;
        }
    }

    // +0130; null for one that no place on earth has.
    private static TimeSpan? OffsetIn(string text)
    {
        if (text.Length != "+0000".Length || !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return null;
        var offset = new TimeSpan(number / 100, number % 100, 0);
        return offset.Duration() <= TimeSpan.FromHours(MostHours) ? offset : null;
    }
}
