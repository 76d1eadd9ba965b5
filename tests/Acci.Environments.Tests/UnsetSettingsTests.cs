using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Settings;

namespace Acci.Environments.Tests;

/// <summary>What no settings file says is what an app that reads by Microsoft.Extensions.Configuration has as its default, in a container of docker compose and of a swarm.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class UnsetSettingsTests : IDisposable
{
        private readonly ToldApp<PagesSettings> _app = new(NamingRule.Configuration());

    public void Dispose() => _app.Dispose();

    [Fact]
    public void A_setting_without_a_value_keeps_the_default_in_the_app_s_code()
    {
        _app.Write("{}");
        var defaults = new PagesSettings();

        Assert.All([_app.Composed([]), _app.Deployed([])], told =>
        {
            Assert.Empty(told);
            Assert.Equal(defaults, AppConfiguration.Read<PagesSettings>(told));
        });
    }

    [Fact]
    public void One_that_is_set_from_outside_is_told()
    {
        _app.Write("""{ "Currency": "" }""");
        var variables = new Dictionary<string, string> { ["PageSize"] = "50", ["Currency"] = "US$" };

        Assert.All([_app.Composed(variables), _app.Deployed(variables)], told =>
        {
            Assert.Equal(["Currency", "PageSize"], told.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(new PagesSettings { PageSize = 50, Currency = "US$" }, AppConfiguration.Read<PagesSettings>(told));
        });
    }

    [Fact]
    public void A_value_of_the_files_can_still_be_changed_and_another_place_has_an_expression()
    {
        _app.Write("""{ "PageSize": 10 }""");
        var settings = new EnvironmentContext(_app.Declaration, _app.Files.Read("live")).Settings(_app.Settings);

        Assert.Equal("${PageSize:-10}", settings.Environment["PageSize"].Text);
        Assert.Equal("${Currency:-}", settings.Get(s => s.Currency).Text);
    }

    [Fact]
    public void One_that_is_written_empty_for_docker_compose_is_refused()
    {
        _app.Write("{}");
        EnvironmentFile.Write(_app.VariablesFile, "PageSize=\n");

        var error = Assert.Throws<DeliveryException>(() => EnvironmentPlan.Of(_app.Files, "live", ProcessEnvironment.Empty));

        Assert.Empty(_app.Deployed(new() { ["PageSize"] = "" }));
        Assert.Contains("deploy/compose/.env.live sets PageSize to an empty text", error.Message, StringComparison.Ordinal);
        _ = EnvironmentPlan.Of(_app.Files, "live", ProcessEnvironment.Empty with { Variables = new Dictionary<string, string> { ["PageSize"] = "5" } });
    }
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
