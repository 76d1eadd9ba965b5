using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Running;
using Acci.Environments.Specification;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>Two jobs may start a project of one name at once: the one that fails takes nothing away that the other one has made.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class ConcurrentStartTests : IDisposable
{
    private static readonly EnvironmentDeclaration Declaration = new()
    {
        Name = "shop",
        Define = _ => new()
        {
            StartLimit = TimeSpan.FromSeconds(5),
            Services = [new("shop") { Compose = new() { Image = "shop:1", Volumes = [Mount.Volume("data", "/data")] } }, new("worker") { Compose = new() { Image = "worker:1" } }],
        },
    };

    private readonly TemporaryFolder _root = new();
    private readonly SaidLines _said = new();

    public ConcurrentStartTests()
    {
        Directory.CreateDirectory(_root.Combine("deploy", "environments"));
        Directory.CreateDirectory(_root.Combine("deploy", "compose"));
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.json"), """{ "Deployment": { "Kind": "Production" } }""");
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.live.json"), "{}");
        File.WriteAllText(_root.Combine("deploy", "compose", ".env.live"), "COMPOSE_PROJECT_NAME=shop-live\n");
    }

    public void Dispose()
    {
        _said.Dispose();
        _root.Dispose();
    }

    // What `up` says of the two containers, and what is there at the first look and when it has failed.
    [Theory]
    [InlineData("Container shop-live-shop-1  Creating", "Container shop-live-worker-1  Creating", "s1 w1", "s1 w1", "s1 w1", "")]
    [InlineData("Container shop-live-shop-1 Creating", "Container shop-live-worker-1 Recreate", "", "s1 w1", "s1 w1", "")]
    // The other one was first.
    [InlineData("Container shop-live-shop-1  Creating", "Container shop-live-worker-1  Running", "s1 w1", "s1 w1", "s1", "shop-live-worker-1")]
    // Nothing of its own was made.
    [InlineData("Network shop-live_default  Error", "", "", "s1 w1", "", "shop-live-shop-1, shop-live-worker-1")]
    [InlineData("Container shop-live-shop-1  Creating", "Container shop-live-worker-1  Created", "s1 w1", "s1 w1", "s1", "shop-live-worker-1")]
    // Both made it at once, and the engine took the other one's.
    [InlineData("Container shop-live-shop-1  Creating", "Container shop-live-worker-1  Creating\\n Container shop-live-worker-1  Error response from daemon: Conflict", "s1 w1", "s1 w1", "s1", "shop-live-worker-1")]
    // The other one has replaced it.
    [InlineData("Container shop-live-shop-1  Creating", "Container shop-live-worker-1  Creating", "s1 w1", "s2 w1", "w1", "shop-live-shop-1")]
    public async Task One_that_fails_takes_away_what_it_has_made(string shop, string worker, string first, string last, string removed, string left)
    {
        using var docker = new DockerStandIn($$$"""
            up='{{{_root.Combine("up")}}}'
            container() {
                printf '{"Id":"%s","Name":"/shop-live-%s-1","RestartCount":0,"State":{"Status":"running","ExitCode":0,"OOMKilled":false,"Error":""},"Config":{"Image":"shop:1","Labels":{"com.docker.compose.service":"%s"}},"NetworkSettings":{"Ports":{} } }' $1 $2 $2
            }
            there() {
                printf '['; comma=
                for id; do printf "$comma"; comma=,; case $id in s*) container $id shop ;; w*) container $id worker ;; esac; done
                printf ']\n'
            }
            case "$*" in
                *" up --detach"*) touch "$up"; echo ' {{{shop}}}' >&2; echo ' {{{worker}}}' >&2; until [ -e "$up-seen" ]; do sleep 0.01; done; touch "$up-failed"; exit 1 ;;
                "ps --all"*) if [ -e "$up-failed" ]; then echo {{{last}}}; elif [ -e "$up" ]; then [ -n '{{{first}}}' ] || touch "$up-seen"; echo {{{first}}}; fi ;;
                inspect*) if [ -e "$up-failed" ]; then there {{{last}}}; else there {{{first}}}; touch "$up-seen"; fi ;;
                "volume ls"*) [ ! -e "$up" ] || echo shop-live_data ;;
            esac
            """);
        var project = ComposeProject.Of(docker.Engine, _root.Path, Declaration, "live", ProcessEnvironment.Empty);
        var model = EnvironmentModel.Of(Declaration, new ComposeFiles(_root.Path, Declaration).Read("live"));
        var start = new ComposeStart(project, model, PortAccess.Loopback, TimeProvider.System);

        await Assert.ThrowsAsync<DeliveryException>(() => start.RunAsync(TestContext.Current.CancellationToken));

        Assert.Equal(removed.Length == 0 ? [] : [$"rm --force --volumes {removed}"], docker.Called.Where(x => x.StartsWith("rm ", StringComparison.Ordinal)));
        var isAlone = left.Length == 0;
        Assert.Equal(isAlone, docker.Called.Any(x => x.Contains(" down ", StringComparison.Ordinal)));
        Assert.Equal(isAlone, docker.Called.Contains("volume rm shop-live_data"));
        Assert.Equal(isAlone ? [] : [$"{left}: another run has started this, so it stays, and so do the networks and data of shop-live"], _said.Lines.Where(x => x.Contains("another run", StringComparison.Ordinal)));
    }
}
