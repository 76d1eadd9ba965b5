using System.Text;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Tests.Processes;

public sealed class LineReaderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "")]
    [InlineData("one", "one")]
    [InlineData("one\n", "one")]
    [InlineData("one\r\ntwo\rthree\n\nfive", "one|two|three||five")]
    [InlineData("1234567890\nx\n", "12345678+|x")]
    [InlineData("12345678\n", "12345678")]
    public async Task Lines_are_read_and_long_ones_are_cut(string text, string lines)
    {
        var read = new List<string>();
        await LineReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), 8, (line, isCut) => read.Add(isCut ? $"{line}+" : line), Cancellation);

        Assert.Equal(lines.Length == 0 ? [] : lines.Split('|'), read);
    }

    [Fact]
    public async Task A_line_feed_that_comes_later_than_its_return_is_no_other_line()
    {
        var read = new List<string>();
        // The buffer ends between the two.
        await LineReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes($"{new string('a', (64 * 1024) - 1)}\r\nb")), int.MaxValue, (line, _) => read.Add(line), Cancellation);

        Assert.Equal([(64 * 1024) - 1, 1], read.Select(x => x.Length));
    }

    [Fact]
    public async Task Of_a_line_without_an_end_the_beginning_is_kept_and_no_part_of_a_secret()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a shell script.");
        const string secret = "a-secret-that-is-cut-in-two";
        Redaction.Register(secret);
        string[] shown = [];

        // It begins within the first MiB and ends after it.
        var result = await CommandRunner.RunAsync(
            new Command("sh", "-c", $"head -c {(1024 * 1024) - 10} /dev/zero | tr '\\0' x; printf '{secret}'; head -c 20000000 /dev/zero | tr '\\0' y"), line => shown = [.. shown, line], Cancellation);

        var line = Assert.Single(shown);
        Assert.InRange(line.Length, 900_000, 1024 * 1024);
        Assert.EndsWith("x…", line, StringComparison.Ordinal);
        Assert.InRange(result.StandardOutput.Length, 900_000, (1024 * 1024) + 10);
    }
}
