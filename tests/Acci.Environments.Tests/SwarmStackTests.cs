using Acci.Environments.Specification;
using Acci.Environments.Swarm;
using Acci.Oci;

namespace Acci.Environments.Tests;

public class SwarmStackTests
{
    private static readonly Dictionary<string, string> Secrets = new() { ["database-password"] = "bakery-prod_database-password_1" };

    [Fact]
    public void A_stack_has_all_variables_put_in_and_only_what_a_swarm_knows()
    {
        using var folder = new SettingsFolder(prod: """{ "Redis": { "User": "a$b}" } }""");
        var file = folder.Model().File;

        var yaml = ComposeWriter.ToYaml(SwarmStack.Of(file, new Dictionary<string, string> { ["BAKERY_IMAGE"] = "bakery@sha256:0", ["BAKERY_REPLICAS"] = "5" }, Secrets, _ => "here", hasIngress: true));
        var app = YamlText.ToJson(yaml)["services"]!["bakery"]!;

        Assert.DoesNotContain("${", yaml, StringComparison.Ordinal);
        Assert.Equal("bakery@sha256:0", (string?)app["image"]);
        Assert.Equal(5, (long?)app["deploy"]!["replicas"]);
        Assert.Equal("a$$b}", (string?)app["environment"]!["APP__REDIS__USER"]);
        Assert.Null(app["depends_on"]);
        Assert.Equal(8080, (long?)app["ports"]![0]!["published"]);
        Assert.Equal("ingress", (string?)app["ports"]![0]!["mode"]);
        Assert.Equal("bakery-prod_database-password_1", (string?)YamlText.ToJson(yaml)["secrets"]!["database-password"]!["name"]);
        Assert.Equal("overlay", (string?)YamlText.ToJson(yaml)["networks"]!["backend"]!["driver"]);
    }

    [Fact]
    public void Without_ingress_each_replica_has_a_port_of_its_host()
    {
        using var folder = new SettingsFolder();

        var app = SwarmStack.Of(folder.Model().File, new Dictionary<string, string> { ["BAKERY_IMAGE"] = "bakery" }, Secrets, _ => "here", hasIngress: false).Services["bakery"];

        Assert.Null(Assert.Single(app.Ports!).Published);
        Assert.Equal("host", app.Ports![0].Mode);
        Assert.Equal("dnsrr", app.Deploy!.EndpointMode);
    }

    [Fact]
    public void A_stack_without_an_image_is_refused_with_what_to_do()
    {
        using var folder = new SettingsFolder();

        var error = Assert.Throws<DeliveryException>(() => SwarmStack.Of(folder.Model().File, new Dictionary<string, string>(), Secrets, _ => "here", hasIngress: true));

        Assert.Contains("Publish", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_keeps_data_stays_on_the_node_that_has_them_and_all_else_runs_anywhere()
    {
        using var folder = new SettingsFolder();

        var services = SwarmStack.Of(folder.Model().File, new Dictionary<string, string> { ["BAKERY_IMAGE"] = "bakery" }, Secrets, service => $"{service}-node", hasIngress: true).Services;

        Assert.Equal(["node.id == postgres-node"], services["postgres"].Deploy!.Placement!.Constraints);
        Assert.Equal(["node.id == redis-node"], services["redis"].Deploy!.Placement!.Constraints);
        Assert.Null(services["bakery"].Deploy!.Placement);
    }

    [Fact]
    public void Containers_of_others_may_join_the_network_of_the_app_and_not_that_of_the_stores()
    {
        using var folder = new SettingsFolder();

        var networks = SwarmStack.Of(folder.Model().File, new Dictionary<string, string> { ["BAKERY_IMAGE"] = "bakery" }, Secrets, _ => "here", hasIngress: true).Networks!;

        Assert.True(networks["frontend"].Attachable);
        Assert.Null(networks["backend"].Attachable);
    }

    [Theory]
    [InlineData("BAKERY_IMAGE", "127.0.0.1:5600/bakery@sha256:0000000000000000000000000000000000000000000000000000000000000000", "--registry")]
    [InlineData("BAKERY_POSTGRES_IMAGE", "localhost:5600/postgres:15", "set BAKERY_POSTGRES_IMAGE")]
    public async Task An_image_that_only_this_machine_has_is_refused_where_there_are_several_nodes(string variable, string image, string remedy)
    {
        var variables = new Dictionary<string, string> { [variable] = image, ["BAKERY_REDIS_IMAGE"] = "redis:7", ["BAKERY_PORTS"] = "8080" };
        using var folder = new SettingsFolder();
        using var context = folder.Context();
        var known = folder.Model().Variables;
        await new SwarmDeparture(context, isThisMachine: true, "a swarm of 1 node").EnsureAllowedAsync(known, variables);

        var error = await Assert.ThrowsAsync<DeliveryException>(
            () => new SwarmDeparture(context, isThisMachine: false, "a swarm of 2 nodes").EnsureAllowedAsync(known, variables));

        Assert.Contains(image, error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stand_in_that_would_be_made_is_refused_there_by_the_dry_run_as_well()
    {
        var variables = new Dictionary<string, string> { ["BAKERY_REDIS_IMAGE"] = "redis:7" };
        var standIns = new Dictionary<string, ImageReference> { ["BAKERY_POSTGRES_IMAGE"] = ImageReference.Parse("postgres:15") };
        using var folder = new SettingsFolder();
        using var context = folder.Context();
        var known = folder.Model().Variables;
        await new SwarmDeparture(context, isThisMachine: true, "a swarm of 1 node").EnsureAllowedAsync(known, variables, standIns);

        var error = await Assert.ThrowsAsync<DeliveryException>(
            () => new SwarmDeparture(context, isThisMachine: false, "a swarm of 2 nodes").EnsureAllowedAsync(known, variables, standIns));

        Assert.Contains("a stand-in for postgres:15", error.Message, StringComparison.Ordinal);
        Assert.Contains("set BAKERY_POSTGRES_IMAGE", error.Message, StringComparison.Ordinal);
    }
}
