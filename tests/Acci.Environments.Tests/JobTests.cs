using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Running;
using Acci.Environments.Specification;
using Acci.Environments.Swarm;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>A service that is to end: a migration that the app waits for, or one that says so itself.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class JobTests : IDisposable
{
    private static readonly EnvironmentDeclaration Declaration = new()
    {
        Name = "shop",
        Define = environment => new()
        {
            StartLimit = TimeSpan.FromSeconds(5),
            Services =
            [
                new("shop")
                {
                    Compose = new()
                    {
                        Image = "shop:1",
                        DependsOn = new Dictionary<string, Dependency> { ["migration"] = Dependency.Completed },
                        Deploy = new() { RestartPolicy = new("any") },
                    },
                },
                new("migration") { Compose = new() { Image = "migration:1" } },
                new("seed") { Compose = new() { Image = "seed:1", Deploy = new() { RestartPolicy = new("none"), UpdateConfig = new() { Order = "start-first" } } } },
            ],
        },
    };

    private readonly TemporaryFolder _root = new();

    public JobTests()
    {
        Directory.CreateDirectory(_root.Combine("deploy", "environments"));
        Directory.CreateDirectory(_root.Combine("deploy", "compose"));
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.json"), """{ "Deployment": { "Kind": "Production" } }""");
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.live.json"), "{}");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ComposeFiles Files => new(_root.Path, Declaration);

    private EnvironmentModel Model => EnvironmentModel.Of(Declaration, Files.Read("live"));

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task An_environment_is_up_when_its_jobs_have_ended_with_0()
    {
        var containers = await StartAsync([Ended("migration", 0), Ended("seed", 0), Running("shop")]);

        Assert.Equal(["completed", "completed", "running"], containers.Select(x => x.State).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("migration", 3)]
    [InlineData("seed", 1)]
    public async Task A_job_that_ends_with_another_code_is_named_with_its_last_lines(string job, int code)
    {
        var error = await Assert.ThrowsAsync<DeliveryException>(
            () => StartAsync([.. ((string[])["migration", "seed"]).Select(x => Ended(x, x == job ? code : 0)), Running("shop")]));

        Assert.Contains($"{job} does not come up: {job} ended with exit code {code}. Its last lines:\n    what {job} wrote", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_does_not_end_is_told_so()
    {
        var error = await Assert.ThrowsAsync<DeliveryException>(() => StartAsync([Ended("migration", 0), Running("seed"), Running("shop")]));

        Assert.Contains("seed does not come up: seed is running after 5 s", error.Message, StringComparison.Ordinal);
        Assert.Contains("It is a job, which has to end", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_has_as_long_as_the_environment_says_and_a_message_says_how_it_gets_longer()
    {
        var error = await Assert.ThrowsAsync<DeliveryException>(() => StartAsync([Ended("migration", 0), Ended("seed", 0), There("shop", "created", 0)]));

        Assert.Contains("shop does not come up: shop is created after 5 s. If it needs longer, declare a StartLimit.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_ends_with_0_is_a_failure_that_says_how_a_job_is_declared()
    {
        var error = await Assert.ThrowsAsync<DeliveryException>(() => StartAsync([Ended("migration", 0), Ended("seed", 0), Ended("shop", 0)]));

        Assert.Contains("shop does not come up: shop ended with exit code 0", error.Message, StringComparison.Ordinal);
        Assert.Contains("RestartPolicy(\"none\")", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_says_what_runs_to_its_end()
    {
        Assert.Equal(
            ["Would create shop: shop:1", "Would create migration, which runs to its end: migration:1", "Would create seed, which runs to its end: seed:1"],
            await DescribeAsync());
        Assert.Contains("Would run migration to its end again, unless this name means another image by then: migration:1", await DescribeAsync(Ended("migration", 0)));
        var there = new SwarmService { Id = "1", Name = "shop-live_migration", Image = "migration:1", Replicas = 1, Specification = "" };
        var stack = StackPreview.Describe(Model.File, new Dictionary<string, string>(), "shop-live", [there]).ToArray();
        Assert.Contains("Would run migration to its end again: migration:1", stack);
        Assert.Contains("Would create seed, which runs to its end: seed:1", stack);
    }

    [Fact]
    public void A_stack_runs_jobs_as_jobs()
    {
        var services = SwarmStack.Of(Model.File, new Dictionary<string, string>(), new Dictionary<string, string>(), _ => "here", hasIngress: true, "/checkout/ops").Services;

        Assert.Null(services["shop"].Deploy!.Mode);
        Assert.Equal(("replicated-job", "on-failure"), (services["migration"].Deploy!.Mode, services["migration"].Deploy!.RestartPolicy!.Condition));
        Assert.Equal(("replicated-job", "none"), (services["seed"].Deploy!.Mode, services["seed"].Deploy!.RestartPolicy!.Condition));
        Assert.Null(services["seed"].Deploy!.UpdateConfig);
    }

    [Theory]
    [InlineData("complete", 2, null)]
    [InlineData("complete", 1, "prod_migration: it is not up after 20 s")]
    [InlineData("running", 2, "prod_migration: it is not up after 20 s")]
    [InlineData("failed", 2, "prod_migration: it does not come up: task: non-zero exit (3)")]
    public async Task A_stack_is_settled_when_its_jobs_last_run_is_complete(string state, int iteration, string? problem)
    {
        using var docker = new DockerStandIn($$$"""
            case "$*" in
                *"stack deploy"*) touch '{{{_root.Combine("deployed")}}}' ;;
                "service ls"*) [ -e '{{{_root.Combine("deployed")}}}' ] && echo job || true ;;
                "service inspect"*) echo '[{"ID":"job","JobStatus":{"JobIteration":{"Index":2} },"Spec":{"Name":"prod_migration","Mode":{"ReplicatedJob":{"MaxConcurrent":1,"TotalCompletions":1} },"TaskTemplate":{"RestartPolicy":{"Condition":"none"},"ContainerSpec":{"Image":"migration:1"} } } }]' ;;
                "stack ps"*) [ -e '{{{_root.Combine("deployed")}}}' ] && echo 1 || true ;;
                "inspect --type task"*) echo '[{"ID":"1","ServiceID":"job","DesiredState":"complete","JobIteration":{"Index":{{{iteration}}}},"Status":{"State":"{{{state}}}","Err":"{{{(state == "failed" ? "task: non-zero exit (3)" : "")}}}"},"Spec":{"ContainerSpec":{} } }]' ;;
            esac
            """);
        var context = new DeliveryContext(new DeliveryOptions { Root = _root.Path, Artifacts = _root.Path, Images = [] }, Cancellation);
        using var login = await PullLogin.ForAsync(context, docker.Engine, "migration:1");
        var deployment = new StackDeployment(new SwarmManager(docker.Engine) { Time = new TestClock() }, "prod", replicas: 1, login, TimeSpan.Zero);

        var error = await Record.ExceptionAsync(() => deployment.RunAsync(() => Task.FromResult("stack.yml"), () => Task.CompletedTask, Cancellation));

        if (problem is null) Assert.Null(error);
        else Assert.StartsWith(problem, Assert.IsType<DeliveryException>(error).Message, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<Container>> StartAsync(params JsonObject[] containers)
    {
        using var docker = Docker(containers, isThere: false);
        var project = ComposeProject.Of(docker.Engine, _root.Path, Declaration, "live", ProcessEnvironment.Empty);
        return await new ComposeStart(project, Model, PortAccess.Loopback, new TestClock()).RunAsync(Cancellation);
    }

    private async Task<IReadOnlyList<string>> DescribeAsync(params JsonObject[] containers)
    {
        using var docker = Docker(containers, isThere: containers.Length > 0);
        var project = ComposeProject.Of(docker.Engine, _root.Path, Declaration, "live", ProcessEnvironment.Empty);
        var images = new PlannedImages(new Dictionary<string, string>(), new Dictionary<string, ImageReference>());
        return await new ComposePreview(project, EnvironmentPlan.Of(Files, "live", ProcessEnvironment.Empty), images).DescribeAsync(hasEngine: true, Cancellation);
    }

    private DockerStandIn Docker(JsonObject[] containers, bool isThere)
    {
        File.WriteAllText(_root.Combine("containers"), JsonSerializer.Serialize(containers));
        var up = _root.Combine($"up-{Guid.NewGuid():n}");
        if (isThere) File.WriteAllText(up, "");
        return new DockerStandIn($"""
            case "$*" in
                *" up --detach"*) touch '{up}' ;;
                *" down "*) rm -f '{up}' ;;
                "ps --all"*) [ -e '{up}' ] && echo 1 || true ;;
                inspect*) cat '{_root.Combine("containers")}' ;;
                logs*) for name; do :; done; echo "what $name wrote" ;;
                *"config --hash"*) for service in shop migration seed; do echo "$service hash"; done ;;
            esac
            """);
    }

    private static JsonObject Ended(string service, int code) => There(service, "exited", code);

    private static JsonObject Running(string service) => There(service, "running", 0);

    private static JsonObject There(string service, string status, int code) => new()
    {
        ["Id"] = service,
        ["Name"] = $"/{service}",
        ["RestartCount"] = 0,
        ["State"] = new JsonObject { ["Status"] = status, ["ExitCode"] = code, ["OOMKilled"] = false, ["Error"] = "" },
        ["Config"] = new JsonObject
        {
            ["Image"] = $"{service}:1",
            ["Labels"] = new JsonObject { ["com.docker.compose.service"] = service, ["com.docker.compose.config-hash"] = "hash" },
        },
        ["NetworkSettings"] = new JsonObject { ["Ports"] = new JsonObject() },
    };
}
