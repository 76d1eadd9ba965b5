using System.Text;
using Acci.Delivery.Buildx;

namespace Acci.Delivery.Tests.Buildx;

public class BuildProgressTests
{
    [Fact]
    public void A_failing_step_is_told_with_its_last_output_and_its_error()
    {
        var progress = new BuildProgress();
        progress.Read("""{"vertexes":[{"digest":"sha256:a","name":"[build 3/5] RUN dotnet publish","started":"2026-01-01T00:00:00Z"}]}""");
        progress.Read($$"""{"logs":[{"vertex":"sha256:a","stream":1,"data":"{{Base64("restoring\nerror CS1002: ; expected\n")}}","timestamp":"2026-01-01T00:00:01Z"}]}""");
        progress.Read("""{"vertexes":[{"digest":"sha256:a","name":"[build 3/5] RUN dotnet publish","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:02Z","error":"process did not complete successfully: exit code: 1"}]}""");

        Assert.Equal("[build 3/5] RUN dotnet publish\n    restoring\n    error CS1002: ; expected\n    process did not complete successfully: exit code: 1", progress.Failure());
    }

    [Fact]
    public void A_step_that_was_only_cancelled_is_not_the_cause()
    {
        var progress = new BuildProgress();
        progress.Read("""{"vertexes":[{"digest":"sha256:a","name":"first","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:01Z","error":"context canceled"}]}""");
        progress.Read("""{"vertexes":[{"digest":"sha256:b","name":"second","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:01Z","error":"not found"}]}""");

        Assert.StartsWith("second", progress.Failure(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_said_beside_the_steps_is_the_cause_when_no_step_failed()
    {
        var progress = new BuildProgress();
        progress.Read("ERROR: failed to find target app");

        Assert.Equal("ERROR: failed to find target app", progress.Failure());
    }

    [Theory]
    [InlineData("[internal] load metadata for docker.io/library/alpine:3", "failed to do request: Head \\\"https://registry-1.docker.io/v2/\\\": EOF", "[internal] load metadata for docker.io/library/alpine:3: EOF")]
    [InlineData("[build 3/5] RUN curl http://127.0.0.1 # connection refused", "process \\\"/bin/sh -c curl http://127.0.0.1 # connection refused\\\" did not complete successfully: exit code: 7", null)]
    [InlineData("[internal] load metadata for docker.io/library/none:3", "docker.io/library/none:3: not found", null)]
    public void Only_what_a_registry_failed_for_may_be_gone_the_next_time(string step, string error, string? reason)
    {
        var progress = new BuildProgress();
        progress.Read($$"""{"vertexes":[{"digest":"sha256:a","name":"{{step}}","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:02Z","error":"{{error}}"}]}""");

        Assert.Equal(reason, progress.PassingFailure()?.Message);
    }

    [Fact]
    public void Cached_steps_are_counted()
    {
        var progress = new BuildProgress();
        progress.Read("""{"vertexes":[{"digest":"sha256:a","name":"one","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:00Z","cached":true},{"digest":"sha256:b","name":"two"}]}""");

        Assert.Equal((1, 2), (progress.Cached, progress.Total));
    }

    [Theory]
    [InlineData("{warning: a helper says hello}")]
    [InlineData("{\"vertexes\":[{\"name\":\"x\"}]}")]
    [InlineData("{\"vertexes\":[{\"digest\":5}]}")]
    [InlineData("{\"vertexes\":[5]}")]
    [InlineData("{\"vertexes\":[{\"digest\":\"\\ud800\"}]}")]
    [InlineData("{\"vertexes\":[{\"digest\":\"a\",\"started\":\"x\",\"completed\":\"y\"}]}")]
    [InlineData("{\"logs\":[{\"vertex\":\"a\",\"data\":5}]}")]
    [InlineData("{\"logs\":[{\"vertex\":\"a\",\"data\":\"[REDACTED]\"}]}")]
    [InlineData("{\"logs\":[{\"vertex\":7}]}")]
    public void A_line_that_is_no_status_is_text(string line)
    {
        var progress = new BuildProgress();
        progress.Read("""{"vertexes":[{"digest":"a","name":"one"}]}""");

        progress.Read(line);

        Assert.Equal(line, progress.Failure());
    }

    [Fact]
    public void A_step_that_cannot_be_read_hides_no_other()
    {
        var progress = new BuildProgress();

        progress.Read("""{"vertexes":[{"name":"x"},{"digest":"a","name":"one","started":"never","completed":"now","cached":"no","error":"not found"}],"logs":[{"vertex":"a","stream":"x","data":"aGVsbG8="}]}""");

        Assert.Equal("one\n    hello\n    not found", progress.Failure());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("token is ")]
    public void A_secret_that_a_step_prints_is_masked_in_its_log(string before)
    {
        const string secret = "npm_printed-by-a-step-4711";
        Redaction.Register(secret);
        var progress = Failed($"RUN {secret}", $"exit code 1 of {secret}", (1, $"{before}{secret} after\n"));

        Assert.Equal($"RUN {Redaction.Mask}\n    {before}{Redaction.Mask} after\n    exit code 1 of {Redaction.Mask}", progress.Failure());
    }

    [Fact]
    public void A_secret_is_masked_that_comes_in_two_chunks_with_another_output_between_and_is_cut()
    {
        const string secret = "npm_comes-in-two-chunks-4711";
        Redaction.Register(secret);
        var filled = new string('x', 290);
        var progress = Failed("RUN", "exit code 1", (1, $"{filled} {secret[..10]}"), (2, $"warning {secret[..7]}"), (1, $"{secret[10..]} after\nand"), (2, $"{secret[7..]}\n"));

        Assert.Equal($"RUN\n    {filled} [REDACTE…\n    warning {Redaction.Mask}\n    and\n    exit code 1", progress.Failure());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(20)]
    public void A_secret_is_masked_that_a_program_has_coloured_and_that_is_cut(int coloured)
    {
        const string secret = "npm_coloured-in-the-middle-0815";
        Redaction.Register(secret);
        var filled = new string('x', 285);

        var failure = Failed("RUN", "exit code 1", (1, $"{filled} {secret[..coloured]}\e[01;31m\e[K{secret[coloured..]}\e[m\n")).Failure();

        Assert.Equal($"RUN\n    {filled} {Redaction.Mask}\n    exit code 1", failure);
    }

    [Fact]
    public void A_secret_is_masked_in_base64_that_goes_over_several_lines()
    {
        var secret = string.Concat(Enumerable.Range(0, 60).Select(x => $"long-secret-{x}"));
        Redaction.Register(secret);
        var lines = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret), Base64FormattingOptions.InsertLineBreaks);
        var progress = Failed("RUN", "exit code 1", (1, $"{lines}\n{string.Concat(Enumerable.Repeat("line\n", 15))}"));

        Assert.DoesNotContain(lines.Split("\r\n")[^2], progress.Failure(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_is_masked_before_it_is_cut()
    {
        const string secret = "npm_in-the-middle-of-a-name";
        Redaction.Register(secret);

        Assert.StartsWith($"{new string('y', 110)} [REDACTE…\n", Failed($"{new string('y', 110)} {secret} more", "exit code 1").Failure(), StringComparison.Ordinal);
    }

    private static BuildProgress Failed(string name, string error, params (int Stream, string Text)[] chunks)
    {
        var progress = new BuildProgress();
        progress.Read($$"""{"vertexes":[{"digest":"sha256:a","name":"{{name}}","started":"2026-01-01T00:00:00Z"}]}""");
        foreach (var (stream, text) in chunks) progress.Read($$"""{"logs":[{"vertex":"sha256:a","stream":{{stream}},"data":"{{Base64(text)}}"}]}""");
        progress.Read($$"""{"vertexes":[{"digest":"sha256:a","name":"{{name}}","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:02Z","error":"{{error}}"}]}""");
        return progress;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
