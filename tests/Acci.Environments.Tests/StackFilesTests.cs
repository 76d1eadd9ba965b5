using Acci.Delivery;
using Acci.Environments.Declarations;
using Acci.Environments.Specification;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>The files that a stack is made with.</summary>
public sealed class StackFilesTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public StackFilesTests()
    {
        Directory.CreateDirectory(_root.Combine("deploy", "environments"));
        Directory.CreateDirectory(_root.Combine("deploy", "compose"));
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.json"), """{ "Deployment": { "Kind": "Production" } }""");
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.live.json"), "{}");
        File.WriteAllText(_root.Combine("deploy", "compose", "rules"), "one");
        File.WriteAllText(_root.Combine("deploy", "compose", "shop.env"), "A=1\n");
        using var large = File.Create(_root.Combine("deploy", "compose", "large"));
        large.SetLength(1024 * 1024 + 1);
    }

    public void Dispose() => _root.Dispose();

    public static TheoryData<string, FileObject, EnvFile, string?> Declared => new()
    {
        { "rules", new() { File = "rules" }, new("shop.env"), null },
        { "rules", new() { File = "rules" }, new("shop.env", Format: "raw"), null },
        { "rules", new() { File = "rules" }, new("away.env", Required: false), null },
        // Written before the stack is deployed.
        { "rules", new() { File = "rules" }, new(".env.live"), null },
        { "rules", new() { Name = "rules_1", External = true }, new("shop.env"), null },
        { "rules", new() { File = "away" }, new("shop.env"), "Config 'rules': " },
        { "rules", new() { File = "large" }, new("shop.env"), "is larger than 1 MiB" },
        { "rules", new() { File = "rules" }, new("away.env"), "away.env does not exist" },
        { "rules", new() { File = "rules" }, new("shop.env", Format: "json"), "has the format 'json', which stacks do not support" },
        { new string('a', 42), new() { File = "rules" }, new("shop.env"), "65 characters; 64 is the most" },
        { new string('a', 41), new() { File = "rules" }, new("shop.env"), null },
        { "rules", new() { File = "rules", Name = new string('b', 65) }, new("shop.env"), "65 characters; 64 is the most" },
    };

    [Theory]
    [MemberData(nameof(Declared))]
    public async Task What_a_stack_cannot_have_is_known_before_anything_is_written_or_sent(string config, FileObject declared, EnvFile variables, string? problem)
    {
        using var docker = new DockerStandIn($"""
            case "$*" in
                "context inspect"*) echo tcp://localhost:2375 ;;
                version*) echo 29.0.0 ;;
                info*Swarm*) echo active true 1 here ;;
                "volume inspect"*) exit 1 ;;
                *"stack deploy"*) echo refused >&2; exit 1 ;;
                {DockerReply.PullsFromLoopback}
            esac
            """);
        var declaration = new EnvironmentDeclaration
        {
            Name = "shop",
            Define = _ => new()
            {
                Configs = new Dictionary<string, FileObject> { [config] = declared },
                Services = [new("shop") { Image = ServiceImage.Of("shop"), Compose = new() { EnvFile = [variables], Configs = [new(config, "/etc/rules")] } }],
            },
        };

        var isFirst = true;
        foreach (var runOf in (Func<DeployStack, Task>[])[x => x.PrepareAsync(DeliveryScope.Publish), x => x.PlanAsync(), x => x.RunAsync()])
        {
            using var context = ContextOf(docker);
            var verb = new DeployStack(context, declaration, "live");
            var error = await Record.ExceptionAsync(() => runOf(verb));
            // A target before it may make the file.
            if (isFirst && IsMissing(problem))
            {
                Assert.Null(error);
                error = await Record.ExceptionAsync(verb.PlanAsync);
            }

            isFirst = false;

            if (problem is not null) Assert.Contains(problem, Assert.IsType<DeliveryException>(error).Message, StringComparison.Ordinal);
            // Without a publish there is no image, which is looked at later.
            else if (error is not null) Assert.StartsWith("Nothing was published", error.Message, StringComparison.Ordinal);
        }

        // Docker compose knows formats, sizes and names of its own.
        if (problem is null || IsMissing(problem))
        {
            using var context = ContextOf(docker);
            var error = await Record.ExceptionAsync(() => new ComposeUp(context, declaration, "live").RunAsync());

            Assert.StartsWith(problem is null ? "Nothing was published" : problem.StartsWith("Config", StringComparison.Ordinal) ? problem : "The env_file of shop: ", error?.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(docker.Called, x => x.StartsWith("secret create", StringComparison.Ordinal) || x.Contains("stack deploy", StringComparison.Ordinal));
        Assert.False(File.Exists(_root.Combine("deploy", "compose", ".env.live")));
    }

    private static bool IsMissing(string? problem) => problem is not null && (problem.StartsWith("Config", StringComparison.Ordinal) || problem.EndsWith("exist", StringComparison.Ordinal));

    private DeliveryContext ContextOf(DockerStandIn docker) =>
        new(new DeliveryOptions { Root = _root.Path, Artifacts = _root.Combine("artifacts"), Images = [] }, TestContext.Current.CancellationToken)
        {
            Environment = TestEnvironment.OutsideWorkflows.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!),
            Time = new TestClock(),
        };
}
