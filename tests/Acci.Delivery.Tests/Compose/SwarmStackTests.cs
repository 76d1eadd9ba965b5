using Acci.Delivery.Compose;
using Acci.Delivery.Compose.Swarm;

namespace Acci.Delivery.Tests.Compose;

public class SwarmStackTests
{
    private static readonly Dictionary<string, string> Secrets = new() { ["database-password"] = "acci-prod_database-password_1" };

    [Fact]
    public void A_stack_has_all_variables_put_in_and_only_what_a_swarm_knows()
    {
        using var folder = new SettingsFolder(prod: """{ "Redis": { "User": "a$b}" } }""");
        var file = EnvironmentModel.Of(folder.Read()).File;

        var yaml = ComposeWriter.ToYaml(SwarmStack.Of(file, new Dictionary<string, string> { ["ACCI_IMAGE"] = "acci@sha256:0", ["ACCI_REPLICAS"] = "5" }, Secrets, hasIngress: true));
        var app = YamlText.ToJson(yaml)["services"]!["acci"]!;

        Assert.DoesNotContain("${", yaml, StringComparison.Ordinal);
        Assert.Equal("acci@sha256:0", (string?)app["image"]);
        Assert.Equal(5, (long?)app["deploy"]!["replicas"]);
        Assert.Equal("a$$b}", (string?)app["environment"]!["APP__REDIS__USER"]);
        Assert.Null(app["depends_on"]);
        Assert.Equal(8080, (long?)app["ports"]![0]!["published"]);
        Assert.Equal("ingress", (string?)app["ports"]![0]!["mode"]);
        Assert.Equal("acci-prod_database-password_1", (string?)YamlText.ToJson(yaml)["secrets"]!["database-password"]!["name"]);
        Assert.Equal("overlay", (string?)YamlText.ToJson(yaml)["networks"]!["backend"]!["driver"]);
    }

    [Fact]
    public void Without_ingress_each_replica_has_a_port_of_its_host()
    {
        using var folder = new SettingsFolder();

        var app = SwarmStack.Of(EnvironmentModel.Of(folder.Read()).File, new Dictionary<string, string> { ["ACCI_IMAGE"] = "acci" }, Secrets, hasIngress: false).Services["acci"];

        Assert.Null(Assert.Single(app.Ports!).Published);
        Assert.Equal("host", app.Ports![0].Mode);
        Assert.Equal("dnsrr", app.Deploy!.EndpointMode);
    }

    [Fact]
    public void A_stack_without_an_image_is_refused_with_what_to_do()
    {
        using var folder = new SettingsFolder();

        var error = Assert.Throws<DeliveryException>(() => SwarmStack.Of(EnvironmentModel.Of(folder.Read()).File, new Dictionary<string, string>(), Secrets, hasIngress: true));

        Assert.Contains("Publish", error.Message, StringComparison.Ordinal);
    }
}
