using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Sessions;
using Acci.Delivery.SmokeTests;
using Acci.Oci;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Delivery.Tests.SmokeTests;

/// <summary>Where a container's port may lead nowhere from here, its engine is asked, and the result says who said that it is healthy.</summary>
public sealed class SmokeTestElsewhereTests : IDisposable
{
    private static readonly HealthEndpoint Endpoint = new("/health", 8080);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string[] Calls => File.ReadAllLines(_folder.Combine("calls"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_image_s_own_check_counts_where_its_port_cannot_be_reached()
    {
        var healthy = await TestAsync(PortAccess.Unknown, health: "healthy");

        Assert.Equal("the image's own check", healthy.By);
        Assert.EndsWith(" s, by the image's own check", healthy.ToString(), StringComparison.Ordinal);
        // The image's own interval is not waited for.
        Assert.Contains(Calls, x => x.StartsWith("run ", StringComparison.Ordinal) && x.Contains("--health-interval 1s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_port_that_answers_here_comes_before_the_image_s_own_check()
    {
        await using var app = await LoopbackServer.StartAsync(_ => Task.CompletedTask);

        var healthy = await TestAsync(PortAccess.Unknown, health: "healthy", port: app.Domain);

        Assert.Null(healthy.By);
    }

    [Fact]
    public async Task An_answer_from_here_that_is_not_good_is_not_outvoted_by_the_image_s_own_check()
    {
        await using var app = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return Task.CompletedTask;
        });

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => TestAsync(PortAccess.Unknown, health: "healthy", port: app.Domain));

        Assert.Contains("/health answered 500", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_answer_of_another_server_that_it_redirects_to_is_not_its_own()
    {
        await using var other = await LoopbackServer.StartAsync(_ => Task.CompletedTask);
        await using var app = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Redirect($"http://{other.Domain}/login");
            return Task.CompletedTask;
        });

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => TestAsync(PortAccess.Loopback, health: "none", port: app.Domain));

        Assert.Contains($"/health answered 302, a redirect to http://{other.Domain}/login.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_an_engine_whose_ports_are_here_the_image_s_own_check_does_not_stand_in_for_its_port()
    {
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => TestAsync(PortAccess.Loopback, health: "healthy"));

        Assert.Contains("/health did not answer", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Calls, x => x.Contains("--health-interval", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("none", "wget", "wget in the container")]
    [InlineData("none", "curl", "curl in the container")]
    // As Podman says it.
    [InlineData("", "wget", "wget in the container")]
    public async Task An_image_without_a_check_is_asked_by_a_program_of_its_own(string health, string program, string by)
    {
        var healthy = await TestAsync(PortAccess.Unknown, health, $"exec\\ c1\\ {program}*) exit 0 ;; exec*) exit 127 ;;");

        Assert.Equal(by, healthy.By);
        Assert.Contains(Calls, x => x.StartsWith($"exec c1 {program} ", StringComparison.Ordinal) && x.EndsWith("http://127.0.0.1:8080/health", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_has_nothing_to_be_asked_by_fails_and_says_what_to_do()
    {
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => TestAsync(PortAccess.Unknown, health: "none", "exec*) exit 127 ;;"));

        Assert.Contains("give it a HEALTHCHECK", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--engine-host", failure.Message, StringComparison.Ordinal);
        // What is not in the image is looked for once.
        Assert.Equal(2, Calls.Count(x => x.StartsWith("exec", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_whose_own_check_fails_is_not_healthy_and_says_what_the_check_says()
    {
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => TestAsync(PortAccess.Unknown, health: "starting", "*Health.Log*) echo 'no database'; echo ;;"));

        Assert.Contains("Its own check says: no database.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_on_the_engine_s_machine_is_followed_by_another_one()
    {
        var mark = _folder.Combine("taken");
        await TestAsync(PortAccess.Unknown, health: "healthy", $"run*) [ -e {mark} ] && echo c1 || {{ touch {mark}; echo 'Bind for 127.0.0.1:1 failed: port is already allocated' >&2; exit 125; }} ;;");

        Assert.Equal(2, Calls.Where(x => x.StartsWith("run ", StringComparison.Ordinal)).Distinct().Count());
    }

    [Fact]
    public async Task A_gateway_that_the_engine_s_machine_does_not_have_is_followed_by_the_image_s_own_check()
    {
        var healthy = await TestAsync(
            PortAccess.Gateway("10.0.1.1"), health: "healthy",
            "*10.0.1.1*) echo 'listen tcp4 10.0.1.1:32768: bind: cannot assign requested address' >&2; exit 125 ;;");

        Assert.Equal("the image's own check", healthy.By);
        Assert.Contains(Calls, x => x.StartsWith("run ", StringComparison.Ordinal) && x.Contains("--publish 127.0.0.1:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_was_named_is_asked_with_the_port_that_the_engine_chose()
    {
        await using var app = await LoopbackServer.StartAsync(_ => Task.CompletedTask);

        // The name of this machine's loopback stands for another machine's.
        var healthy = await TestAsync(new PortAccess("0.0.0.0", "127.0.0.1", IsCertain: true), health: "none", port: $"0.0.0.0:{app.Domain.Split(':')[1]}");

        Assert.Null(healthy.By);
        Assert.Contains(Calls, x => x.Contains("--publish 0.0.0.0::8080", StringComparison.Ordinal));
    }

    private async Task<Healthy> TestAsync(PortAccess ports, string health, string answers = "", string? port = null)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var script = _folder.Combine("docker");
        await File.WriteAllTextAsync(script, $"""
            #!/bin/sh
            echo "$*" >> {_folder.Combine("calls")}
            case "$*" in
                {answers}
                load*) cat > /dev/null; echo "Loaded image ID: sha256:1" ;;
                run*) echo c1 ;;
                port*) echo {port ?? $"127.0.0.1:{RegistryServer.FreePort()}"} ;;
                *State.Running*) echo true 0 ;;
                *State.Health*) echo {health} ;;
                *State.ExitCode*) echo 0 ;;
                ps*) echo c1 ;;
            esac
            """, Cancellation);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine("layout"));
        var view = await layout.WriteViewAsync((await layout.ReadPlatformsAsync(Cancellation))[0], _folder.Combine("view"), Cancellation);
        using var session = new Session(new CacheDirectory(_folder.Combine("cache")));
        var test = new SmokeTest(new DockerEngine(script), session) { Time = new TestClock(), Ports = ports };
        return await test.RunAsync(view.Folder, ImageReference.Parse("acci-smoke-test/app:1"), Endpoint, Cancellation);
    }
}
