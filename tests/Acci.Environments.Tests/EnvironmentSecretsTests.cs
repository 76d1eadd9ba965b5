using Acci.Delivery;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
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

    [Fact]
    public void Two_secrets_of_one_name_in_the_compose_file_are_refused_until_one_has_another()
    {
        var error = Assert.Throws<DeliveryException>(() => Sources(x => x));

        Assert.Contains("Database:Password and DatabasePassword are both the secret 'database-password'", error.Message, StringComparison.Ordinal);
        Assert.Equal(
            ["database-password: Database__Password", "other: DatabasePassword"],
            Sources(x => x with { Source = "other" }).Order(StringComparer.Ordinal));
    }

    // Each secret of the compose file with the variable that names its file.
    private IEnumerable<string> Sources(Func<ServiceSecret, ServiceSecret> other)
    {
        var settings = new SettingsDefinition<TwoPasswords>(NamingRule.Configuration());
        var declaration = new EnvironmentDeclaration
        {
            Name = "shop",
            Settings = [settings],
            Define = environment =>
            {
                var told = environment.Settings(settings);
                return new()
                {
                    Services =
                    [
                        new("shop") { Compose = new() { Image = "shop:1" }, Secrets = [told.Secret(s => s.Database.Password)] },
                        new("worker") { Compose = new() { Image = "shop:1" }, Secrets = [other(told.Secret(s => s.DatabasePassword))] },
                    ],
                };
            },
        };
        Directory.CreateDirectory(_folder.Combine("deploy", "environments"));
        File.WriteAllText(_folder.Combine("deploy", "environments", "settings.prod.json"), """{ "Deployment": { "Kind": "Production" } }""");
        return new ComposeFiles(_folder.Path, declaration).ModelOf("prod").File.Secrets!
            .Select(x => $"{x.Key}: {x.Value.File!.Value.Source!.Name.Replace("_FILE", "", StringComparison.Ordinal)}");
    }

    private sealed record TwoPasswords
    {
        [Secret]
        public string DatabasePassword { get; init; } = "";

        public OnePassword Database { get; init; } = new();
    }

    private sealed record OnePassword
    {
        [Secret]
        public string Password { get; init; } = "";
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
