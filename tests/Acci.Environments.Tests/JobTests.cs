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
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Acci.Environments.Tests;

/// <summary>A service that is to end: a migration that the app waits for, or one that says so itself.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class JobTests : IDisposable, ILogEventSink
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
    private readonly List<string> _said = [];
    private readonly ILogger _before = Log.Logger;

    public JobTests()
    {
        Directory.CreateDirectory(_root.Combine("deploy", "environments"));
        Directory.CreateDirectory(_root.Combine("deploy", "compose"));
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.json"), """{ "Deployment": { "Kind": "Production" } }""");
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.live.json"), "{}");
        Log.Logger = new LoggerConfiguration().WriteTo.Sink(this).CreateLogger();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ComposeFiles Files => new(_root.Path, Declaration);

    private EnvironmentModel Model => EnvironmentModel.Of(Declaration, Files.Read("live"));

    public void Dispose()
    {
        Log.Logger = _before;
        _root.Dispose();
    }

    void ILogEventSink.Emit(LogEvent logEvent) => _said.Add(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public async Task An_environment_is_up_when_its_jobs_have_ended_with_0()
    {
        var containers = await StartAsync([Ended("migration", 0), Ended("seed", 0), Running("shop")]);

        Assert.Equal(["completed", "completed", "running"], containers.Select(x => x.State).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_job_s_image_may_have_a_health_check_which_is_of_a_server()
    {
        var containers = await StartAsync(
            [Checked(Running("migration"), "unhealthy"), Ended("seed", 0), There("shop", "created", 0)],
            [Checked(Ended("migration", 0), "unhealthy"), Ended("seed", 0), Checked(Running("shop"), "starting")],
            [Checked(Ended("migration", 0), "unhealthy"), Ended("seed", 0), Checked(Running("shop"), "starting")],
            [Checked(Ended("migration", 0), "unhealthy"), Ended("seed", 0), Checked(Running("shop"), "healthy")]);

        Assert.Equal(["completed", "completed", "healthy"], containers.Select(x => x.State).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_server_that_is_started_again_once_has_not_failed_its_health_check()
    {
        var restarting = Checked(There("shop", "restarting", 1), "unhealthy");
        restarting["RestartCount"] = 1;
        var containers = await StartAsync(
            [Ended("migration", 0), Ended("seed", 0), restarting],
            [Ended("migration", 0), Ended("seed", 0), Checked(Running("shop"), "healthy")]);

        Assert.Contains("healthy", containers.Select(x => x.State));
    }

    [Fact]
    public void The_check_of_a_job_s_image_is_switched_off_and_one_of_its_own_stays()
    {
        Assert.Contains("    healthcheck:\n      disable: true\n", Model.ToYaml(), StringComparison.Ordinal);
        Assert.Null(Model.File.Services["shop"].Healthcheck);
        var own = new Healthcheck { Interval = "1s" };
        var model = ModelWith(new("seed") { Compose = new() { Image = "seed:1", Healthcheck = own, Deploy = new() { RestartPolicy = new("none") } } });
        Assert.Equal(own, model.File.Services["seed"].Healthcheck);
    }

    [Theory]
    [InlineData("replicated-job", "any", "seed is a job, which is to end, and its restart policy 'any' would start it again for ever")]
    [InlineData("global-job", "none", "seed has the mode 'global-job': write replicated or replicated-job")]
    [InlineData("global", "on-failure", "seed has the mode 'global': write replicated or replicated-job")]
    public void What_no_job_can_be_is_refused_when_it_is_declared(string mode, string restart, string problem)
    {
        var error = Assert.Throws<DeliveryException>(
            () => ModelWith(new("seed") { Compose = new() { Image = "seed:1", Deploy = new() { Mode = mode, RestartPolicy = new(restart) } } }));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        _ = ModelWith(new("server") { Compose = new() { Image = "server:1", Deploy = new() { Mode = "replicated", RestartPolicy = new("any") } } });
    }

    // Where docker compose does not say what was tried, it may have been anything.
    [Theory]
    [InlineData("", true)]
    [InlineData("shop:1", false)]
    [InlineData("shop:2", true)]
    public async Task Going_back_says_that_jobs_run_again_and_never_leads_to_the_images_that_have_just_failed(string tried, bool goesBack)
    {
        var own = Declaration with { Define = x => Declaration.Define(x) with { Services = [.. Declaration.Define(x).Services.Skip(1), Waiting] } };
        using var docker = new DockerStandIn($"""
            case "$*" in
                *" up --detach"*) echo refused >&2; exit 1 ;;
                *"config --images"*) echo '{tried}' ;;
                "ps --all"*) echo 1 ;;
                inspect*) cat '{WriteContainers([[Ended("migration", 0), Ended("seed", 0), Running("shop")]])}-0' ;;
            esac
            """);
        var project = ComposeProject.Of(docker.Engine, _root.Path, own, "live", ProcessEnvironment.Empty);
        var start = new ComposeStart(project, EnvironmentModel.Of(own, new ComposeFiles(_root.Path, own).Read("live")), PortAccess.Loopback, new TestClock());

        await Assert.ThrowsAsync<DeliveryException>(() => start.RunAsync(Cancellation));

        var said = _said.SingleOrDefault(x => x.Contains("going back", StringComparison.Ordinal));
        if (goesBack) Assert.EndsWith("going back to shop:1. That runs its jobs again, with these images, on data that may have changed: migration, seed", said, StringComparison.Ordinal);
        else Assert.Null(said);
        Assert.Equal(!goesBack, _said.Any(x => x.Contains("what runs now is left as it is", StringComparison.Ordinal)));
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
        Assert.Contains("Would run migration to its end again: migration:1", await DescribeAsync(Ended("migration", 0)));
        var there = new SwarmService { Id = "1", Name = "shop-live_migration", Image = "migration:1", Replicas = 1, IsJob = true, Specification = "" };
        var stack = StackPreview.Describe(Model.File, new Dictionary<string, string>(), "shop-live", [there]).ToArray();
        Assert.Contains("Would run migration to its end again: migration:1", stack);
        Assert.Contains("Would create seed, which runs to its end: seed:1", stack);
        var changed = StackPreview.Describe(Model.File, new Dictionary<string, string>(), "shop-live", [there with { IsJob = false }, there with { Name = "shop-live_shop" }]).ToArray();
        Assert.Contains("Would remove migration, and create it anew as a job, which runs to its end, because a swarm cannot change that: migration:1", changed);
        Assert.Contains("Would remove shop, and create it anew, no longer as a job, because a swarm cannot change that: shop:1", changed);
    }

    [Fact]
    public void A_stack_runs_jobs_as_jobs()
    {
        var services = SwarmStack.Of(Model.File, new Dictionary<string, string>(), new Dictionary<string, string>(), _ => "here", hasIngress: true, "/checkout/ops").Services;

        Assert.Null(services["shop"].Deploy!.Mode);
        Assert.Equal(("replicated-job", "on-failure"), (services["migration"].Deploy!.Mode, services["migration"].Deploy!.RestartPolicy!.Condition));
        Assert.Equal(("replicated-job", "none"), (services["seed"].Deploy!.Mode, services["seed"].Deploy!.RestartPolicy!.Condition));
        Assert.Null(services["seed"].Deploy!.UpdateConfig);
        Assert.True(services["migration"].Healthcheck!.Disable);
    }

    [Fact]
    public async Task What_a_stack_waits_for_is_named_and_not_the_service_that_comes_first()
    {
        using var docker = new DockerStandIn($$$"""
            case "$*" in
                *"stack deploy"*) touch '{{{_root.Combine("deployed")}}}' ;;
                "service ls"*) [ -e '{{{_root.Combine("deployed")}}}' ] && printf 'app\njob\nlate\n' || true ;;
                "service inspect"*) echo '[
                    {"ID":"app","Spec":{"Name":"prod_a","Mode":{"Replicated":{"Replicas":1} },"TaskTemplate":{"ContainerSpec":{"Image":"a:1"} } } },
                    {"ID":"late","Spec":{"Name":"prod_b","Mode":{"Replicated":{"Replicas":1} },"TaskTemplate":{"ContainerSpec":{"Image":"b:1"} } } },
                    {"ID":"job","JobStatus":{"JobIteration":{"Index":2} },"Spec":{"Name":"prod_migration","Mode":{"ReplicatedJob":{"MaxConcurrent":1,"TotalCompletions":1} },"TaskTemplate":{"ContainerSpec":{"Image":"m:1"} } } }]' ;;
                "stack ps"*) [ -e '{{{_root.Combine("deployed")}}}' ] && echo 1 || true ;;
                "inspect --type task"*) echo '[
                    {"ID":"1","ServiceID":"app","DesiredState":"running","Status":{"State":"running"},"Spec":{"ContainerSpec":{"Image":"a:1"} } },
                    {"ID":"2","ServiceID":"job","DesiredState":"complete","JobIteration":{"Index":2},"Status":{"State":"running"},"Spec":{"ContainerSpec":{} } }]' ;;
            esac
            """);
        var context = new DeliveryContext(new DeliveryOptions { Root = _root.Path, Artifacts = _root.Path, Images = [] }, Cancellation);
        using var login = await PullLogin.ForAsync(context, docker.Engine, "migration:1");
        var deployment = new StackDeployment(new SwarmManager(docker.Engine) { Time = new TestClock() }, "prod", replicas: 1, login, TimeSpan.Zero);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => deployment.RunAsync(() => Task.FromResult("stack.yml"), () => Task.CompletedTask, Cancellation));

        Assert.StartsWith("prod_migration: it is not up after 20 s.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("complete", 2, null)]
    [InlineData("complete", 1, "prod_migration: it is not up after 20 s. If it needs longer, declare a StartLimit.")]
    [InlineData("running", 2, "prod_migration: it is not up after 20 s. If it needs longer, declare a StartLimit.")]
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

    [Fact]
    public async Task A_service_that_becomes_a_job_is_removed_from_the_swarm_first()
    {
        using var docker = new DockerStandIn($$$"""
            case "$*" in
                "service ls"*) [ -e '{{{_root.Combine("deployed")}}}' ] && echo job || echo server ;;
                "service inspect server") echo '[{"ID":"server","Spec":{"Name":"prod_migration","Mode":{"Replicated":{"Replicas":1} },"TaskTemplate":{"ContainerSpec":{"Image":"migration:1"} } } }]' ;;
                "service inspect job") echo '[{"ID":"job","JobStatus":{"JobIteration":{} },"Spec":{"Name":"prod_migration","Mode":{"ReplicatedJob":{"TotalCompletions":1} },"TaskTemplate":{"ContainerSpec":{"Image":"migration:1"} } } }]' ;;
                *"stack deploy"*) touch '{{{_root.Combine("deployed")}}}' ;;
                "stack ps"*) echo 1 ;;
                "inspect --type task"*) echo '[{"ID":"1","ServiceID":"job","DesiredState":"complete","JobIteration":{},"Status":{"State":"complete"},"Spec":{"ContainerSpec":{} } }]' ;;
            esac
            """);

        await DeployAsync(docker);

        var called = docker.Called.ToList();
        Assert.InRange(called.IndexOf("service rm server"), 0, called.FindIndex(x => x.Contains("stack deploy", StringComparison.Ordinal)));
        Assert.DoesNotContain("service rm job", called);
    }

    [Theory]
    [InlineData("touch", false)]
    [InlineData("echo refused >&2; exit 1; touch", true)]
    public async Task It_has_ended_before_the_stack_is_deployed_and_is_named_when_that_fails(string deploy, bool fails)
    {
        using var docker = new DockerStandIn($$$"""
            turns='{{{_root.Combine("turns")}}}'
            case "$*" in
                "service ls"*) [ -e '{{{_root.Combine("deployed")}}}' ] && echo job || echo server ;;
                "service inspect server") echo '[{"ID":"server","Spec":{"Name":"prod_migration","Mode":{"Replicated":{"Replicas":1} },"TaskTemplate":{"ContainerSpec":{"Image":"migration:1"} } } }]' ;;
                "service inspect job") echo '[{"ID":"job","JobStatus":{"JobIteration":{} },"Spec":{"Name":"prod_migration","Mode":{"ReplicatedJob":{"TotalCompletions":1} },"TaskTemplate":{"ContainerSpec":{"Image":"migration:1"} } } }]' ;;
                *"stack deploy"*) {{{deploy}}} '{{{_root.Combine("deployed")}}}' ;;
                "service rm"*) echo > "$turns" ;;
                "stack ps"*) [ -e '{{{_root.Combine("deployed")}}}' ] && echo new || echo old ;;
                "inspect --type task old")
                    [ ! -e "$turns" ] || echo >> "$turns"
                    [ ! -e "$turns" ] || [ $(wc -l < "$turns") -lt 4 ] || { echo '[]'; echo 'No such task: old' >&2; exit 1; }
                    echo '[{"ID":"old","ServiceID":"server","DesiredState":"remove","Status":{"State":"running"},"Spec":{"ContainerSpec":{} } }]' ;;
                "inspect --type task"*) echo '[{"ID":"new","ServiceID":"job","DesiredState":"complete","JobIteration":{},"Status":{"State":"complete"},"Spec":{"ContainerSpec":{} } }]' ;;
            esac
            """);

        var error = await Record.ExceptionAsync(() => DeployAsync(docker));

        Assert.Equal(fails, error is not null);
        var called = docker.Called.ToList();
        // Twice it still runs; the last look is at the tasks of before.
        Assert.Equal(
            4,
            called.Skip(called.IndexOf("service rm server")).TakeWhile(x => !x.Contains("stack deploy", StringComparison.Ordinal)).Count(x => x == "inspect --type task old"));
        Assert.Equal(fails, _said.Any(x => x.StartsWith("prod_migration was removed for this deployment", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_that_the_swarm_does_not_remove_is_not_told_as_removed()
    {
        using var docker = new DockerStandIn("""
            case "$*" in
                "service ls"*) echo server ;;
                "service inspect server") echo '[{"ID":"server","Spec":{"Name":"prod_migration","Mode":{"Replicated":{"Replicas":1} },"TaskTemplate":{"ContainerSpec":{"Image":"migration:1"} } } }]' ;;
                "service rm"*) echo refused >&2; exit 1 ;;
            esac
            """);

        await Assert.ThrowsAnyAsync<DeliveryException>(() => DeployAsync(docker));

        Assert.DoesNotContain(_said, x => x.Contains("was removed", StringComparison.Ordinal));
    }

    [Fact]
    public void What_waits_for_a_job_is_started_again_for_as_long_as_the_job_needs()
    {
        var file = new ComposeFile
        {
            Services = new Dictionary<string, Service>
            {
                ["shop"] = new()
                {
                    Deploy = new() { RestartPolicy = new("on-failure") { MaxAttempts = 3, Delay = "2s" } },
                    DependsOn = new Dictionary<string, Dependency> { ["migration"] = Dependency.Completed },
                },
                ["other"] = new() { Deploy = new() { RestartPolicy = new("on-failure") { MaxAttempts = 3 } } },
                ["migration"] = new(),
            },
        };

        var services = SwarmStack.Of(file, new Dictionary<string, string>(), new Dictionary<string, string>(), _ => "here", hasIngress: true, "/checkout/ops").Services;

        Assert.Equal(new RestartPolicy("on-failure") { Delay = "2s" }, services["shop"].Deploy!.RestartPolicy);
        Assert.Equal(3, services["other"].Deploy!.RestartPolicy!.MaxAttempts);
    }

    [Theory]
    [InlineData("", "was a stack here, which was removed and has not ended yet: ComposeDown --environment live")]
    [InlineData("app", "docker service logs shop-live_shop shows what its replicas wrote")]
    public async Task ComposeLogs_says_how_a_stack_stands(string services, string said)
    {
        using var docker = new DockerStandIn($$$"""
            case "$*" in
                "context inspect"*) echo tcp://localhost:2375 ;;
                version*) echo 29.0.0 ;;
                info*Swarm*) echo active true 1 here ;;
                "ps --all"*com.docker.stack.namespace*) echo c1 ;;
                "service ls"*) echo {{{services}}} ;;
                "service inspect"*) echo '[{"ID":"app","Spec":{"Name":"shop-live_shop","Mode":{},"TaskTemplate":{"ContainerSpec":{"Image":"shop:1"} } } }]' ;;
                {{{DockerReply.PullsFromLoopback}}}
            esac
            """);
        using var context = ContextOf(docker);

        var error = await Assert.ThrowsAsync<DeliveryException>(new ComposeLogs(context, Declaration, "live", follow: false).RunAsync);

        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prod_shop", """{"Replicated":{"Replicas":1} }""", null)]
    [InlineData("prod_other", """{"Replicated":{"Replicas":1} }""", "prod_other: it does not come up: task: non-zero exit (1)")]
    public async Task While_a_job_runs_a_service_that_waits_for_it_may_fail(string failing, string mode, string? problem)
    {
        using var docker = new DockerStandIn($$$"""
            polls='{{{_root.Combine("polls")}}}'
            case "$*" in
                *"stack deploy"*) echo 0 > "$polls" ;;
                "service ls"*) [ -e "$polls" ] && echo job app || true ;;
                "service inspect"*)
                    echo '[{"ID":"job","JobStatus":{"JobIteration":{} },"Spec":{"Name":"prod_migration","Mode":{"ReplicatedJob":{"TotalCompletions":1} },"TaskTemplate":{"ContainerSpec":{"Image":"migration:1"} } } },'
                    echo '{"ID":"app","Spec":{"Name":"{{{failing}}}","Mode":{{{mode}}},"TaskTemplate":{"ContainerSpec":{"Image":"shop:1"} } } }]' ;;
                "stack ps"*) [ -e "$polls" ] && echo 1 || true ;;
                "inspect --type task"*)
                    poll=$(($(cat "$polls") + 1)); echo $poll > "$polls"
                    failed() { echo '{"ID":"'$1'","ServiceID":"app","DesiredState":"shutdown","Status":{"State":"failed","Err":"task: non-zero exit (1)"},"Spec":{"ContainerSpec":{} } }'; }
                    state=running; more=
                    [ $poll -lt 5 ] || state=complete
                    [ $poll -lt 6 ] || more=',{"ID":"9","ServiceID":"app","DesiredState":"running","Status":{"State":"running"},"Spec":{"ContainerSpec":{"Image":"shop:1"} } }'
                    echo '[{"ID":"0","ServiceID":"job","DesiredState":"complete","JobIteration":{},"Status":{"State":"'$state'"},"Spec":{"ContainerSpec":{} } },'"$(failed 1),$(failed 2),$(failed $((poll / 2 + 3)))$more]" ;;
            esac
            """);

        var error = await Record.ExceptionAsync(() => DeployAsync(docker));

        if (problem is null) Assert.Null(error);
        else Assert.StartsWith(problem, Assert.IsType<DeliveryException>(error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_waits_for_the_jobs_of_those_that_it_waits_for()
    {
        var file = new ComposeFile
        {
            Services = new Dictionary<string, Service>
            {
                ["proxy"] = new() { DependsOn = new Dictionary<string, Dependency> { ["shop"] = Dependency.Healthy } },
                ["shop"] = new() { DependsOn = new Dictionary<string, Dependency> { ["migration"] = Dependency.Completed, ["proxy"] = Dependency.Started } },
            },
        };

        Assert.Equal(["migration"], file.JobsBefore("proxy"));
        Assert.Empty(file.JobsBefore("migration"));
    }

    [Theory]
    [InlineData("shop.api", "The service 'shop.api' cannot have that name in a swarm")]
    [InlineData("shop-", "The service 'shop-' cannot have that name in a swarm")]
    [InlineData("a-service-with-a-name-that-is-longer-than-a-swarm-takes", "a-service-with-a-name-that-is-longer-than-a-swarm-takes in the swarm, 65 characters; 63 is the most")]
    [InlineData("shop", null)]
    public async Task A_name_that_a_swarm_does_not_take_is_known_before_anything_is_made(string name, string? problem)
    {
        using var docker = new DockerStandIn(SwarmAnswers);
        using var context = ContextOf(docker);
        var declaration = Declaration with { Define = _ => new() { Services = [new(name) { Compose = new() { Image = "shop:1" } }] } };

        var error = await Record.ExceptionAsync(() => new DeployStack(context, declaration, "live").PrepareAsync(DeliveryScope.Publish));

        if (problem is null) Assert.Null(error);
        else Assert.Contains(problem, Assert.IsType<DeliveryException>(error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_stack_s_own_name_counts_which_may_be_longer_than_the_declared_one()
    {
        File.WriteAllText(_root.Combine("deploy", "compose", ".env.live"), "COMPOSE_PROJECT_NAME=shop-live-abcdef\n");
        using var docker = new DockerStandIn(SwarmAnswers);
        using var context = ContextOf(docker);
        var declaration = Declaration with { Define = _ => new() { Services = [new(new string('a', 50)) { Compose = new() { Image = "shop:1" } }] } };

        var error = await Assert.ThrowsAsync<DeliveryException>(new DeployStack(context, declaration, "live").RunAsync);

        Assert.Contains("would be shop-live-abcdef_aaa", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(docker.Called, x => x.Contains("stack deploy", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(42, true)]
    [InlineData(41, false)]
    public void A_secret_s_name_in_a_swarm_has_its_digest_and_64_characters_at_most(int length, bool isTooLong)
    {
        var file = new ComposeFile { Services = new Dictionary<string, Service>(), Secrets = new Dictionary<string, FileObject> { [new string('a', length)] = new() } };

        var error = Record.Exception(() => SwarmName.Ensure(file, "shop-live"));

        Assert.Equal(isTooLong, error is DeliveryException);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("raw", false)]
    public async Task Values_that_a_stack_reads_otherwise_than_docker_compose_are_named(string? format, bool isSaid)
    {
        File.WriteAllText(_root.Combine("deploy", "compose", "shop.env"), "# \"x\"\nPLAIN=a b\nQUOTED=\"x y\"\nPUT_IN=$PLAIN\nREMARK=a # b\n");
        using var docker = new DockerStandIn(SwarmAnswers);
        using var context = ContextOf(docker);
        var declaration = Declaration with { Define = _ => new() { Services = [new("shop") { Compose = new() { Image = "shop:1", EnvFile = [new("shop.env", Format: format)] } }] } };

        await new DeployStack(context, declaration, "live").PlanAsync();

        Assert.Equal(isSaid, _said.Any(x => x.Contains("and docker compose does not: QUOTED, PUT_IN, REMARK. Where", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task DeployStack_waits_as_long_as_the_environment_says()
    {
        using var docker = new DockerStandIn(SwarmAnswers);
        using var context = ContextOf(docker);

        var error = await Assert.ThrowsAsync<DeliveryException>(new DeployStack(context, Declaration, "live").RunAsync);

        Assert.StartsWith("shop-live_shop: it is not up after 5 s", error.Message, StringComparison.Ordinal);
    }

    // A swarm of this machine in which nothing that is deployed ever runs.
    private string SwarmAnswers => $$$"""
        case "$*" in
            "context inspect"*) echo tcp://localhost:2375 ;;
            version*) echo 29.0.0 ;;
            info*Swarm*) echo active true 1 here ;;
            "volume inspect"*) exit 1 ;;
            *"stack deploy"*) touch '{{{_root.Combine("deployed")}}}' ;;
            "service ls"*) [ -e '{{{_root.Combine("deployed")}}}' ] && echo app || true ;;
            "service inspect"*) echo '[{"ID":"app","Spec":{"Name":"shop-live_shop","Mode":{"Replicated":{"Replicas":1} },"TaskTemplate":{"ContainerSpec":{"Image":"shop:1"} } } }]' ;;
            {{{DockerReply.PullsFromLoopback}}}
        esac
        """;

    private static ServiceDefinition Waiting => new("shop")
    {
        Image = ServiceImage.Of("shop"),
        Compose = new() { DependsOn = new Dictionary<string, Dependency> { ["migration"] = Dependency.Completed } },
    };

    private DeliveryContext ContextOf(DockerStandIn docker) => new(new DeliveryOptions { Root = _root.Path, Artifacts = _root.Combine("artifacts"), Images = [] }, Cancellation)
    {
        Environment = TestEnvironment.OutsideWorkflows.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!),
        Time = new TestClock(),
    };

    private async Task DeployAsync(DockerStandIn docker)
    {
        using var context = ContextOf(docker);
        using var login = await PullLogin.ForAsync(context, docker.Engine, "migration:1");
        var deployment = new StackDeployment(new SwarmManager(docker.Engine) { Time = new TestClock() }, "prod", replicas: 1, login) { Declared = Model.File };
        await deployment.RunAsync(() => Task.FromResult("stack.yml"), () => Task.CompletedTask, Cancellation);
    }

    private EnvironmentModel ModelWith(ServiceDefinition service)
    {
        var declaration = Declaration with { Define = _ => new() { Services = [service] } };
        return EnvironmentModel.Of(declaration, new ComposeFiles(_root.Path, declaration).Read("live"));
    }

    private Task<IReadOnlyList<Container>> StartAsync(params JsonObject[] containers) => StartAsync([containers]);

    // The containers at each look at them; the last ones stay.
    private async Task<IReadOnlyList<Container>> StartAsync(params JsonObject[][] looks)
    {
        using var docker = Docker(looks, isThere: false);
        var project = ComposeProject.Of(docker.Engine, _root.Path, Declaration, "live", ProcessEnvironment.Empty);
        return await new ComposeStart(project, Model, PortAccess.Loopback, new TestClock()).RunAsync(Cancellation);
    }

    private async Task<IReadOnlyList<string>> DescribeAsync(params JsonObject[] containers)
    {
        using var docker = Docker([containers], isThere: containers.Length > 0);
        var project = ComposeProject.Of(docker.Engine, _root.Path, Declaration, "live", ProcessEnvironment.Empty);
        var images = new PlannedImages(new Dictionary<string, string>(), new Dictionary<string, ImageReference>());
        return await new ComposePreview(project, EnvironmentPlan.Of(Files, "live", ProcessEnvironment.Empty), images).DescribeAsync(hasEngine: true, Cancellation);
    }

    private string WriteContainers(JsonObject[][] looks)
    {
        var file = _root.Combine("containers");
        foreach (var (index, containers) in looks.Index()) File.WriteAllText($"{file}-{index}", JsonSerializer.Serialize(containers));
        return file;
    }

    private DockerStandIn Docker(JsonObject[][] looks, bool isThere)
    {
        var containers = WriteContainers(looks);
        File.WriteAllText($"{containers}-look", "0");
        var up = _root.Combine($"up-{Guid.NewGuid():n}");
        if (isThere) File.WriteAllText(up, "");
        return new DockerStandIn($"""
            case "$*" in
                *" up --detach"*) touch '{up}' ;;
                *" down "*) rm -f '{up}' ;;
                "ps --all"*) [ -e '{up}' ] && echo 1 || true ;;
                inspect*) look=$(cat '{containers}-look'); cat '{containers}'-$look; look=$((look + 1)); [ ! -e '{containers}'-$look ] || echo $look > '{containers}-look' ;;
                logs*) for name; do :; done; echo "what $name wrote" ;;
                *"config --hash"*) for service in shop migration seed; do echo "$service hash"; done ;;
            esac
            """);
    }

    private static JsonObject Ended(string service, int code) => There(service, "exited", code);

    private static JsonObject Running(string service) => There(service, "running", 0);

    private static JsonObject Checked(JsonObject container, string health)
    {
        container["State"]!["Health"] = new JsonObject { ["Status"] = health, ["Log"] = new JsonArray() };
        return container;
    }

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
