using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Running;
using Acci.Environments.Specification;
using Acci.Environments.Swarm;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>Data that were there before a start that fails are there after it, whoever made their volume.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class KeptDataTests : IDisposable
{
    private const string ByCompose = "com.docker.compose.project=shop-live", ByStack = "com.docker.stack.namespace=shop-live", ByHand = "";

    private static readonly EnvironmentDeclaration Declaration = new()
    {
        Name = "shop",
        Define = _ => new()
        {
            StartLimit = TimeSpan.FromSeconds(5),
            Services = [new("shop") { Compose = new() { Image = "shop:1", Volumes = [Mount.Volume("data", "/data"), Mount.Volume("cache", "/cache"), Mount.Volume("far", "/far")] } }],
            Volumes = new Dictionary<string, Volume> { ["far"] = new() { External = true } },
        },
    };

    private readonly TemporaryFolder _root = new();
    private readonly SaidLines _said = new();

    public KeptDataTests()
    {
        Directory.CreateDirectory(_root.Combine("deploy", "environments"));
        Directory.CreateDirectory(_root.Combine("deploy", "compose"));
        Directory.CreateDirectory(_root.Combine("volumes"));
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.json"), """{ "Deployment": { "Kind": "Production" } }""");
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.live.json"), "{}");
        File.WriteAllText(_root.Combine("deploy", "compose", ".env.live"), "COMPOSE_PROJECT_NAME=shop-live\n");
        File.WriteAllText(_root.Combine("deploy", "compose", "docker-compose.live.yml"), "");
        // What is not the environment's.
        AddVolume("far", ByHand);
        AddVolume("shop-live_far", ByHand);
        AddVolume("shop-live_2_data", "com.docker.compose.project=shop-live_2");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IEnumerable<string> Volumes => Directory.EnumerateFiles(_root.Combine("volumes")).Select(x => Path.GetFileName(x)!).Except(["far", "shop-live_far", "shop-live_2_data"]).Order();

    public void Dispose()
    {
        _said.Dispose();
        Assert.Equal(["far", "shop-live_2_data", "shop-live_far"], Directory.EnumerateFiles(_root.Combine("volumes")).Select(Path.GetFileName).Except(["shop-live_data", "shop-live_cache"]).Order());
        _root.Dispose();
    }

    [Theory]
    [InlineData(ByHand)]
    [InlineData(ByStack)]
    [InlineData("com.docker.compose.project=other")]
    [InlineData(ByCompose)]
    public async Task A_start_that_fails_removes_only_volumes_that_were_not_there_before(string label)
    {
        AddVolume("shop-live_data", label);
        using var docker = Docker("exit 1");

        await Assert.ThrowsAsync<DeliveryException>(() => StartAsync(docker, Cancellation));

        Assert.Equal(["shop-live_data"], Volumes);
        Assert.Contains("Taking away what was started; the data that were there stay", _said.Lines);
        Assert.DoesNotContain(docker.Called, x => x.Contains("--volumes", StringComparison.Ordinal) && x.Contains(" down ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_start_that_is_interrupted_does_likewise()
    {
        AddVolume("shop-live_data", ByHand);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var docker = Docker("touch \"$VOLUMES/../begun\"; exec sleep 300");
        var start = StartAsync(docker, stop.Token);
        while (!File.Exists(_root.Combine("begun"))) await Task.Delay(10, Cancellation);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);

        Assert.Equal(["shop-live_data"], Volumes);
        Assert.Contains("Taking away what was started; the data that were there stay", _said.Lines);
    }

    [Fact]
    public async Task What_a_first_start_began_to_make_goes_with_it()
    {
        using var docker = Docker("exit 1");

        await Assert.ThrowsAsync<DeliveryException>(() => StartAsync(docker, Cancellation));

        Assert.Empty(Volumes);
        Assert.Contains("Taking away what was started", _said.Lines);
    }

    [Theory]
    [InlineData(ByHand)]
    [InlineData(ByCompose)]
    [InlineData(ByStack)]
    public async Task A_deployment_that_fails_does_likewise(string label)
    {
        AddVolume("shop-live_data", label);
        using var docker = Docker("exit 1");
        var file = EnvironmentModel.Of(Declaration, new ComposeFiles(_root.Path, Declaration).Read("live")).File;
        var deployment = new StackDeployment(new SwarmManager(docker.Engine) { Time = new TestClock() }, "shop-live", replicas: 1, login: null!) { Declared = file };

        await Assert.ThrowsAsync<DeliveryException>(() => deployment.RunAsync(
            () =>
            {
                AddVolume("shop-live_cache", ByStack);
                throw new DeliveryException("the swarm refuses it");
            },
            () => Task.CompletedTask, Cancellation));

        Assert.Equal(["shop-live_data"], Volumes);
        Assert.Contains("Taking away what was deployed; the data that were there stay", _said.Lines);
    }

    [Theory]
    [InlineData(ByHand)]
    [InlineData(ByStack)]
    [InlineData(ByCompose)]
    public async Task ComposeDown_names_the_data_that_stay_and_deletes_them_where_that_is_asked_for(string label)
    {
        AddVolume("shop-live_data", label);
        using var docker = Docker("");
        using var context = ContextOf(docker);

        await new ComposeDown(context, Declaration, "live", volumes: true).PlanAsync();
        await new ComposeDown(context, Declaration, "live", volumes: false).RunAsync();

        Assert.Contains("Would remove the volume shop-live_data", _said.Lines);
        Assert.Contains(_said.Lines, x => x.Contains("is down. Its data stay in shop-live_data; ComposeDown --environment live --delete-volumes deletes them", StringComparison.Ordinal));
        Assert.Equal(["shop-live_data"], Volumes);

        await new ComposeDown(context, Declaration, "live", volumes: true).RunAsync();

        Assert.Contains(_said.Lines, x => x.EndsWith("is down. Nothing of it is left", StringComparison.Ordinal));
        Assert.Empty(Volumes);
    }

    // Those of a stack, on which ComposeUp went on, among them.
    [Theory]
    [InlineData(ByHand)]
    [InlineData(ByStack)]
    public async Task Data_are_deleted_after_what_uses_them_has_ended(string label)
    {
        AddVolume("shop-live_data", label);
        using var docker = Docker("");
        using var context = ContextOf(docker);

        await new ComposeDown(context, Declaration, "live", volumes: true).RunAsync();

        Assert.Equal(["down", "volume"], docker.Called.Where(x => x.Contains(" down ", StringComparison.Ordinal) || x.StartsWith("volume rm", StringComparison.Ordinal)).Select(x => x.StartsWith("volume", StringComparison.Ordinal) ? "volume" : "down"));
    }

    // A settings file that is broken stops nobody from ending what runs.
    [Fact]
    public async Task Without_its_settings_ComposeDown_knows_data_by_their_labels()
    {
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.live.json"), "{");
        AddVolume("shop-live_data", ByHand);
        AddVolume("shop-live_cache", ByCompose);
        using var docker = Docker("");
        using var context = ContextOf(docker);

        await new ComposeDown(context, Declaration, "live", volumes: true).RunAsync();

        Assert.Equal(["shop-live_data"], Volumes);
        Assert.Contains(_said.Lines, x => x.EndsWith("is down. No container, network or labelled volume of it is left", StringComparison.Ordinal));
        Assert.Contains(_said.Lines, x => x.StartsWith("Which volumes it declares is not known, so one that somebody made by hand may be left. ", StringComparison.Ordinal));
    }

    // What these would start, or end, is the first one's.
    [Theory]
    [InlineData(nameof(ComposeUp))]
    [InlineData(nameof(ComposeDown))]
    [InlineData(nameof(DeployStack))]
    public async Task In_a_copy_of_a_checkout_nothing_touches_the_first_one_s_data(string target)
    {
        using var first = new TemporaryFolder();
        Directory.CreateDirectory(first.Combine("deploy", "compose"));
        foreach (var checkout in (TemporaryFolder[])[_root, first])
            await File.WriteAllTextAsync(checkout.Combine("deploy", "compose", ".env.live"), $"# Made for the checkout in {first.Path}\nCOMPOSE_PROJECT_NAME=shop-live-0a1b2c\n", Cancellation);
        using var docker = Docker("");
        using var context = ContextOf(docker);
        Delivery.Verb verb = target switch
        {
            nameof(ComposeUp) => new ComposeUp(context, Declaration, "live"),
            nameof(ComposeDown) => new ComposeDown(context, Declaration, "live", volumes: true),
            _ => new DeployStack(context, Declaration, "live"),
        };

        foreach (var act in (Func<Task>[])[verb.PlanAsync, verb.RunAsync])
            Assert.Contains($"was copied from the checkout in {first.Path}", (await Assert.ThrowsAsync<DeliveryException>(act)).Message, StringComparison.Ordinal);

        Assert.DoesNotContain(docker.Called, x => x.Contains(" up --detach", StringComparison.Ordinal) || x.Contains(" down ", StringComparison.Ordinal) || x.StartsWith("stack deploy", StringComparison.Ordinal));
    }

    private void AddVolume(string name, string label) => File.WriteAllText(_root.Combine("volumes", name), $"{label}\n");

    private async Task StartAsync(DockerStandIn docker, CancellationToken cancellationToken)
    {
        var project = ComposeProject.Of(docker.Engine, _root.Path, Declaration, "live", ProcessEnvironment.Empty);
        var model = EnvironmentModel.Of(Declaration, new ComposeFiles(_root.Path, Declaration).Read("live"));
        await new ComposeStart(project, model, PortAccess.Loopback, new TestClock { LongestPassing = TimeSpan.FromSeconds(1) }).RunAsync(cancellationToken);
    }

    private DeliveryContext ContextOf(DockerStandIn docker) => new(new DeliveryOptions { Root = _root.Path, Artifacts = _root.Combine("artifacts"), Images = [] }, Cancellation)
    {
        Environment = TestEnvironment.OutsideWorkflows.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!),
        Time = new TestClock(),
    };

    // An engine with volumes, each a file with its label. Docker compose makes a volume that is not there, uses one that is, whoever made it, and removes with --volumes all of its
    // file's by name, or, without a file, by label.
    private DockerStandIn Docker(string afterUp) => new($$"""
        VOLUMES='{{_root.Combine("volumes")}}'
        case "$*" in
            "context inspect"*) echo tcp://localhost:2375 ;;
            version*) echo 29.0.0 ;;
            "compose version"*) echo 2.40.0 ;;
            info*Swarm*) echo active true 1 here ;;
            "volume ls"*"--filter label="*) label="$*"; cd "$VOLUMES" && grep -lx "${label##*--filter label=}" * || true ;;
            "volume ls"*) ls "$VOLUMES" ;;
            "volume inspect"*) exit 1 ;;
            "volume rm"*) rm "$VOLUMES/$3" ;;
            *" up --detach"*) for name in data cache; do [ -e "$VOLUMES/shop-live_$name" ] || echo com.docker.compose.project=shop-live > "$VOLUMES/shop-live_$name"; done; {{afterUp}} ;;
            *" --file "*" down "*--volumes*) rm -f "$VOLUMES/shop-live_data" "$VOLUMES/shop-live_cache" ;;
            *" down "*--volumes*) cd "$VOLUMES"; rm -f $(grep -lx com.docker.compose.project=shop-live *) ;;
            {{DockerReply.PullsFromLoopback}}
        esac
        """);
}
