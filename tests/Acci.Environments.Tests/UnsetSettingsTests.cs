using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Specification;
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

    [Theory]
    [InlineData("{}", "", false)]
    [InlineData("{}", "Currency=EUR\n", true)]
    [InlineData("""{ "Currency": "EUR" }""", "", true)]
    public void Another_place_is_never_told_an_empty_text_for_the_default_of_the_app(string settings, string variables, bool isKnown)
    {
        _app.Write(settings);
        EnvironmentFile.Write(_app.VariablesFile, variables);
        var declaration = _app.Declaration with
        {
            Define = environment =>
            {
                var told = environment.Settings(_app.Settings);
                return new()
                {
                    Services =
                    [
                        new("app") { Settings = [told], Compose = new() { Image = "app:1" } },
                        new("store") { Compose = new() { Image = "store:1", Environment = new Dictionary<string, Scalar> { ["STORE_NAME"] = told.Get(s => s.Currency) } } },
                    ],
                };
            },
        };

        var error = Record.Exception(() => EnvironmentPlan.Of(_app.FilesOf(declaration), "live", ProcessEnvironment.Empty));

        Assert.Equal(settings == "{}" ? ["deploy/compose/docker-compose.live.yml: Currency (Currency) has no value, and is used for more than"] : Array.Empty<string>(), _app.FilesOf(declaration).Warnings().Select(x => x[..x.IndexOf(" the app", StringComparison.Ordinal)]));
        if (isKnown) Assert.Null(error);
        else Assert.Contains("the value of Currency (Currency) is used for more than the app", Assert.IsType<DeliveryException>(error).Message, StringComparison.Ordinal);
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

    [Fact]
    public void What_holds_without_such_a_variable_is_said_in_words_and_no_comment_breaks_the_environment_when_its_sign_goes()
    {
        _app.Write("""{ "Currency": "EUR" }""");
        var variables = _app.Files.ModelOf("live").Variables;
        string[] texts =
        [
            EnvironmentFile.Parse("#PageSize=\n#Currency=USD\n").With(variables), EnvironmentFile.Parse("").With(variables, "preamble"), _app.Files.GeneratedFiles()[^1].Content,
        ];

        Assert.All(texts, text =>
        {
            Assert.Contains("# Without it, the app's own default holds. To set it: PageSize=VALUE\n", text, StringComparison.Ordinal);
            Assert.Contains("\n#Currency=EUR\n", text, StringComparison.Ordinal);
            var lines = text.Split('\n').Where(x => x.StartsWith('#') && !x.StartsWith("# ", StringComparison.Ordinal)).Select(x => $"{x[1..]}\n");
            EnvironmentFile.Write(_app.VariablesFile, string.Concat(lines));
            Assert.Equal("EUR", EnvironmentPlan.Of(_app.Files, "live", ProcessEnvironment.Empty).Variables["Currency"]);
        });
        Assert.Equal(texts[1], EnvironmentFile.Parse(texts[1]).With(variables, "preamble"));
        _app.Write("""{ "PageSize": 10, "Currency": "EUR" }""");
        Assert.Contains("\n#PageSize=10\n", EnvironmentFile.Parse(texts[1]).With(_app.Files.ModelOf("live").Variables), StringComparison.Ordinal);
    }

    [Fact]
    public void A_default_of_null_is_no_value()
    {
        _app.Write("{}");
        var settings = new EnvironmentContext(_app.Declaration, _app.Files.Read("live")).Settings(_app.Settings).Default(s => s.Cache, null);

        Assert.True(settings.Environment["Cache"].IsWhereSet);
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
