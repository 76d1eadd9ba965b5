using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Sessions;
using Acci.Delivery.SmokeTests;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.SmokeTests;

/// <summary>An image is tried as its definition says.</summary>
public sealed class SmokeTestOptionsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_limit_within_which_nothing_can_end_is_refused(int seconds) =>
        Assert.Throws<DeliveryException>(() => new SmokeTestOptions { Ends = true, EndLimit = TimeSpan.FromSeconds(seconds) });

    [Fact]
    public async Task With_nothing_said_it_is_read_only_and_has_no_capabilities()
    {
        await TestAsync(new());

        Assert.Equal("run --detach --label L --pull never --read-only --cap-drop ALL --security-opt no-new-privileges acci-smoke-test/app:1", Run);
    }

    [Fact]
    public async Task An_image_that_another_build_removes_before_it_has_a_name_is_loaded_again()
    {
        var mark = _folder.Combine("removed");
        await TestAsync(new(), tag: $"[ -e '{mark}' ] || {{ touch '{mark}'; echo 'Error response from daemon: No such image: sha256:1' >&2; exit 1; }}");

        Assert.Equal(2, File.ReadAllLines(_folder.Combine("calls")).Count(x => x.StartsWith("load ", StringComparison.Ordinal)));
        await Assert.ThrowsAnyAsync<DeliveryException>(() => TestAsync(new(), tag: "echo 'no space left on device' >&2; exit 1"));
    }

    [Fact]
    public async Task What_the_image_needs_is_given_to_it_and_no_value_of_a_variable_is_an_argument()
    {
        await TestAsync(new()
        {
            Variables = new Dictionary<string, string> { ["STORE"] = "redis://store", ["HOME"] = "/tmp/a b", ["DOCKER_HOST"] = "tcp://proxy:2375" },
            Arguments = ["serve", "--now"],
            Tmpfs = ["/tmp", "/run:size=1m"],
            Capabilities = ["CHOWN", "NET_BIND_SERVICE"],
            Init = true,
        });

        Assert.Equal(
            "run --detach --label L --pull never --read-only --cap-drop ALL --cap-add CHOWN --cap-add NET_BIND_SERVICE --init --tmpfs /tmp --tmpfs /run:size=1m "
            + "--env-file /dev/stdin --security-opt no-new-privileges acci-smoke-test/app:1 serve --now", Run);
        Assert.Equal("STORE=redis://store\nHOME=/tmp/a b\nDOCKER_HOST=tcp://proxy:2375\n", await File.ReadAllTextAsync(_folder.Combine("variables"), Cancellation));
        // docker itself goes on reading its own.
        Assert.NotEqual("/tmp/a b", (await File.ReadAllTextAsync(_folder.Combine("home"), Cancellation)).Trim());
        await TestAsync(new() { ReadOnly = false });
        Assert.DoesNotContain("--read-only", Run, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A=B", "c")]
    [InlineData("", "c")]
    [InlineData("#A", "c")]
    [InlineData("A", "b\nINJECTED=c")]
    public void A_variable_that_docker_would_read_as_another_is_refused(string name, string value) => Assert.Throws<DeliveryException>(
        () => new SmokeTestOptions { Variables = new Dictionary<string, string> { [name] = value } });

    [Theory]
    [InlineData(0, new int[0])]
    [InlineData(3, new[] { 3, 4 })]
    public async Task A_program_that_ends_by_itself_is_waited_for(int code, int[] passing)
    {
        var healthy = await TestAsync(OfOneThatEnds(passing), code);

        Assert.StartsWith($"ended with {code} after ", healthy.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, new int[0], "ended with exit code 1, expected 0. Its last lines:\n    no database")]
    // Nobody has stopped it.
    [InlineData(143, new int[0], "ended with exit code 143, expected 0.")]
    [InlineData(0, new[] { 3, 4 }, "ended with exit code 0, expected 3 or 4.")]
    public async Task One_that_ends_otherwise_fails(int code, int[] passing, string problem)
    {
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => TestAsync(OfOneThatEnds(passing), code));

        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_ends_is_no_server_and_the_message_says_where_that_is_said()
    {
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => TestAsync(new(), endsWith: 0));

        Assert.StartsWith("The container of app ended with exit code 0 instead of serving. If it needs variables", failure.Message, StringComparison.Ordinal);
        Assert.Contains("SmokeTest = new()", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_asked_nothing_is_up_for_a_while_and_not_called_healthy()
    {
        Assert.Equal("up for 5.0 s", $"{await TestAsync(new())}");
        File.Delete(_folder.Combine("calls"));
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => TestAsync(new(), endsAtLook: 3));

        Assert.StartsWith("The container of app ended with exit code 1 instead of serving.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(143, new int[0], null)]
    [InlineData(1, new int[0], "ended with exit code 1 when it was asked to stop, expected 0 or 143.")]
    [InlineData(1, new[] { 0, 1 }, null)]
    [InlineData(137, new int[0], "did not stop within 30 s, and was killed; where its program ignores signals")]
    public async Task A_server_that_is_stopped_ends_with_a_code_that_passes(int code, int[] passing, string? problem)
    {
        var options = passing.Length == 0 ? new SmokeTestOptions() : new() { ExitCodes = passing };
        var failure = await Record.ExceptionAsync(() => TestAsync(options, stopsWith: code));

        if (problem is null) Assert.Null(failure);
        else Assert.Contains(problem, failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_ends_has_the_time_that_its_definition_gives_it()
    {
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => TestAsync(new() { Ends = true, EndLimit = TimeSpan.FromMilliseconds(700) }));

        Assert.Contains("did not end within 0.7 s (SmokeTest.Ends is set). If it needs longer, set SmokeTest.EndLimit.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_exit_code_that_passes_nothing_would() =>
        Assert.StartsWith("ExitCodes of a smoke test is empty", Assert.Throws<DeliveryException>(() => new SmokeTestOptions { ExitCodes = [] }).Message, StringComparison.Ordinal);

    [Fact]
    public void A_plan_says_how_an_image_is_started()
    {
        var image = new ImageDefinition("app") { SmokeTest = new() { Ends = true, Init = true, Arguments = ["migrate", "--to", "a b"], Tmpfs = ["/tmp"] } };

        Assert.Equal(
            "read-only but for /tmp and without capabilities, with the arguments migrate --to 'a b', by an init process, and wait until it ends with 0", SmokeTestImages.Conditions(image));
        Assert.Equal("read-only and without capabilities", SmokeTestImages.Conditions(new("app")));
    }

    private string Run => File.ReadAllLines(_folder.Combine("calls")).Last(x => x.StartsWith("run ", StringComparison.Ordinal));

    private static SmokeTestOptions OfOneThatEnds(int[] passing) => passing.Length == 0 ? new() { Ends = true } : new() { Ends = true, ExitCodes = passing };

    private async Task<Healthy> TestAsync(SmokeTestOptions options, int? endsWith = null, int stopsWith = 0, string tag = ":", int endsAtLook = int.MaxValue)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        using var session = new Session(new CacheDirectory(_folder.Combine("cache")));
        var script = _folder.Combine("docker");
        var (running, wait) = endsWith is { } code ? ($"false {code}", $"echo {code}") : ("true 0", "exec sleep 600");
        await File.WriteAllTextAsync(script, $"""
            #!/bin/sh
            echo "$*" | sed 's|{session.Label}|L|' >> {_folder.Combine("calls")}
            case "$*" in
                load*) cat > /dev/null; echo "Loaded image ID: sha256:1" ;;
                tag*) {tag} ;;
                run*) cat > {_folder.Combine("variables")}; echo "$HOME" > {_folder.Combine("home")}; echo c1 ;;
                wait*) {wait} ;;
                *State.Running*) if [ $(grep -c 'State.Running' {_folder.Combine("calls")}) -lt {endsAtLook} ]; then echo {running}; else echo false 1; fi ;;
                *State.ExitCode*) echo {stopsWith} ;;
                logs*) echo 'no database' ;;
                ps*) echo c1 ;;
            esac
            """, Cancellation);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine("layout"));
        var view = await layout.WriteViewAsync((await layout.ReadPlatformsAsync(Cancellation))[0], _folder.Combine("view"), Cancellation);
        return await new SmokeTest(new DockerEngine(script) { AnswerTime = Patience }, session) { Time = new TestClock(), Options = options, Subject = "The container of app" }
            .RunAsync(view.Folder, ImageReference.Parse("acci-smoke-test/app:1"), null, Cancellation);
    }
}
