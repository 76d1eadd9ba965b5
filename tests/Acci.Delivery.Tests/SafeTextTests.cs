namespace Acci.Delivery.Tests;

public class SafeTextTests
{
    [Theory]
    [InlineData("plain: text, ::1 and a::b\twith\nlines", "plain: text, ::1 and a::b\twith\nlines")]
    [InlineData("\e[1;31mred\e[0m", "red")]
    [InlineData("\u009b31mred", "red")]
    [InlineData("\e]0;title\agone", "gone")]
    [InlineData("\e]8;;https://evil.example\e\\link\e]8;;\e\\", "link")]
    [InlineData("\ePqdata\e\\\ec\e(0", "")]
    [InlineData("half \e[", "half \uFFFD[")]
    [InlineData("100 %\rdone", "100 %\ndone")]
    [InlineData("a\b\0\u007f\u202eb", "a\uFFFD\uFFFD\uFFFD\uFFFDb")]
    [InlineData("::add-mask::a", ": :add-mask::a")]
    [InlineData(" \u3000::error file=a::b", " \u3000: :error file=a::b")]
    [InlineData("one\r::stop-commands::x", "one\n: :stop-commands::x")]
    [InlineData("one\u2028::stop-commands::x", "one\n: :stop-commands::x")]
    [InlineData("\e[m::stop-commands::x", ": :stop-commands::x")]
    [InlineData("a ##[add-mask]b ##vso[task.setvariable variable=a]b", "a # #[add-mask]b # #vso[task.setvariable variable=a]b")]
    public void Lines_act_on_no_terminal_and_no_runner(string text, string safe) => Assert.Equal(safe, SafeText.Lines(text));

    [Theory]
    [InlineData("a|b", "`a\\|b`")]
    [InlineData("a`<img src=x>`\n| b", "`a'<img src=x>' \\| b`")]
    public void A_cell_of_code_stays_one(string text, string cell) => Assert.Equal(cell, SafeText.Code(text));

    [Theory]
    [InlineData("staple`battery-4711")]
    [InlineData("staple\tbattery-4712")]
    public void A_secret_is_masked_before_it_is_changed(string secret)
    {
        Redaction.Register(secret);

        Assert.DoesNotContain("battery", SafeText.Code($"a {secret} b"), StringComparison.Ordinal);
    }
}
