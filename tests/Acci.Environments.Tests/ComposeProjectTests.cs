using Acci.Delivery.Engines;
using Acci.Environments.Running;
using Acci.Testing;

namespace Acci.Environments.Tests;

[Collection(nameof(AlteredProcess))]
public sealed class ComposeProjectTests : IDisposable
{
    private const string NameVariable = "COMPOSE_PROJECT_NAME", EmptyVariable = "ACCI_REPLICAS";

    private readonly TemporaryFolder _root = new();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(NameVariable, null);
        Environment.SetEnvironmentVariable(EmptyVariable, null);
        _root.Dispose();
    }

    [Fact]
    public void An_exported_name_keeps_environments_apart()
    {
        Environment.SetEnvironmentVariable(NameVariable, "shop");

        Assert.Equal("shop-dev", Project("dev").Name);
        Assert.Equal("shop-prod", Project("prod").Name);
    }

    [Fact]
    public void The_name_in_an_environment_s_own_file_is_its_name()
    {
        Write("deploy/compose/.env.prod", "COMPOSE_PROJECT_NAME=shop\nBROKEN\n");

        Assert.Equal("shop", Project("prod").Name);
        Assert.Equal("acci-dev", Project("dev").Name);
    }

    [Fact]
    public void What_was_found_stands_where_nothing_or_an_empty_text_was_typed()
    {
        Write("deploy/compose/.env.prod", "ACCI_IMAGE=\n");
        Write("artifacts/compose/prod.env", "ACCI_IMAGE=acci\n");
        Environment.SetEnvironmentVariable(EmptyVariable, "");

        var command = Project("prod").Compose("up");

        Assert.Equal("docker compose --env-file deploy/compose/.env.prod --env-file artifacts/compose/prod.env --file deploy/compose/docker-compose.yml --project-name acci-prod up", command.ToString());
        Assert.Null(Assert.Contains(EmptyVariable, command.Environment));
    }

    private ComposeProject Project(string environment) => ComposeProject.Of(new DockerEngine("docker"), _root.Path, AppEnvironments.Declaration, environment);

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root.Combine(file))!);
        File.WriteAllText(_root.Combine(file), text);
    }
}
