using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>Where an engine is, is found out by what it does; its address is not asked.</summary>
[Collection(nameof(AlteredLog))]
public sealed class EngineLocationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Calls => _folder.Combine("calls");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_engine_that_asks_this_machine_s_loopback_for_an_image_shares_it()
    {
        var location = await EngineLocation.FindAsync(Docker(DockerReply.PullsFromLoopback), null, Cancellation);

        Assert.Equal(EngineLocation.Here, location);
        Assert.Equal("", location.ToString());
    }

    [Fact]
    public async Task Accis_own_engine_is_here()
    {
        var location = await EngineLocation.FindAsync(Docker("exit 1") with { Address = "unix:///run/own.sock" }, null, Cancellation);

        Assert.Equal(EngineLocation.Here, location);
    }

    [Theory]
    // It is refused there, or another registry answers, or something connects here and asks for something else.
    [InlineData("exit 1")]
    [InlineData("echo \"failed to do request: Head https://$3: dial tcp: connect: connection refused\" >&2; exit 1")]
    [InlineData("echo \"manifest for $3 not found: manifest unknown\" >&2; exit 1")]
    [InlineData("""exec bash -c 'at=${0#*:}; exec 3<>"/dev/tcp/127.0.0.1/${at%%/*}"; printf "HEAD /v2/other/manifests/none HTTP/1.1\r\n\r\n" >&3; cat <&3' "$3" """)]
    public async Task An_engine_that_does_not_is_not_taken_for_one_that_does(string pull)
    {
        var location = await EngineLocation.FindAsync(Docker($"""pull*) {pull} ;;"""), null, Cancellation);

        Assert.Equal(EngineLocation.Unknown, location);
        Assert.Contains("--engine-host", location.ToString(), StringComparison.Ordinal);
        Assert.Contains("does not reach 127.0.0.1", location.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("error getting credentials - err: exec: \"docker-credential-none\": executable file not found in $PATH")]
    [InlineData("Error response from daemon: authorization denied by plugin audit: no images from elsewhere")]
    public async Task Where_an_engine_is_is_not_known_if_something_keeps_it_from_trying(string reason)
    {
        await File.WriteAllTextAsync(_folder.Combine("reason"), reason, Cancellation);
        using var context = new DeliveryContext(new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts") }, Cancellation);
        using var log = new AlteredLog();

        var location = await context.LocationAsync(Docker($"pull*) cat '{_folder.Combine("reason")}' >&2; exit 1 ;;"));

        Assert.False(location.ReachesLoopback);
        Assert.Contains($"whether it reaches 127.0.0.1 of this machine is not known, and it is used as if it did not: {reason}", location.ToString(), StringComparison.Ordinal);
        // Once for all that ask.
        await context.LocationAsync(new DockerEngine("docker"));
        Assert.Single(log.Said, x => x.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_credential_helper_that_is_missing_does_not_keep_an_engine_from_being_found()
    {
        await File.WriteAllTextAsync(_folder.Combine("config.json"), """{"credsStore":"none","CREDHELPERS":{"127.0.0.1":"none"},"auths":{},"currentContext":"mine"}""", Cancellation);
        Directory.CreateDirectory(_folder.Combine("contexts"));
        await File.WriteAllTextAsync(_folder.Combine("contexts", "mine"), "", Cancellation);
        var engine = Docker($$""""
            "pull"*)
                [ "$(cat "$DOCKER_CONFIG/config.json")" = '{"currentContext":"mine"}' ] && [ -e "$DOCKER_CONFIG/contexts/mine" ] && [ "$DOCKER_CERT_PATH" = '{{_folder.Path}}' ] || exit 1
                case "$*" in {{DockerReply.PullsFromLoopback}} esac ;;
            """") with { Process = ProcessEnvironment.Empty.With(("DOCKER_CONFIG", _folder.Path)) };

        Assert.Equal(EngineLocation.Here, await EngineLocation.FindAsync(engine, null, Cancellation));
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_in_time_is_neither_here_nor_elsewhere()
    {
        var engine = Docker("pull*) exec sleep 600 ;;") with { AnswerTime = TimeSpan.FromMilliseconds(200) };

        await Assert.ThrowsAsync<NoAnswerException>(() => EngineLocation.FindAsync(engine, null, Cancellation));
    }

    [Fact]
    public async Task An_engine_that_tries_TLS_first_is_sent_on_to_plain_HTTP()
    {
        // As engines do: a handshake, and HTTP only where the answer begins as HTTP does.
        var location = await EngineLocation.FindAsync(Docker($$"""
            pull*) bash -c 'at=${0#*:}; exec 3<>"/dev/tcp/127.0.0.1/${at%%/*}"; printf "\026\003\001\001\014" >&3; head -c 5 <&3' "$3" > {{_folder.Combine("first")}}
                grep -q HTTP/ {{_folder.Combine("first")}} || exit 1
                case "$*" in {{DockerReply.PullsFromLoopback}} esac ;;
            """), null, Cancellation);

        Assert.True(location.ReachesLoopback);
    }

    [Theory]
    [InlineData("docker.example.com", "0.0.0.0", "docker.example.com")]
    [InlineData("10.1.2.3", "0.0.0.0", "10.1.2.3")]
    [InlineData("fd00::1", "[::]", "[fd00::1]")]
    [InlineData("localhost", "127.0.0.1", "127.0.0.1")]
    public async Task A_host_that_is_named_is_asked(string named, string publishedOn, string asked)
    {
        var location = await EngineLocation.FindAsync(Docker(), named, Cancellation);

        Assert.Equal(new PortAccess(publishedOn, asked, IsCertain: true), location.Ports);
        Assert.False(location.ReachesLoopback);
    }

    [Theory]
    [InlineData("127.0.0.1", "0.0.0.0", "127.0.0.1:80")]
    [InlineData("127.0.0.1", "127.0.0.1", "127.0.0.1:80")]
    [InlineData("127.0.0.1", "10.0.0.7", "10.0.0.7:80")]
    [InlineData("docker", "", "docker:80")]
    [InlineData("docker", "::", "docker:80")]
    [InlineData("docker", "fd00::1", "[fd00::1]:80")]
    // That is the loopback of the other machine.
    [InlineData("docker", "127.0.0.1", null)]
    [InlineData("docker", "::1", null)]
    public void A_port_answers_from_here_by_the_address_that_it_is_published_on(string host, string published, string? address) =>
        Assert.Equal(address, new PortAccess("0.0.0.0", host, IsCertain: true).AddressOf(published, "80"));

    [Theory]
    [InlineData("tcp://docker")]
    [InlineData("docker:8080")]
    [InlineData("a b")]
    public async Task What_is_no_host_is_refused(string named) =>
        Assert.Contains("--engine-host", (await Assert.ThrowsAsync<WrongUseException>(() => EngineLocation.FindAsync(Docker(), named, Cancellation))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0242AC110002", "172.17.0.2", "172.17.0.1")]
    [InlineData("0242AC110003", "172.17.0.2", null)]
    [InlineData("0242AC110002", "172.17.0.3", null)]
    // That gateway is no address of the engine's machine.
    [InlineData("02420A000102", "10.0.1.2", null)]
    public void A_build_in_a_container_of_the_engine_is_known_by_its_addresses(string mac, string address, string? gateway)
    {
        const string networks = """
            [{"Name":"none","IPAM":{"Config":null},"Containers":{}},
             {"Name":"bridge","Driver":"bridge","IPAM":{"Config":[{"Subnet":"fd00::/80","Gateway":"fd00::1"},{"Subnet":"172.17.0.0/16","Gateway":"172.17.0.1"}]},
              "Containers":{"abc":{"Name":"job","MacAddress":"02:42:ac:11:00:02","IPv4Address":"172.17.0.2/16"}}},
             {"Name":"swarm","Driver":"overlay","IPAM":{"Config":[{"Subnet":"10.0.1.0/24","Gateway":"10.0.1.1"}]},
              "Containers":{"abc":{"Name":"job","MacAddress":"02:42:0a:00:01:02","IPv4Address":"10.0.1.2/24"}}}]
            """;

        Assert.Equal(gateway, EngineNetworks.GatewayOf(networks, new HashSet<(string, string)> { (mac, address) }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""[{"Containers":{"abc":{"MacAddress":"02:42:ac:11:00:02","IPv4Address":"172.17.0.2/16"}}}]""")]
    public void Networks_that_are_not_understood_tell_nothing(string networks) =>
        Assert.Null(EngineNetworks.GatewayOf(networks, new HashSet<(string, string)> { ("0242AC110002", "172.17.0.2") }));

    [Fact]
    public async Task A_folder_is_seen_where_a_file_of_it_can_be_mounted()
    {
        var engine = Docker(Mounting("here"));
        using var session = new Session(new CacheDirectory(_folder.Combine("cache")));
        Directory.CreateDirectory(_folder.Combine("here"));

        Assert.Null(await new SharedFolder(engine, session).FindObstacleAsync(_folder.Combine("here"), Cancellation));

        Assert.Empty(Directory.GetFiles(_folder.Combine("here")));
        var calls = await File.ReadAllLinesAsync(Calls, Cancellation);
        Assert.Contains("rm --force c1", calls);
        // What a killed build leaves there is the next one's to remove.
        Assert.Contains(calls, x => x.StartsWith("cp c1:/folder/", StringComparison.Ordinal) && x.Contains($"/delivery-{session.Id}-", StringComparison.Ordinal));
        Assert.StartsWith("image rm --force location-probe:", calls[^1], StringComparison.Ordinal);
        session.Dispose();
        Assert.Empty(Directory.GetFiles(_folder.Combine("cache", "sessions")));
    }

    [Fact]
    public async Task A_folder_is_not_seen_where_its_file_cannot_be_mounted()
    {
        var engine = Docker("create*) echo 'invalid mount config: bind source path does not exist: /x' >&2; exit 1 ;;");
        using var session = new Session(new CacheDirectory(_folder.Combine("cache")));

        var obstacle = await new SharedFolder(engine, session).FindObstacleAsync(_folder.Combine("."), Cancellation);

        Assert.Equal("invalid mount config: bind source path does not exist: /x", obstacle);
    }

    [Theory]
    [InlineData("ps*) echo c1 ;; create*) echo c1 ;; cp*) echo 'no such file or directory' >&2; exit 1 ;;", "no such file or directory")]
    [InlineData("ps*) echo c1 ;; create*) echo c1 ;; cp*) echo another > \"$3\" ;;", "it has another file by that name")]
    [InlineData("ps*) echo c1 ;; create*) echo c1 ;; cp*) mkdir \"$3\" ;;", "it has a folder by that name")]
    public async Task A_folder_that_an_engine_makes_where_it_has_none_is_not_seen(string answers, string problem)
    {
        using var session = new Session(new CacheDirectory(_folder.Combine("cache")));

        Assert.Equal(problem, await new SharedFolder(Docker(answers), session).FindObstacleAsync(_folder.Combine("."), Cancellation));
    }

    [Fact]
    public async Task A_file_is_seen_where_the_engine_has_the_same()
    {
        using var session = new Session(new CacheDirectory(_folder.Combine("cache")));
        foreach (var folder in (string[])["here", "linked"]) Directory.CreateDirectory(_folder.Combine(folder));
        await File.WriteAllTextAsync(_folder.Combine("here", "file"), "text", Cancellation);
        File.CreateSymbolicLink(_folder.Combine("linked", "file"), _folder.Combine("here", "file"));
        var folders = new SharedFolder(Docker(Mounting("here")), session);

        Assert.Null(await folders.FindObstacleOfFileAsync(_folder.Combine("here", "file"), Cancellation));
        Assert.Null(await folders.FindObstacleOfFileAsync(_folder.Combine("linked", "file"), Cancellation));
    }

    // An engine that has this folder.
    private string Mounting(string folder) => $"create*src={_folder.Combine(folder)},*) echo c1 ;; create*) exit 1 ;; cp*) cp \"{_folder.Combine(folder)}/${{2##*/}}\" \"$3\" ;; ps*) echo c1 ;;";

    private DockerEngine Docker(string answers = "")
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var script = _folder.Combine("docker");
        File.WriteAllText(script, $"#!/bin/sh\necho \"$*\" >> '{Calls}'\ncase \"$*\" in\n{answers}\npull*) exit 1 ;;\nesac\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new DockerEngine(script);
    }
}
