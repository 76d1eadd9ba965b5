using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Files;
using Acci.Environments.Running;
using Acci.Testing;

namespace Acci.Environments.Tests;

public sealed class ComposeProjectTests : IDisposable
{
    private const string NameVariable = "COMPOSE_PROJECT_NAME", EmptyVariable = "BAKERY_REPLICAS";

    private readonly TemporaryFolder _root = new();
    private ProcessEnvironment _environment = ProcessEnvironment.Empty;

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("Cannot connect to the Docker daemon", true)]
    [InlineData("failed to connect to the docker API at unix:///x: connect: no such file or directory", true)]
    [InlineData("dial tcp: lookup far: no such host", true)]
    [InlineData("Error: No such container: c1", false)]
    public async Task An_engine_that_goes_away_is_not_one_without_containers(string said, bool fails)
    {
        using var docker = new DockerStandIn($"case $1 in ps) echo c1 ;; inspect) echo '[]'; echo '{said}' >&2; exit 1 ;; esac");
        var project = ComposeProject.Of(docker.Engine, _root.Path, BakeryEnvironments.Declaration, "prod", ProcessEnvironment.Empty);

        var failure = await Record.ExceptionAsync(() => project.ContainersAsync(TestContext.Current.CancellationToken));

        Assert.Equal(fails, failure is CommandFailedException);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[{}]")]
    [InlineData("[null]")]
    public async Task An_answer_that_cannot_be_read_is_told_with_the_command(string answer)
    {
        using var docker = new DockerStandIn($"case $1 in ps) echo c1 ;; inspect) echo '{answer}' ;; stack) echo t1 ;; esac");
        var project = ComposeProject.Of(docker.Engine, _root.Path, BakeryEnvironments.Declaration, "prod", ProcessEnvironment.Empty);

        Assert.Contains("inspect --type container c1` answered what cannot be read: ", (await Assert.ThrowsAsync<DeliveryException>(() => project.ContainersAsync(TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
        if (answer.Length > 0) await Assert.ThrowsAsync<DeliveryException>(() => new Swarm.SwarmManager(docker.Engine).TasksAsync("shop", TestContext.Current.CancellationToken));
    }

    [Fact]
    public void An_exported_name_keeps_environments_apart()
    {
        _environment = _environment.With((NameVariable, "shop"));

        Assert.Equal("shop-dev", Project("dev").Name);
        Assert.Equal("shop-prod", Project("prod").Name);
    }

    [Fact]
    public void The_name_in_an_environment_s_own_file_is_its_name()
    {
        Write("deploy/compose/.env.prod", "COMPOSE_PROJECT_NAME=shop\nBROKEN\n");

        Assert.Equal("shop", Project("prod").Name);
        Assert.Equal(Elsewhere(_root.Path, "dev"), Project("dev").Name);
    }

    [Fact]
    public void Two_checkouts_of_one_machine_share_neither_containers_nor_user_secrets()
    {
        using var other = new TemporaryFolder();

        Assert.Matches("^bakery-prod-[0-9a-f]{6}$", Project("prod").Name);
        Assert.NotEqual(Project("prod").Name, Elsewhere(other.Path, "prod"));
        Assert.NotEqual(UserSecretsId(_root.Path), UserSecretsId(other.Path));
        Assert.Equal(Project("prod").Name, UserSecretsId(_root.Path));
    }

    [Fact]
    public void A_checkout_keeps_its_name_when_it_is_moved()
    {
        var name = Project("prod").Name;
        Write("deploy/compose/.env.prod", LocalName.Kept("# mine\n", isKept: false, name));
        using var moved = new TemporaryFolder();
        Directory.Move(_root.Combine("deploy"), moved.Combine("deploy"));

        Assert.Equal(name, Elsewhere(moved.Path, "prod"));
        Assert.Equal(name, UserSecretsId(moved.Path));
    }

    [Fact]
    public void What_an_earlier_version_started_keeps_its_name_and_its_user_secrets()
    {
        Write("deploy/compose/.env.prod", $"# {LocalName.Heading("prod")} It is yours.\n");

        Assert.Equal(("bakery-prod", "bakery-prod"), (Project("prod").Name, UserSecretsId(_root.Path)));
        Assert.True(LocalName.IsKept(_root.Path, BakeryEnvironments.Declaration, "prod"));
    }

    [Fact]
    public void A_checkout_that_is_reached_by_a_link_is_the_same_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        using var elsewhere = new TemporaryFolder();
        File.CreateSymbolicLink(elsewhere.Combine("first"), Path.GetDirectoryName(_root.Path)!);
        File.CreateSymbolicLink(elsewhere.Combine("second"), "first");
        var linked = elsewhere.Combine("second", Path.GetFileName(_root.Path));

        Assert.Equal(UserSecretsId(_root.Path), UserSecretsId(linked));
        Assert.Equal(Elsewhere(_root.Path, "prod"), Elsewhere(linked, "prod"));
    }

    [Fact]
    public void A_build_s_layout_is_the_only_one()
    {
        var layout = new RepositoryLayout { Compose = "ops" };

        Assert.Equal("ops/docker-compose.yml", BakeryEnvironments.Declaration.In(layout).FileOf("prod"));
        Assert.Contains("implement IHazLayout.Layout", Assert.Throws<DeliveryException>(() => (BakeryEnvironments.Declaration with { Layout = new() { Compose = "other" } }).In(layout)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stack_has_the_declared_name_from_whichever_checkout_it_is_deployed()
    {
        var secrets = UserSecretsId(_root.Path);

        Assert.Equal("bakery-prod", Stack("prod").Name);
        Write("deploy/compose/.env.prod", LocalName.Kept("", isKept: false, Stack("prod").Name));

        Assert.Equal(("bakery-prod", "bakery-prod"), (Stack("prod").Name, Project("prod").Name));
        Assert.Equal(secrets, UserSecretsId(_root.Path));
    }

    [Fact]
    public void What_was_found_stands_where_nothing_or_an_empty_text_was_typed()
    {
        Write("deploy/compose/.env.prod", "BAKERY_IMAGE=\n");
        Write("artifacts/compose/prod.env", "BAKERY_IMAGE=bakery\n");
        _environment = _environment.With((EmptyVariable, ""));

        var command = Project("prod").Compose("up");

        Assert.Equal($"docker compose --env-file deploy/compose/.env.prod --env-file artifacts/compose/prod.env --file deploy/compose/docker-compose.yml --project-name {Elsewhere(_root.Path, "prod")} up", command.ToString());
        Assert.Null(Assert.Contains(EmptyVariable, command.Environment));
    }

    [Fact]
    public void On_another_machine_s_swarm_a_stack_is_not_named_after_the_checkout()
    {
        Write("deploy/compose/.env.prod", LocalName.Kept("", isKept: false, Project("prod").Name));

        Assert.Equal(Project("prod").Name, Stack("prod").Name);
        Assert.Equal("bakery-prod", Stack("prod", isHere: false).Name);
        Write("deploy/compose/.env.prod", "COMPOSE_PROJECT_NAME=shop\n");
        Assert.Equal("shop", Stack("prod", isHere: false).Name);
    }

    [Fact]
    public void What_was_found_is_in_the_folder_of_what_builds_make()
    {
        var context = new DeliveryContext(new DeliveryOptions { Root = _root.Path, Artifacts = _root.Combine("out", "made"), Images = [] }, TestContext.Current.CancellationToken);
        Write("out/made/compose/prod.env", "BAKERY_IMAGE=bakery\n");

        var project = new Looking(context).Project;

        Assert.Contains("--env-file out/made/compose/prod.env", project.Compose("up").ToString(), StringComparison.Ordinal);
    }

    private sealed class Looking(DeliveryContext context) : EnvironmentVerb(context, BakeryEnvironments.Declaration, "prod")
    {
        public ComposeProject Project => ProjectOf(new DockerEngine("docker"), "prod");

        public override Task PlanAsync() => Task.CompletedTask;

        public override Task RunAsync() => Task.CompletedTask;
    }

    private static string Elsewhere(string root, string environment) =>
        ComposeProject.Of(new DockerEngine("docker"), root, BakeryEnvironments.Declaration, environment, ProcessEnvironment.Empty).Name;

    private static string UserSecretsId(string root) => LocalName.UserSecretsId(root, BakeryEnvironments.Declaration, "prod");

    private ComposeProject Stack(string environment, bool isHere = true) =>
        ComposeProject.OfStack(new DockerEngine("docker"), _root.Path, BakeryEnvironments.Declaration, environment, isHere, _environment);

    private ComposeProject Project(string environment) =>
        ComposeProject.Of(new DockerEngine("docker"), _root.Path, BakeryEnvironments.Declaration, environment, _environment);

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root.Combine(file))!);
        File.WriteAllText(_root.Combine(file), text);
    }
}
