using System.Text;
using Acci.Delivery.GitHub;
using Acci.Testing;

namespace Acci.Delivery.Tests.GitHub;

public sealed class JobSummaryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Page => _folder.Combine("summary.md");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_written_later_comes_after_what_is_there()
    {
        await new JobSummary(Page).AppendAsync("# One\n", Cancellation);
        await new JobSummary(Page).AppendAsync("# Two\n", Cancellation);

        Assert.Equal("# One\n\n# Two\n", await File.ReadAllTextAsync(Page, Cancellation));
    }

    [Fact]
    public async Task A_page_that_cannot_be_written_fails_nothing() => await new JobSummary(_folder.Combine("none", "summary.md")).AppendAsync("# One\n", Cancellation);

    [Fact]
    public async Task A_page_that_is_exactly_full_is_left_as_it_is()
    {
        await new JobSummary(Page).AppendAsync(new string('x', JobSummary.Limit), Cancellation);

        Assert.Equal(JobSummary.Limit, new FileInfo(Page).Length);
    }

    [Theory]
    [InlineData("| ärger | 漢字 |\n")]
    [InlineData("x\n")]
    public async Task What_is_too_much_is_cut_at_a_line_s_end_and_the_page_says_so(string line)
    {
        var count = (JobSummary.Limit / Encoding.UTF8.GetByteCount(line)) + 1000;
        await new JobSummary(Page).AppendAsync("before\n", Cancellation);
        await new JobSummary(Page).AppendAsync(string.Concat(Enumerable.Repeat(line, count)), Cancellation);

        var text = await File.ReadAllTextAsync(Page, Cancellation);
        var kept = text.Split('\n').Count(x => x + "\n" == line);
        Assert.InRange(new FileInfo(Page).Length, JobSummary.Limit - 300, JobSummary.Limit);
        Assert.EndsWith($"> {count + 1 - kept} lines are cut off here: a step's summary holds 1 MiB. All of it is in the artifacts.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_block_of_code_that_is_cut_is_closed()
    {
        await new JobSummary(Page).AppendAsync("```sh\n" + string.Concat(Enumerable.Repeat("echo\n", JobSummary.Limit)) + "```\n", Cancellation);

        Assert.Contains("echo\n```\n\n> [!NOTE]", await File.ReadAllTextAsync(Page, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_page_takes_no_more()
    {
        await File.WriteAllTextAsync(Page, new string('x', JobSummary.Limit), Cancellation);

        await new JobSummary(Page).AppendAsync("more\n", Cancellation);

        Assert.Equal(JobSummary.Limit, new FileInfo(Page).Length);
    }
}
