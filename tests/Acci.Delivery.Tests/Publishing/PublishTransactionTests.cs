using Acci.Delivery.Publishing;
using Acci.Oci;

namespace Acci.Delivery.Tests.Publishing;

public sealed class PublishTransactionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("acci-publish-").FullName;

    private string RecordFile => Path.Combine(_folder, "app.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_step_that_ended_well_is_not_done_again_for_the_same_digest()
    {
        var done = 0;
        await PublishTransaction.Begin(RecordFile, Built("one")).StepAsync(PublishStep.SmokeTest, Count);
        await PublishTransaction.Begin(RecordFile, Built("one")).StepAsync(PublishStep.SmokeTest, Count);

        Assert.Equal(1, done);

        Task<string> Count() => Task.FromResult($"{++done}");
    }

    [Fact]
    public async Task Another_digest_starts_over()
    {
        await PublishTransaction.Begin(RecordFile, Built("one")).StepAsync(PublishStep.SmokeTest, Fine);

        Assert.False(PublishTransaction.Begin(RecordFile, Built("two")).Has(PublishStep.SmokeTest));
    }

    [Fact]
    public async Task A_step_done_again_opens_all_that_come_after_it()
    {
        var publish = PublishTransaction.Begin(RecordFile, Built("one"));
        foreach (var step in (PublishStep[])[PublishStep.SmokeTest, PublishStep.Push, PublishStep.Sign, PublishStep.Verify]) await publish.StepAsync(step, Fine);

        await publish.RedoAsync(PublishStep.Push, Fine);

        Assert.True(publish.Has(PublishStep.SmokeTest));
        Assert.True(publish.Has(PublishStep.Push));
        Assert.False(publish.Has(PublishStep.Sign));
        Assert.False(publish.Has(PublishStep.Verify));
    }

    [Fact]
    public async Task A_step_that_failed_leaves_the_record_as_it_was()
    {
        var publish = PublishTransaction.Begin(RecordFile, Built("one"));
        await publish.StepAsync(PublishStep.SmokeTest, Fine);
        var before = await File.ReadAllTextAsync(RecordFile, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<DeliveryException>(() => publish.StepAsync(PublishStep.Push, () => throw new DeliveryException("no registry")));

        Assert.Equal(before, await File.ReadAllTextAsync(RecordFile, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_record_is_read_as_it_was_written()
    {
        var publish = PublishTransaction.Begin(RecordFile, Built("one"));
        await publish.StepAsync(PublishStep.SmokeTest, Fine);
        publish.Update(record => record with { Tags = ["1.2.3"], Signer = "a key", StandIns = ["gcr.io/distroless/cc:nonroot"] });

        var read = PublishRecord.Read(RecordFile);

        Assert.Equivalent(publish.Record, read, strict: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{ "image": "app", "digest": "sha256:short" }""")]
    public void A_damaged_record_counts_as_none(string content)
    {
        File.WriteAllText(RecordFile, content);

        Assert.Null(PublishRecord.Read(RecordFile));
    }

    [Fact]
    public void Without_a_build_there_is_nothing_to_go_on_with()
    {
        var exception = Assert.Throws<DeliveryException>(() => PublishTransaction.Resume(RecordFile, "app"));

        Assert.Contains("run BuildImages first", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_starts_over_does_everything_again_for_the_same_digest()
    {
        await PublishTransaction.Begin(RecordFile, Built("one")).StepAsync(PublishStep.SmokeTest, Fine);

        Assert.False(PublishTransaction.Begin(RecordFile, Built("one"), startOver: true).Has(PublishStep.SmokeTest));
        Assert.Empty(PublishRecord.Read(RecordFile)!.Steps);
    }

    [Fact]
    public void What_a_run_left_that_was_killed_while_it_wrote_is_gone_and_the_record_never_is()
    {
        PublishTransaction.Begin(RecordFile, Built("one"));
        File.WriteAllText($"{RecordFile}.4711", "{");

        PublishRecord.DeleteDrafts(RecordFile);

        Assert.Equal([RecordFile], Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void An_image_that_no_smoke_test_could_start_says_so_in_the_table()
    {
        var summary = new PublishSummary(Built("one") with { NotSmokeTested = "this machine can run none of linux/ppc64le" }, "cosign verify", "docker run");

        Assert.Contains("Smoke test not smoke-tested: this machine can run none of linux/ppc64le", summary.ToText(), StringComparison.Ordinal);
        Assert.Contains("| Smoke test | `not smoke-tested: this machine can run none of linux/ppc64le` |", summary.ToMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_follows_its_tag_is_in_the_table()
    {
        var summary = new PublishSummary(Built("one"), "cosign verify", "docker run");

        Assert.DoesNotContain("Not pinned", summary.ToText(), StringComparison.Ordinal);
        Assert.Contains("Not pinned debian:13: there is no images.json", (summary with { NotPinned = "debian:13: there is no images.json" }).ToText(), StringComparison.Ordinal);
    }

    private static Task<string> Fine() => Task.FromResult("fine");

    private static PublishRecord Built(string content) => new()
    {
        Image = "app",
        Digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(content)),
        Repository = "127.0.0.1:5600/app",
        Version = "1.2.3",
        Revision = new string('a', 40),
        Platforms = [new(Platform.LinuxAmd64, Digest.Of([1]), 15_000_000), new(Platform.LinuxPpc64le, Digest.Of([2]), 10_000_000)],
    };
}
