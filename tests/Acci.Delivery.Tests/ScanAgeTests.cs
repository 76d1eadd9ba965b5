namespace Acci.Delivery.Tests;

public class ScanAgeTests
{
    [Theory]
    [InlineData(0, "less than a minute before")]
    [InlineData(12, "12 min before")]
    [InlineData(130, "2 h 10 min before")]
    [InlineData(4320, "3 days before")]
    [InlineData(-130, "dated 2 h 10 min after now")]
    [InlineData(-0.5, "dated less than a minute after now")]
    public void A_scan_from_the_future_is_not_said_to_be_recent(double minutes, string text)
    {
        Assert.Equal(text, ScanAge.ToWhen(TimeSpan.FromMinutes(minutes)));
        Assert.Equal(minutes < 0, ScanAge.ToText(TimeSpan.FromMinutes(minutes)).StartsWith("minus ", StringComparison.Ordinal));
    }
}
