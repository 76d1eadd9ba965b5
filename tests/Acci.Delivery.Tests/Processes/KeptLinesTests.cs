using Acci.Delivery.Processes;

namespace Acci.Delivery.Tests.Processes;

public sealed class KeptLinesTests
{
    // A mask finds no half of a secret.
    [Fact]
    public async Task What_is_kept_of_a_long_output_begins_with_a_whole_line()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a shell script.");
        var lines = 0;

        var result = await CommandRunner.RunAsync(new Command("sh", "-c", "yes 0123456789 2>/dev/null | head -n 1200000"), _ => lines++, TestContext.Current.CancellationToken);

        Assert.Equal(1_200_000, lines);
        Assert.StartsWith("0123456789\n", result.StandardOutput, StringComparison.Ordinal);
        Assert.InRange(result.StandardOutput.Length, 4_000_000, 9_000_000);
    }
}
