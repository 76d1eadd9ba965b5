using Acci.Delivery;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Settings;
using Acci.Testing;

namespace Acci.Environments.Tests;

public sealed class EnvironmentSecretsTests : IDisposable
{
    private const string Variable = "WithheldSecrets__ApiKey";
    private const string Open = "WithheldSecrets__Address";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_secret_setting_in_the_environment_is_inherited_by_no_program()
    {
        Environment.SetEnvironmentVariable(Variable, "staple-battery-0007");
        Environment.SetEnvironmentVariable(Open, "here");
        var declaration = new EnvironmentDeclaration
        {
            Name = "shop", Settings = [new SettingsDefinition<Shop>(NamingRule.Configuration())], Define = _ => new EnvironmentDefinition { Services = [] },
        };

        using var context = new DeliveryContext(new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts") }, TestContext.Current.CancellationToken);
        _ = new ComposeLogs(context, declaration, "prod", follow: false);
        var variables = (await CommandRunner.RunAsync(new Command("env"), cancellationToken: TestContext.Current.CancellationToken)).StandardOutput;

        Assert.Contains($"{Open}=here\n", variables, StringComparison.Ordinal);
        Assert.DoesNotContain(Variable, variables, StringComparison.Ordinal);
        Assert.Equal("staple-battery-0007", ProcessEnvironment.Read().Find(Variable));
    }

    private sealed record Shop
    {
        public Keys WithheldSecrets { get; init; } = new();
    }

    private sealed record Keys
    {
        [Secret]
        public string ApiKey { get; init; } = "";

        public string Address { get; init; } = "";
    }
}
