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

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
