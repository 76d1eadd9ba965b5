using Acci.Environments.Specification;
using Acci.Environments.Swarm;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Environments.Tests;

public class SwarmStackTests
{
    private static readonly Dictionary<string, string> Secrets = new() { ["database-password"] = "bakery-prod_database-password_1" };

    [Fact]
    public void A_stack_has_all_variables_put_in_and_only_what_a_swarm_knows()
    {
        using var folder = new SettingsFolder(prod: """{ "Redis": { "User": "a$b}" } }""");
        var file = folder.Model().File;

        var yaml = ComposeWriter.ToYaml(SwarmStack.Of(file, new Dictionary<string, string> { ["BAKERY_IMAGE"] = "bakery@sha256:0", ["BAKERY_REPLICAS"] = "5" }, Secrets, _ => "here", hasIngress: true, "/checkout/ops"));
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

        var app = SwarmStack.Of(folder.Model().File, new Dictionary<string, string> { ["BAKERY_IMAGE"] = "bakery" }, Secrets, _ => "here", hasIngress: false, "/checkout/ops").Services["bakery"];

        Assert.Null(Assert.Single(app.Ports!).Published);
        Assert.Equal("host", app.Ports![0].Mode);
        Assert.Equal("dnsrr", app.Deploy!.EndpointMode);
    }

    [Fact]
    public void A_stack_without_an_image_is_refused_with_what_to_do()
    {
        using var folder = new SettingsFolder();

        var error = Assert.Throws<DeliveryException>(() => SwarmStack.Of(folder.Model().File, new Dictionary<string, string>(), Secrets, _ => "here", hasIngress: true, "/checkout/ops"));

        Assert.Contains("Publish", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_keeps_data_stays_on_the_node_that_has_them_and_all_else_runs_anywhere()
    {
        using var folder = new SettingsFolder();

        var services = SwarmStack.Of(folder.Model().File, new Dictionary<string, string> { ["BAKERY_IMAGE"] = "bakery" }, Secrets, service => $"{service}-node", hasIngress: true, "/checkout/ops").Services;

        Assert.Equal(["node.id == postgres-node"], services["postgres"].Deploy!.Placement!.Constraints);
        Assert.Equal(["node.id == redis-node"], services["redis"].Deploy!.Placement!.Constraints);
        Assert.Null(services["bakery"].Deploy!.Placement);
    }

    [Fact]
    public void Files_beside_the_compose_file_are_found_from_elsewhere()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Combine("there.env"), "");
        File.WriteAllText(folder.Combine("rules"), "one");
        var file = new ComposeFile
        {
            Services = new Dictionary<string, Service>
            {
                ["shop"] = new()
                {
                    Image = "shop:1",
                    EnvFile = [new("there.env", Required: false), new("away.env", Required: false), new("/etc/shop.env")],
                    Configs = [new("rules", "/etc/rules")],
                    Volumes = [Mount.Bind("./rules", "/rules"), Mount.Bind(Scalar.Variable("SOURCES", "../src"), "/src"), Mount.Bind("/etc", "/etc"), Mount.Bind("~/x", "/x"), Mount.Volume("data", "/data")],
                },
            },
            Configs = new Dictionary<string, FileObject> { ["rules"] = new() { File = "./rules" }, ["old"] = new() { External = true, Name = "old_1" } },
        };

        var stack = Deployed();
        var shop = YamlText.ToJson(ComposeWriter.ToYaml(stack))["services"]!["shop"]!;

        Assert.Equal([folder.Combine("there.env"), "/etc/shop.env"], shop["env_file"]!.AsArray().Select(x => (string?)x));
        Assert.Equal(
            [folder.Combine("rules"), Path.GetFullPath("../src", folder.Path), "/etc", "~/x", "data"],
            shop["volumes"]!.AsArray().Select(x => (string?)x!["source"]));
        Assert.Equal(folder.Combine("rules"), stack.Configs!["rules"].File!.Value.Text);
        // A config of a swarm cannot be changed.
        var before = stack.Configs["rules"].Name!.Value.Text;
        Assert.StartsWith("shop-live_rules_", before, StringComparison.Ordinal);
        Assert.Equal("old_1", stack.Configs["old"].Name!.Value.Text);
        File.WriteAllText(folder.Combine("rules"), "two");
        Assert.NotEqual(before, Deployed().Configs!["rules"].Name!.Value.Text);
        File.Delete(folder.Combine("rules"));
        Assert.Contains(folder.Combine("rules"), Assert.Throws<DeliveryException>(Deployed).Message, StringComparison.Ordinal);

        ComposeFile Deployed() => StackConfigs.Named(
            SwarmStack.Of(file, new Dictionary<string, string>(), new Dictionary<string, string>(), _ => "here", hasIngress: true, folder.Path), "shop-live");
    }

    [Fact]
    public void Containers_of_others_may_join_the_network_of_the_app_and_not_that_of_the_stores()
    {
        using var folder = new SettingsFolder();

        var networks = SwarmStack.Of(folder.Model().File, new Dictionary<string, string> { ["BAKERY_IMAGE"] = "bakery" }, Secrets, _ => "here", hasIngress: true, "/checkout/ops").Networks!;

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
