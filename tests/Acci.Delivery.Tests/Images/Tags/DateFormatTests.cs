using Acci.Delivery.Images.Tags;
using NodaTime;

namespace Acci.Delivery.Tests.Images.Tags;

/// <summary>The expected texts are what moment.js 2.30 with moment-timezone 0.6 writes.</summary>
public sealed class DateFormatTests
{
    private static readonly Instant MondayNight = Instant.FromUtc(2024, 12, 30, 23, 59, 59) + Duration.FromMilliseconds(987);

    [Theory]
    [InlineData("YYYYMMDD-HHmmss", "20241230-235959")]
    [InlineData("dddd, MMMM Do YYYY, h:mm:ss a", "Monday, December 30th 2024, 11:59:59 pm")]
    [InlineData("YYYY-MM-DDTHH:mm:ss.SSS[Z]", "2024-12-30T23:59:59.987Z")]
    [InlineData("[Week] W [of] GGGG[, week] w [of] gggg", "Week 1 of 2025, week 1 of 2025")]
    [InlineData("Q Qo M Mo D Do DDD DDDo d do E e", "4 4th 12 12th 30 30th 365 365th 1 1st 1 1")]
    [InlineData("dd ddd MMM YY YYYYY YYYYYY", "Mo Mon Dec 24 02024 +002024")]
    [InlineData("H HH h hh k kk A a", "23 23 11 11 23 23 PM pm")]
    [InlineData("S SS SSS SSSS", "9 98 987 9870")]
    [InlineData("z Z ZZ X x", "UTC +00:00 +0000 1735603199 1735603199987")]
    [InlineData("L LT LTS l", "12/30/2024 11:59 PM 11:59:59 PM 12/30/2024")]
    [InlineData("LLLL", "Monday, December 30, 2024 11:59 PM")]
    [InlineData("llll", "Mon, Dec 30, 2024 11:59 PM")]
    [InlineData("Hmm Hmmss hmm", "2359 235959 1159")]
    [InlineData(@"[YYYY] \YYYY R\R", "YYYY YYYY RR")]
    [InlineData("", "2024-12-30T23:59:59Z")]
    public void A_time_is_written_as_moment_writes_it(string format, string expected) => Assert.Equal(expected, DateFormat.Format(MondayNight.InUtc(), format));

    [Theory]
    [InlineData("Asia/Tokyo", "2024-12-31T08:59:59+09:00", "JST")]
    [InlineData("america/new_york", "2024-12-30T18:59:59-05:00", "EST")]
    [InlineData("Pacific/Chatham", "2024-12-31T13:44:59+13:45", "+1345")]
    public void A_time_zone_shifts_it(string zone, string expected, string abbreviation)
    {
        var time = MondayNight.InZone(DateFormat.Zone(zone)!);
        Assert.Equal(expected, DateFormat.Format(time, ""));
        Assert.Equal(abbreviation, DateFormat.Format(time, "z"));
    }

    [Fact]
    public void An_unknown_zone_is_none() => Assert.Null(DateFormat.Zone("Mars/Olympus"));
}
