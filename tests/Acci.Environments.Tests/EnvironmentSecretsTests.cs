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

    [Fact]
    public void A_secret_under_two_names_does_not_hide_that_another_has_one_of_them()
    {
        var error = Assert.Throws<DeliveryException>(() => Sources(x => x with { Source = "password" }, x => x with { Source = "password" }));

        Assert.Contains("DatabasePassword and Database:Password are both the secret 'password'", error.Message, StringComparison.Ordinal);
        Assert.Equal(
            ["database-password: Database__Password", "other: DatabasePassword", "password: Database__Password"],
            Sources(x => x with { Source = "other" }, x => x with { Source = "password" }).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("../key")]
    public void A_source_that_is_no_name_in_a_compose_file_is_refused(string source)
    {
        var error = Assert.Throws<DeliveryException>(() => Sources(x => x with { Source = source }));

        Assert.Contains($"'{source}' is no Source of the secret DatabasePassword", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_secret_is_called_follows_its_setting_until_it_is_said()
    {
        var first = new ServiceSecret(SettingName.Of("Database:Password", "Database__Password"));
        var other = SettingName.Of("Smtp:Password", "Smtp__Password");

        Assert.Equal(new ServiceSecret(other), first with { Name = other });
        Assert.Equal(("smtp-password", "Smtp__Password"), ((first with { Name = other }).Source, (first with { Name = other }).Target));
        Assert.Equal("said", (first with { Source = "said" } with { Name = other }).Source);
    }

    // Each secret of the compose file with the variable that names its file.
    private IEnumerable<string> Sources(Func<ServiceSecret, ServiceSecret> other, Func<ServiceSecret, ServiceSecret>? again = null)
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
                        new("mailer") { Compose = new() { Image = "shop:1" }, Secrets = again is null ? [] : [again(told.Secret(s => s.Database.Password))] },
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
