using System.Globalization;
using Acci.Delivery;
using Acci.Environments.Declarations;
using Acci.Testing;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Acci.Environments.Tests;

/// <summary>The volumes of a stack outlive it, and it may have some on other nodes.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class StackDataTests : IDisposable
{
    private static readonly EnvironmentDeclaration Declaration = new()
    {
        Name = "shop",
        Define = _ => new() { Services = [new("shop") { Compose = new() { Image = "shop:1" } }] },
    };

    private readonly TemporaryRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    // The swarm that it was deployed to may be gone as well.
    [Theory]
    [InlineData("active true 1 here")]
    [InlineData("inactive false 0")]
    public async Task Those_of_an_environment_of_which_nothing_else_is_left_can_be_deleted(string swarm)
    {
        using var docker = await PrepareAsync(swarm, """
            "volume ls"*com.docker.stack.namespace*) echo shop-live_data ;;
            "service ls"*) ;;
            """);

        await new ComposeDown(ContextOf(docker), Declaration, "live", volumes: true).RunAsync();

        Assert.Contains(docker.Called, x => x.EndsWith("volume rm shop-live_data", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public async Task Those_on_other_nodes_are_said_to_stay(int nodes, bool isSaid)
    {
        var gone = Path.Combine(_repository.Directory, "gone");
        using var docker = await PrepareAsync($"active true {nodes} here", $$$"""
            "service ls"*) [ -e '{{{gone}}}' ] || echo app ;;
            "service inspect"*) echo '[{"ID":"app","Spec":{"Name":"shop-live_shop","Mode":{"Replicated":{"Replicas":1} },"TaskTemplate":{"ContainerSpec":{"Image":"shop:1"} } } }]' ;;
            "stack rm"*|"service rm"*) touch '{{{gone}}}' ;;
            """);
        var (said, before) = (new Said(), Log.Logger);
        Log.Logger = new LoggerConfiguration().WriteTo.Sink(said).CreateLogger();
        try
        {
            await new ComposeDown(ContextOf(docker), Declaration, "live", volumes: true).RunAsync();
        }
        finally
        {
            Log.Logger = before;
        }

        Assert.Equal(isSaid, said.Lines.Any(x => x.StartsWith("Volumes on other nodes of the swarm stay: `docker volume ls --filter label=com.docker.stack.namespace=shop-live-", StringComparison.Ordinal)));
    }

    private async Task<DockerStandIn> PrepareAsync(string swarm, string answers)
    {
        Directory.CreateDirectory(Path.Combine(_repository.Directory, "deploy", "environments"));
        Directory.CreateDirectory(Path.Combine(_repository.Directory, "deploy", "compose"));
        _repository.Write("deploy/environments/settings.json", """{ "Deployment": { "Kind": "Production" } }""");
        await _repository.Run("git init --quiet --initial-branch main", "git add .", "git commit --quiet --message one");
        return new DockerStandIn($$"""
            case "$*" in
                "context inspect"*) echo tcp://localhost:2375 ;;
                version*) echo 29.0.0 ;;
                "compose version"*) echo 2.40.0 ;;
                info*Swarm*) echo {{swarm}} ;;
                "volume inspect"*) exit 1 ;;
                {{answers}}
                {{DockerReply.PullsFromLoopback}}
            esac
            """);
    }

    private DeliveryContext ContextOf(DockerStandIn docker) => new(
        new DeliveryOptions { Root = _repository.Directory, Artifacts = Path.Combine(_repository.Directory, "artifacts"), Images = [] }, Cancellation)
    {
        Environment = TestEnvironment.OutsideWorkflows.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!),
        Time = new TestClock(),
    };

    private sealed class Said : ILogEventSink
    {
        public List<string> Lines { get; } = [];

        public void Emit(LogEvent logEvent) => Lines.Add(logEvent.RenderMessage(CultureInfo.InvariantCulture));
    }
}
