using Acci.Delivery.Scanning;

namespace Acci.Delivery.Tests.Scanning;

/// <summary>What the date of a vulnerability database says of a scan.</summary>
public sealed class DatabaseDateTests
{
    private static readonly DateTimeOffset Scan = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-8 * 24 - 1, "the vulnerability database is of 2026-11-20, 8 days before the scan")]
    [InlineData(-8 * 24, null)]
    [InlineData(0, null)]
    // Clocks of two machines differ.
    [InlineData(1, null)]
    [InlineData(2, "the vulnerability database is of 2026-11-28, which is after the scan, so its age is not known")]
    [InlineData(365 * 24, "the vulnerability database is of 2027-11-28, which is after the scan, so its age is not known")]
    public void Neither_an_old_one_nor_one_of_a_time_to_come_makes_a_clean_image(int hours, string? doubt) => Assert.Equal(doubt, ScanRecord.DoubtOf(Scan.AddHours(hours), Scan));

    [Fact]
    public void A_date_that_is_not_known_says_nothing() => Assert.Null(ScanRecord.DoubtOf(null, Scan));
}
