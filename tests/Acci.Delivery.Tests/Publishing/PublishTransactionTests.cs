using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
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

    [Theory]
    [InlineData(PublishStep.SmokeTest)]
    [InlineData(PublishStep.Scan)]
    public async Task A_test_that_is_repeated_and_fails_was_not_passed(PublishStep step)
    {
        var publish = PublishTransaction.Begin(RecordFile, Built("one"));
        foreach (var done in (PublishStep[])[PublishStep.SmokeTest, PublishStep.Scan, PublishStep.Push]) await publish.StepAsync(done, Fine);

        await Assert.ThrowsAsync<DeliveryException>(() => publish.RedoAsync(step, () => throw new DeliveryException("It does not answer.")));

        Assert.False(PublishRecord.Read(RecordFile)!.Steps.ContainsKey(step));
        Assert.False(PublishRecord.Read(RecordFile)!.Steps.ContainsKey(PublishStep.Push));
    }

    [Theory]
    [InlineData(PublishStep.SmokeTest)]
    [InlineData(PublishStep.Scan)]
    [InlineData(PublishStep.Push)]
    [InlineData(PublishStep.Sign)]
    public async Task A_step_that_is_done_again_is_open_from_its_beginning_on_also_for_a_run_that_is_killed(PublishStep step)
    {
        var publish = PublishTransaction.Begin(RecordFile, Built("one"));
        foreach (var done in Enum.GetValues<PublishStep>()) await publish.StepAsync(done, Fine);
        IEnumerable<PublishStep> during = [];

        await publish.RedoAsync(step, () =>
        {
            during = PublishRecord.Read(RecordFile)!.Steps.Keys;
            return Fine();
        });

        Assert.Equal(Enum.GetValues<PublishStep>().Where(x => x < step), during);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_came_after_a_scan_stays_done_where_the_next_one_ends_as_well(bool isRepeated)
    {
        var publish = PublishTransaction.Begin(RecordFile, Built("one"));
        foreach (var done in (PublishStep[])[PublishStep.SmokeTest, PublishStep.Scan, PublishStep.Push]) await publish.StepAsync(done, Fine);
        publish = PublishTransaction.Resume(RecordFile, "app", null, isRepeated ? new HashSet<PublishStep> { PublishStep.Scan } : null);

        publish.Reopen(PublishStep.Scan);
        Assert.Equal([PublishStep.SmokeTest], PublishRecord.Read(RecordFile)!.Steps.Keys);
        publish.Close(PublishStep.Scan, "no findings");

        Assert.Equal(!isRepeated, PublishRecord.Read(RecordFile)!.Steps.ContainsKey(PublishStep.Push));
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
    [InlineData("null")]
    [InlineData("""{ "image": "app", "digest": "sha256:short" }""")]
    [InlineData("""{ "format": "1", "checksum": 1 }""")]
    public async Task A_damaged_record_is_an_error_until_BuildImages_replaces_it(string content)
    {
        await File.WriteAllTextAsync(RecordFile, content, TestContext.Current.CancellationToken);

        var error = Assert.Throws<DeliveryException>(() => PublishTransaction.Resume(RecordFile, "app"));
        Assert.StartsWith($"{RecordFile} is damaged or was edited: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Run BuildImages again: every step after it is then done anew.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        AssertPlain(error.Message);

        PublishTransaction.Begin(RecordFile, Built("one"));
        Assert.Empty(PublishTransaction.Resume(RecordFile, "app").Record.Steps);
    }

    [Theory]
    [InlineData("steps")]
    [InlineData("platforms")]
    [InlineData("standIns")]
    [InlineData("tags")]
    [InlineData("image")]
    [InlineData("repository")]
    [InlineData("digest")]
    [InlineData("platforms", "[null]")]
    [InlineData("tags", "[null]")]
    [InlineData("steps", """{ "scan": null }""")]
    [InlineData("steps", """{ "7": { "at": "2026-01-01T00:00:00Z", "seconds": 1, "result": "" } }""")]
    [InlineData("repository", "\"no repository!\"")]
    public void What_a_record_cannot_say_is_an_error_whoever_wrote_it(string name, string value = "null")
    {
        Edit(record => record[name] = JsonNode.Parse(value));

        var message = Assert.Throws<DeliveryException>(() => PublishRecord.Read(RecordFile)).Message;
        Assert.StartsWith($"{RecordFile} is damaged or was edited: ", message, StringComparison.Ordinal);
        Assert.Contains(name, message, StringComparison.Ordinal);
        AssertPlain(message);
    }

    // What .NET says of a wrong value names types and methods of this program.
    private static void AssertPlain(string message) =>
        Assert.DoesNotMatch("System\\.|Acci\\.[A-Z]|JsonTokenType|BytePosition|nullab|deserializ|\\.NET", message);

    [Fact]
    public void A_record_of_a_newer_version_says_so()
    {
        Edit(record => record["format"] = 2);

        Assert.Contains("newer version", Assert.Throws<DeliveryException>(() => PublishRecord.Read(RecordFile)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unheardOf", "true")]
    [InlineData("steps", """{ "scan": { "at": "2026-01-01T00:00:00Z", "seconds": 1, "result": "", "unheardOf": 1 } }""")]
    [InlineData("platforms", """[{ "unheardOf": 1 }]""")]
    public void A_record_with_more_than_is_known_was_written_by_another_version_if_nothing_of_it_is_changed(string name, string value)
    {
        Edit(record => record[name] = JsonNode.Parse(value));

        Assert.StartsWith(
            $"{RecordFile} was written by another version of this build, whose 'unheardOf' is not known here.",
            Assert.Throws<DeliveryException>(() => PublishRecord.Read(RecordFile)).Message, StringComparison.Ordinal);

        File.WriteAllText(RecordFile, File.ReadAllText(RecordFile).Replace("unheardOf", "unheardIf", StringComparison.Ordinal));
        Assert.Contains("damaged or was edited", Assert.Throws<DeliveryException>(() => PublishRecord.Read(RecordFile)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_of_another_image_is_not_gone_on_with()
    {
        PublishTransaction.Begin(RecordFile, Built("one") with { Image = "other" });

        Assert.Contains("the image 'other', not of 'app'", Assert.Throws<DeliveryException>(() => PublishTransaction.Resume(RecordFile, "app")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_to_be_repeated_is_done_again_once()
    {
        var done = 0;
        await PublishTransaction.Begin(RecordFile, Built("one")).StepAsync(PublishStep.SmokeTest, Count);
        var repeated = new HashSet<PublishStep> { PublishStep.SmokeTest };

        Assert.False(PublishTransaction.Resume(RecordFile, "app", null, repeated).Has(PublishStep.SmokeTest));
        for (var turn = 0; turn < 2; turn++) await PublishTransaction.Resume(RecordFile, "app", null, repeated).StepAsync(PublishStep.SmokeTest, Count);

        Assert.Equal(2, done);

        Task<string> Count() => Task.FromResult($"{++done}");
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

    [Theory]
    [InlineData("acci.json.bak", true)]
    [InlineData("acci.json.2026", false)]
    [InlineData("acci.json.0123456789abcdef0123456789abcdef.draft", false)]
    [InlineData("acci.json.old.draft", true)]
    [InlineData("other.json.4711", true)]
    public void A_file_of_a_person_s_own_beside_the_record_stays(string name, bool stays)
    {
        PublishTransaction.Begin(RecordFile, Built("one"));
        var file = Path.Combine(_folder, name.Replace("acci.json", Path.GetFileName(RecordFile), StringComparison.Ordinal));
        File.WriteAllText(file, "{");

        PublishRecord.DeleteDrafts(RecordFile);

        Assert.Equal(stays, File.Exists(file));
        Assert.True(File.Exists(RecordFile));
    }

    [Fact]
    public void An_image_that_no_smoke_test_could_start_says_so_in_the_table()
    {
        var summary = new PublishSummary(Built("one") with { NotSmokeTested = "this machine can run none of linux/ppc64le" }, "cosign verify", "docker run");

        Assert.Contains("Smoke test not smoke-tested: this machine can run none of linux/ppc64le", summary.ToText(), StringComparison.Ordinal);
        Assert.Contains("| Smoke test | `not smoke-tested: this machine can run none of linux/ppc64le` |", summary.ToMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_stands_in_a_row_of_the_table_is_no_Markdown()
    {
        var summary = new PublishSummary(Built("one") with { TagsLeft = ["latest: first", "1: *2.0* | <img src=x>"] }, "cosign verify", "docker run");

        Assert.Contains("| Not moved | `latest: first` |\n|  | `1: *2.0* \\| <img src=x>` |", summary.ToMarkdown().ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_follows_its_tag_is_in_the_table()
    {
        var summary = new PublishSummary(Built("one"), "cosign verify", "docker run");

        Assert.DoesNotContain("Not pinned", summary.ToText(), StringComparison.Ordinal);
        Assert.Contains("Not pinned debian:13: there is no images.json", (summary with { NotPinned = "debian:13: there is no images.json" }).ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_are_shown_with_the_age_of_their_scan()
    {
        var at = new DateTimeOffset(2026, 11, 28, 11, 5, 0, TimeSpan.Zero);
        var summary = new PublishSummary(Built("one").With(PublishStep.Scan, new StepResult(at, 1, "1 low")), "cosign verify", "docker run");

        Assert.Contains("Findings   1 low (scanned 2026-11-28 11:05 UTC)", summary.ToText(), StringComparison.Ordinal);
        Assert.Contains("1 low (scanned 2026-11-28 11:05 UTC, 2 h 10 min before)", (summary with { At = at.AddMinutes(130) }).ToMarkdown(), StringComparison.Ordinal);
    }

    // A record that this version could have written, but for one value; whoever edits it may know how its checksum is made.
    private void Edit(Action<JsonObject> change)
    {
        PublishTransaction.Begin(RecordFile, Built("one"));
        var record = JsonNode.Parse(File.ReadAllText(RecordFile))!.AsObject();
        record.Remove("checksum");
        change(record);
        var text = record.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        record["checksum"] = Digest.Of(Encoding.UTF8.GetBytes(text)).ToString();
        File.WriteAllText(RecordFile, record.ToJsonString());
    }

    private static Task<string> Fine() => Task.FromResult("fine");

    private static PublishRecord Built(string content) => new()
    {
        Image = "app",
        Digest = Digest.Of(Encoding.UTF8.GetBytes(content)),
        Repository = "127.0.0.1:5600/app",
        Version = "1.2.3",
        Revision = new string('a', 40),
        Platforms = [new(Platform.LinuxAmd64, Digest.Of([1]), 15_000_000), new(Platform.LinuxPpc64le, Digest.Of([2]), 10_000_000)],
    };
}
