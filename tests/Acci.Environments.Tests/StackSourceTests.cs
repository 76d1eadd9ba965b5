using System.Globalization;
using Acci.Delivery;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Swarm;
using Acci.Testing;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Acci.Environments.Tests;

/// <summary>Two repositories with an environment of one name may use one swarm: neither touches the other's stack.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class StackSourceTests : IDisposable
{
    private static readonly EnvironmentDeclaration Declaration = new()
    {
        Name = "shop",
        Define = _ => new() { StartLimit = TimeSpan.FromSeconds(5), Services = [new("shop") { Compose = new() { Image = "shop:1" } }] },
    };

    private readonly TemporaryRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Checkout => $"checkout-{LocalName.HashOf(_repository.Directory)}";

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("git@github.com:owner/shop.git", "https://github.com/owner/shop", true)]
    [InlineData("https://ada:open-sesame@github.com/owner/shop", "https://github.com/Owner/Shop.git", true)]
    [InlineData("https://github.com/owner/shop", "http://github.com/owner/shop", true)]
    [InlineData("https://github.com/owner/shop.github", "https://github.com/owner/shophub", false)]
    // Before it had a remote.
    [InlineData("https://github.com/owner/shop.git", "this checkout", true)]
    [InlineData(null, "this checkout", true)]
    // Deployed by an earlier version, or by hand.
    [InlineData("https://github.com/owner/shop.git", null, true)]
    [InlineData("https://github.com/owner/shop.git", "https://github.com/other/shop", false)]
    [InlineData("https://ada:open-sesame@github.com/owner/shop", "https://gitlab.com/owner/shop", false)]
    [InlineData("https://github.com/owner/shop.git", "checkout-ffffff", false)]
    [InlineData(null, "https://github.com/owner/shop", false)]
    public async Task A_stack_of_another_repository_is_neither_updated_nor_removed(string? remote, string? label, bool isOwn)
    {
        await PrepareAsync(remote);
        using var docker = new DockerStandIn(AnswersOf(label == "this checkout" ? Checkout : label));
        foreach (var verbOf in (Func<DeliveryContext, Verb>[])[x => new DeployStack(x, Declaration, "live"), x => new ComposeDown(x, Declaration, "live", volumes: true)])
        {
            foreach (var isDry in (bool[])[true, false])
            {
                using var context = ContextOf(docker);
                var verb = verbOf(context);

                var error = await Record.ExceptionAsync(isDry ? verb.PlanAsync : verb.RunAsync);

                Assert.Equal(!isOwn, error?.Message.Contains(" is of another repository", StringComparison.Ordinal) is true);
                if (isOwn) continue;
                Assert.Contains(label!, error!.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("open-sesame", error.Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal(isOwn, docker.Called.Any(x => x.Contains("stack deploy", StringComparison.Ordinal)));
        Assert.Equal(isOwn, docker.Called.Any(x => x.Contains(" rm shop-live", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_deployed_says_where_it_comes_from()
    {
        await PrepareAsync("https://ada:open-sesame@github.com/owner/shop.git");
        using var docker = new DockerStandIn(AnswersOf(null));
        using var context = ContextOf(docker);

        await Record.ExceptionAsync(new DeployStack(context, Declaration, "live").RunAsync);

        var file = await File.ReadAllTextAsync(Path.Combine(_repository.Directory, "artifacts", "compose", "stack.live.yml"), Cancellation);
        Assert.Contains("labels:\n        org.acci.source: \"https://github.com/owner/shop\"", file, StringComparison.Ordinal);
    }

    // A job that deploys in a new container each time has neither git nor a folder that is the same.
    [Theory]
    [InlineData(null, true)]
    [InlineData("https://github.com/owner/shop", false)]
    public async Task Without_a_git_repository_a_stack_that_says_nothing_is_updated_and_goes_on_saying_nothing(string? label, bool isUpdated)
    {
        await PrepareAsync(null);
        Directory.Delete(Path.Combine(_repository.Directory, ".git"), recursive: true);
        using var docker = new DockerStandIn(AnswersOf(label));
        using var context = ContextOf(docker);

        var error = await Record.ExceptionAsync(new DeployStack(context, Declaration, "live").RunAsync);

        Assert.Equal(!isUpdated, error?.Message.Contains(" is of another repository, ", StringComparison.Ordinal) is true);
        if (!isUpdated) return;
        Assert.Contains(docker.Called, x => x.Contains("stack deploy", StringComparison.Ordinal));
        Assert.DoesNotContain(StackSource.Label, await File.ReadAllTextAsync(Path.Combine(_repository.Directory, "artifacts", "compose", "stack.live.yml"), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_data_of_a_stack_that_was_ended_are_said_to_be_there()
    {
        await PrepareAsync(null);
        using var docker = new DockerStandIn(AnswersOf(null).Replace(
            "\"service ls\"*) echo app ;;", "\"volume ls\"*com.docker.stack.namespace*) echo shop-live_data ;; \"service ls\"*) ;;", StringComparison.Ordinal));
        using var context = ContextOf(docker);
        var (said, before) = (new Said(), Log.Logger);
        Log.Logger = new LoggerConfiguration().WriteTo.Sink(said).CreateLogger();
        try
        {
            await new ComposeDown(context, Declaration, "live", volumes: false).RunAsync();
        }
        finally
        {
            Log.Logger = before;
        }

        Assert.Contains(said.Lines, x => x.Contains("Its data stay in shop-live_data", StringComparison.Ordinal));
    }

    private async Task PrepareAsync(string? remote)
    {
        Directory.CreateDirectory(Path.Combine(_repository.Directory, "deploy", "environments"));
        Directory.CreateDirectory(Path.Combine(_repository.Directory, "deploy", "compose"));
        _repository.Write("deploy/environments/settings.json", """{ "Deployment": { "Kind": "Production" } }""");
        _repository.Write("deploy/environments/settings.live.json", "{}");
        await _repository.Run("git init --quiet --initial-branch main", "git add .", "git commit --quiet --message one");
        if (remote is not null) await _repository.Run($"git remote add origin {remote}");
    }

    // A swarm of this machine with one stack, in which nothing that is deployed ever runs.
    private static string AnswersOf(string? label) => $$$"""
        case "$*" in
            "context inspect"*) echo tcp://localhost:2375 ;;
            version*) echo 29.0.0 ;;
            "compose version"*) echo 2.40.0 ;;
            info*Swarm*) echo active true 1 here ;;
            "volume inspect"*) exit 1 ;;
            "service ls"*) echo app ;;
            "service inspect"*) echo '[{"ID":"app","Spec":{"Name":"shop-live_shop","Labels":{ {{{(label is null ? "" : $"\"{StackSource.Label}\":\"{label}\"")}}} },"Mode":{"Replicated":{"Replicas":1} },"TaskTemplate":{"ContainerSpec":{"Image":"shop:1"} } } }]' ;;
            {{{DockerReply.PullsFromLoopback}}}
        esac
        """;

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
