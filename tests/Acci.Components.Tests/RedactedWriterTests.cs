namespace Acci.Components.Tests;

public class RedactedWriterTests
{
    private const string Secret = "correct-horse-battery";

    [Fact]
    public void Whatever_is_written_to_the_console_is_masked()
    {
        Redaction.Register(Secret);
        using var console = new StringWriter { NewLine = "\n" };
        using var writer = new RedactedWriter(console) { NewLine = "\n" };

        writer.WriteLine($"one {Secret}");
        writer.Write($"two {Secret}\n");
        writer.Write("three {0}\n", Secret);
        writer.WriteLine($"four {Secret}".ToCharArray());
        writer.WriteLine((object)$"five {Secret}");
        writer.Write($"six {Secret}\n".AsSpan());

        Assert.DoesNotContain(Secret, console.ToString(), StringComparison.Ordinal);
        Assert.Equal(6, console.ToString().Split(Redaction.Mask).Length - 1);
    }
}
