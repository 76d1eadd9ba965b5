using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Specification;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>Settings of an environment that has no app of its own: a store, and what is told to it.</summary>
public sealed class DeploymentSettingTests : IDisposable
{
    private static readonly DeploymentSetting Password = new("QueuePassword", "Password of the queue", DeploymentValue.Secret);

    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_port_without_an_address_of_its_own_is_on_this_machine_alone()
    {
        var port = Assert.Single(ModelOf([DeploymentSetting.Ports], environment => new() { Ports = [environment.Publish(5672, DeploymentSetting.Ports)] }).File.Services["queue"].Ports!);

        Assert.Equal("127.0.0.1", port.HostIp!.Value.Text);
    }

    [Fact]
    public void One_that_is_not_declared_says_where_to_declare_it()
    {
        var error = Assert.Throws<DeliveryException>(() => ModelOf([], environment => new() { Deploy = new() { Replicas = environment.Get(DeploymentSetting.Replicas) } }));

        Assert.Contains("Deployment:Replicas is not among the declared deployment settings. Add it: Deployment = [", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_environment_is_for_is_asked_by_the_name_that_it_is_read_by()
    {
        Write("{}");

        var error = Assert.Throws<DeliveryException>(() => new ComposeFiles(_root.Path, DeclarationOf([], _ => new())).ModelOf("live"));

        Assert.Contains("Deployment:Kind has no value", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SHOP_KIND", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_needs_no_settings_type()
    {
        Write("""{ "Deployment": { "Kind": "Production" } }""");
        var declaration = DeclarationOf([Password], environment => new() { Command = ["serve", environment.Secret(Password).Path] }, environment => [environment.Secret(Password)]);
        var files = new ComposeFiles(_root.Path, declaration);
        var told = new Dictionary<string, string> { ["SHOP_QUEUE_PASSWORD"] = "staple-battery" };

        var plan = EnvironmentPlan.Of(files, "live", ProcessEnvironment.Empty with { Variables = told });

        var secret = Assert.Single(plan.Committed.Secrets);
        Assert.Equal("staple-battery", plan.Settings.Find(secret.Name));
        Assert.Equal("/run/secrets/SHOP_QUEUE_PASSWORD", plan.Committed.File.Services["queue"].Command![1].Text);
        Assert.Equal("${SHOP_QUEUE_PASSWORD_FILE:-./secrets/live/SHOP_QUEUE_PASSWORD}", plan.Committed.File.Secrets![secret.Source].File!.Value.Text);
        Assert.Contains("SHOP_QUEUE_PASSWORD", declaration.SecretVariables);
        Assert.Contains("_QUEUE_PASSWORD", (declaration with { Name = "" }).SecretVariables);
        Assert.DoesNotContain("staple-battery", plan.Effective.ToYaml(), StringComparison.Ordinal);
        Assert.Empty(plan.UserSettings());
    }

    [Fact]
    public void A_secret_in_a_checked_in_file_or_as_a_variable_or_for_nobody_is_refused()
    {
        Write("""{ "Deployment": { "Kind": "Production", "QueuePassword": "checked-in" } }""");
        var files = new ComposeFiles(_root.Path, DeclarationOf([Password], _ => new(), environment => [environment.Secret(Password)]));

        Assert.Contains("Deployment:QueuePassword", Assert.Throws<DeliveryException>(() => files.ModelOf("live")).Message, StringComparison.Ordinal);
        Assert.Contains("nothing here takes the secret", Assert.Throws<DeliveryException>(
            () => new ComposeFiles(_root.Path, DeclarationOf([Password], _ => new())).ModelOf("live")).Message, StringComparison.Ordinal);
        Assert.Contains("handed over as a file", Assert.Throws<DeliveryException>(
            () => ModelOf([Password], environment => new() { Command = [environment.Get(Password)] })).Message, StringComparison.Ordinal);
    }

    private EnvironmentModel ModelOf(DeploymentSetting[] settings, Func<EnvironmentContext, Service> service)
    {
        Write("""{ "Deployment": { "Kind": "Production", "Ports": "5672" } }""");
        return new ComposeFiles(_root.Path, DeclarationOf([.. settings, .. settings.Contains(DeploymentSetting.Ports) ? (DeploymentSetting[])[] : [DeploymentSetting.Ports]], service)).ModelOf("live");
    }

    private static EnvironmentDeclaration DeclarationOf(
        DeploymentSetting[] settings, Func<EnvironmentContext, Service> service, Func<EnvironmentContext, ServiceSecret[]>? secrets = null) => new()
    {
        Name = "shop",
        Deployment = settings,
        Define = environment => new()
        {
            Services = [new("queue") { Image = ServiceImage.Upstream("docker.io/library/rabbitmq:4"), Secrets = secrets?.Invoke(environment) ?? [], Compose = service(environment) }],
        },
    };

    private void Write(string live)
    {
        Directory.CreateDirectory(_root.Combine("deploy", "environments"));
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.live.json"), live);
    }
}
