using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Specification;
using Acci.Environments.Swarm;
using Acci.Settings;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>What no settings file says is what an app that reads by Microsoft.Extensions.Configuration has as its default, in a container of docker compose and of a swarm.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class UnsetSettingsTests : IDisposable
{
    private static readonly SettingsDefinition<PagesSettings> Settings = new(NamingRule.Configuration());

    private static readonly EnvironmentDeclaration Declaration = new()
    {
        Name = "pages",
        Settings = [Settings],
        Define = environment => new()
        {
            Services = [new("pages") { Settings = [environment.Settings(Settings)], Compose = new() { Image = "pages:1" } }],
        },
    };

    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_setting_without_a_value_keeps_the_default_in_the_app_s_code()
    {
        Write("{}");
        var defaults = new PagesSettings();

        Assert.All([Composed([]), Deployed([])], told =>
        {
            Assert.Empty(told);
            Assert.Equal(defaults, AppConfiguration.Read<PagesSettings>(told));
        });
    }

    [Fact]
    public void One_that_is_set_from_outside_is_told()
    {
        Write("""{ "Currency": "" }""");
        var variables = new Dictionary<string, string> { ["PageSize"] = "50", ["Currency"] = "US$" };

        Assert.All([Composed(variables), Deployed(variables)], told =>
        {
            Assert.Equal(["Currency", "PageSize"], told.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(new PagesSettings { PageSize = 50, Currency = "US$" }, AppConfiguration.Read<PagesSettings>(told));
        });
    }

    [Fact]
    public void A_value_of_the_files_can_still_be_changed_and_another_place_has_an_expression()
    {
        Write("""{ "PageSize": 10 }""");
        var settings = new EnvironmentContext(Declaration, Files.Read("live")).Settings(Settings);

        Assert.Equal("${PageSize:-10}", settings.Environment["PageSize"].Text);
        Assert.Equal("${Currency:-}", settings.Get(s => s.Currency).Text);
    }

    [Fact]
    public void One_that_is_written_empty_for_docker_compose_is_refused()
    {
        Write("{}");
        EnvironmentFile.Write(_root.Combine("deploy", "compose", ".env.live"), "PageSize=\n");

        var error = Assert.Throws<DeliveryException>(() => EnvironmentPlan.Of(Files, "live", ProcessEnvironment.Empty));

        Assert.Empty(Deployed(new() { ["PageSize"] = "" }));
        Assert.Contains("deploy/compose/.env.live sets PageSize to an empty text", error.Message, StringComparison.Ordinal);
        _ = EnvironmentPlan.Of(Files, "live", ProcessEnvironment.Empty with { Variables = new Dictionary<string, string> { ["PageSize"] = "5" } });
    }

    private ComposeFiles Files => new(_root.Path, Declaration);

    private void Write(string live)
    {
        Directory.CreateDirectory(_root.Combine("deploy", "environments"));
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.json"), """{ "Deployment": { "Kind": "Production" } }""");
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.live.json"), live);
    }

    // A key without a value is the variable of that name, where it is set: seen with docker compose 2.40, from --env-file as well.
    private Dictionary<string, string> Composed(Dictionary<string, string> variables) => YamlText.ToJson(Files.ModelOf("live").ToYaml())["services"]!["pages"]!["environment"]!
        .AsObject().Select(x => (x.Key, Value: x.Value is null ? variables.GetValueOrDefault(x.Key) : ComposeText.Substitute((string)x.Value!, variables)))
        .Where(x => x.Value is not null).ToDictionary(x => x.Key, x => x.Value!);

    private Dictionary<string, string> Deployed(Dictionary<string, string> variables) =>
        (SwarmStack.Of(Files.ModelOf("live").File, variables, new Dictionary<string, string>(), _ => "here", hasIngress: true).Services["pages"].Environment ?? new Dictionary<string, Scalar>())
        .ToDictionary(x => x.Key, x => ComposeText.Substitute(x.Value.Text, new Dictionary<string, string>()));
}

internal sealed record PagesSettings
{
    public int PageSize { get; set; } = 20;

    public TimeSpan? Cache { get; set; }

    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    public LogStyle Log { get; set; } = LogStyle.OneLine;

    public string Currency { get; set; } = "EUR";

    public Uri Home { get; set; } = new("https://shop.example.com");

    public PagesLimits Limits { get; set; } = new();
}

internal sealed record PagesLimits
{
    public bool AreOn { get; set; } = true;

    public double Rate { get; set; } = 0.5;
}
