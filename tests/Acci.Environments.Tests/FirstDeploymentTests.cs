using Acci.Delivery;
using Acci.Environments.Declarations;
using Acci.Environments.Running;
using Acci.Environments.Specification;
using Acci.Environments.Swarm;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>Two checkouts may deploy a stack that is not there yet at once: the one that fails takes nothing away that the other one has deployed.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class FirstDeploymentTests : IDisposable
{
    private static readonly EnvironmentDeclaration Declaration = new()
    {
        Name = "shop",
        Define = _ => new()
        {
            StartLimit = TimeSpan.FromSeconds(5),
            Services =
            [
                new("shop") { Compose = new() { Image = "shop:1", Volumes = [Mount.Volume("data", "/data")] } },
                new("worker") { Compose = new() { Image = "worker:1", Deploy = new() { RestartPolicy = new("any") } } },
            ],
        },
    };

    private readonly TemporaryFolder _root = new();
    private readonly SaidLines _said = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _said.Dispose();
        _root.Dispose();
    }

    [Theory]
    [InlineData("other", "other", false)]
    [InlineData("mine", "other", false)]
    // By an earlier version, or by hand.
    [InlineData("mine", "", false)]
    [InlineData("mine", "mine", true)]
    public async Task One_that_fails_takes_away_what_it_deployed_last(string shop, string worker, bool isRemoved)
    {
        using var docker = Docker(shop, worker);
        using var context = ContextOf(docker);
        using var login = await PullLogin.ForAsync(context, docker.Engine, "shop:1");
        var file = new ComposeFile { Services = new Dictionary<string, Service>(), Volumes = new Dictionary<string, Volume> { ["data"] = new() } };
        var deployment = new StackDeployment(new SwarmManager(docker.Engine) { Time = new TestClock() }, "shop-live", replicas: 1, login) { Declared = file, Id = "mine" };

        await Assert.ThrowsAsync<DeliveryException>(() => deployment.RunAsync(() => Task.FromResult("stack.yml"), () => Task.CompletedTask, Cancellation));

        Assert.Equal(isRemoved, docker.Called.Contains("stack rm shop-live"));
        Assert.Equal(isRemoved, docker.Called.Contains("volume rm shop-live_data"));
        Assert.Equal(!isRemoved && shop == "mine", docker.Called.Contains("service rm shop"));
        Assert.DoesNotContain("service rm worker", docker.Called);
        Assert.Equal(!isRemoved, _said.Lines.Any(x => x.EndsWith("shop-live_worker: another run has deployed this meanwhile, so it stays, and so do the data of shop-live", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Each_deployment_marks_its_services_as_its_own()
    {
        Directory.CreateDirectory(_root.Combine("deploy", "environments"));
        Directory.CreateDirectory(_root.Combine("deploy", "compose"));
        await File.WriteAllTextAsync(_root.Combine("deploy", "environments", "settings.json"), """{ "Deployment": { "Kind": "Production" } }""", Cancellation);
        await File.WriteAllTextAsync(_root.Combine("deploy", "environments", "settings.live.json"), "{}", Cancellation);
        var file = _root.Combine("artifacts", "compose", "stack.live.yml");
        using var docker = Docker("$mine", "$mine", $"mine=$(grep -o 'org.acci.deployment: .*' '{file}' | head -1 | tr -d '\"' | cut -d' ' -f2)");
        var files = new List<string>();
        for (var turn = 0; turn < 2; turn++)
        {
            using var context = ContextOf(docker);
            await Assert.ThrowsAsync<DeliveryException>(new DeployStack(context, Declaration, "live").RunAsync);
            files.Add(await File.ReadAllTextAsync(file, Cancellation));
        }

        // Of both services; the other deployment's are its own.
        Assert.Equal(2, docker.Called.Count(x => x == "stack rm shop-live"));
        Assert.All(files, x => Assert.Equal(3, x.Split("org.acci.deployment: ").Length));
        Assert.NotEqual(files[0], files[1]);
    }

    // A swarm of this machine in which nothing that is deployed ever runs. After it was deployed, both services have these labels.
    private DockerStandIn Docker(string shop, string worker, string before = "") => new($$$"""
        DEPLOYED='{{{_root.Combine("deployed")}}}'
        service() { echo '{"ID":"'$1'","Spec":{"Name":"shop-live_'$1'","Labels":{"org.acci.deployment":"'$2'"},"Mode":{"Replicated":{"Replicas":1} },"TaskTemplate":{"ContainerSpec":{"Image":"'$1':1"} } } }'; }
        case "$*" in
            "context inspect"*) echo tcp://localhost:2375 ;;
            version*) echo 29.0.0 ;;
            info*Swarm*) echo active true 1 here ;;
            "volume inspect"*) exit 1 ;;
            *"stack deploy"*) touch "$DEPLOYED" ;;
            "stack rm"*) rm "$DEPLOYED" ;;
            "service ls"*) [ ! -e "$DEPLOYED" ] || printf 'shop\nworker\n' ;;
            "service inspect"*) {{{before}}}
                echo "[$(service shop "{{{shop}}}"),$(service worker "{{{worker}}}")]" ;;
            "volume ls"*) [ ! -e "$DEPLOYED" ] && ! grep -q 'stack rm' "$CALLS" || echo shop-live_data ;;
            {{{DockerReply.PullsFromLoopback}}}
        esac
        """);

    private DeliveryContext ContextOf(DockerStandIn docker) => new(new DeliveryOptions { Root = _root.Path, Artifacts = _root.Combine("artifacts"), Images = [] }, Cancellation)
    {
        Environment = TestEnvironment.OutsideWorkflows.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!),
        Time = new TestClock(),
    };
}
