using System.Text;
using System.Text.Json;
using Acci.Environments.Declarations;
using Acci.Environments.Specification;
using Acci.Settings;
using Microsoft.Extensions.Configuration;

namespace Acci.Environments.Tests;

/// <summary>Settings of any type that Microsoft.Extensions.Configuration's binder reads: what the settings file says is what the app has, in a container as from the file itself.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class AnySettingsTests
{
    [Theory]
    [InlineData("""{ "Server": { "Port": 81, "Hosts": ["a", "b"] }, "Made": { "Size": 3 } }""")]
    [InlineData("""{ "Level": "warning", "Access": "Read, write", "Other": "2", "Odd": " true ", "Hex": "0x10" }""")]
    [InlineData("""{ "Features": { "A": true, "b": false }, "Servers": [{ "Host": "one", "Tags": ["x", "y"] }, { "Port": 5 }], "Routes": { "main": { "Host": "two" } } }""")]
    [InlineData("""{ "Features": {}, "Servers": [{ "Tags": [] }], "Lists": { "p": [3, 2, 1] }, "Filled": ["z"], "Named": { "q": "$1 {2}" } }""")]
    [InlineData("""{ "LogLevel": { "Default": "Warning", "Shop.Orders": "Debug" }, "Key": "AQID", "Point": { "X": 7 }, "renamed": "r", "Numbers": { "5": "five" } }""")]
    [InlineData("""{ "Matrix": [["a"], ["b", "c"]], "Set": [4, 4, 5], "Levels": ["Debug", "warning"] }""")]
    public void What_the_file_says_is_what_the_app_reads(string file)
    {
        using var app = new ToldApp<AnySettings>(NamingRule.Configuration());
        app.Write(file);
        var expected = JsonSerializer.Serialize(new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(file))).Build().Get<AnySettings>());

        Assert.Equal(expected, JsonSerializer.Serialize(AppConfiguration.Read<AnySettings>(app.Composed([]))));
        Assert.Equal(expected, JsonSerializer.Serialize(AppConfiguration.Read<AnySettings>(app.Deployed([]))));
        Assert.NotEqual(expected, JsonSerializer.Serialize(new AnySettings()));
    }

    [Fact]
    public void What_the_build_sets_is_what_the_app_reads()
    {
        using var app = new ToldApp<AnySettings>(NamingRule.Configuration(), settings => settings
            .Set(s => s.Server.Port, 82)
            .Set(s => s.Servers, [new() { Host = "one", Tags = ["x"] }, new() { Port = 5 }])
            .Default(s => s.Features, new() { ["A"] = true })
            .Set(s => s.Key, [1, 2, 3])
            .Set(s => s.Level, AnyLevel.Warning)
            .Set(s => s.Optional, null)
            .Default(s => s.Renamed, "r"));

        var read = AppConfiguration.Read<AnySettings>(app.Composed([]));

        Assert.Equal(
            (82, "one", "x", 5, true, "AQID", AnyLevel.Warning, "r"),
            (read.Server.Port, read.Servers[0].Host, read.Servers[0].Tags[0], read.Servers[1].Port, read.Features["A"], Convert.ToBase64String(read.Key), read.Level, read.Renamed));
        Assert.Null(read.Optional);
        Assert.Throws<ArgumentException>(() => new EnvironmentContext(app.Declaration, app.Files.Read("live")).Settings(app.Settings).Default(s => s.Server.Computed, 1));
    }

    [Fact]
    public void A_secret_in_a_list_or_dictionary_is_in_no_compose_file()
    {
        using var app = new ToldApp<TenantsSettings>(NamingRule.Configuration());
        app.Write("""{ "Tenants": { "a": { "Name": "x", "ApiKey": "hunter2" } } }""");
        var told = Assert.Throws<DeliveryException>(() => app.Composed([]));
        using var set = new ToldApp<TenantsSettings>(NamingRule.Configuration(), x => x.Set(s => s.Tenants, new() { ["a"] = new() { ApiKey = "hunter2" } }));
        set.Write("{}");

        Assert.Contains("there is no setting 'Tenants:a:ApiKey'", told.Message, StringComparison.Ordinal);
        Assert.StartsWith("a:ApiKey is a secret in a list or dictionary", Assert.Throws<DeliveryException>(() => set.Composed([])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_no_variable_of_a_compose_file_can_have_is_refused()
    {
        var failure = Assert.Throws<DeliveryException>(() => new SettingsDefinition<DashedSettings>(NamingRule.Configuration()).All);

        Assert.StartsWith("DashedSettings: 'api-key' would be the variable api-key, which no compose file can name.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(UmlautSettings), "", "Größe", "which no compose file can name")]
    [InlineData(typeof(DigitSettings), "", "2fa", "which no compose file can name")]
    [InlineData(typeof(DigitSettings), "SHOP_", "2fa", null)]
    [InlineData(typeof(TwoLevelSettings), "", "a__b", "which the app would read as another setting")]
    [InlineData(typeof(EndSettings), "SHOP_", "_a", "which the app would read as another setting")]
    [InlineData(typeof(EndSettings), "", "_a", null)]
    public void A_name_that_no_variable_can_have_is_refused_by_the_setting(Type type, string prefix, string key, string? problem)
    {
        var definition = (SettingsDefinition)Activator.CreateInstance(typeof(SettingsDefinition<>).MakeGenericType(type), NamingRule.Configuration(prefix))!;

        var failure = Record.Exception(() => definition.All);

        // As the app itself reads it.
        Environment.SetEnvironmentVariable($"{prefix}{key}", "x");
        var read = new ConfigurationBuilder().AddEnvironmentVariables(prefix).Build().GetChildren().SingleOrDefault(x => x.Key.Equals(key, StringComparison.OrdinalIgnoreCase))?.Value;
        Environment.SetEnvironmentVariable($"{prefix}{key}", null);
        Assert.Equal(problem?.Contains("another", StringComparison.Ordinal) is true, read is null);
        if (problem is null) Assert.Null(failure);
        else Assert.StartsWith($"{type.Name}: '{key}' would be the variable {prefix}{key}, {problem}.", Assert.IsType<DeliveryException>(failure).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deployment_setting_has_a_name_that_a_compose_file_knows()
    {
        var declaration = new EnvironmentDeclaration { Name = "shop", Deployment = [new DeploymentSetting("Größe", "How large", DeploymentValue.Text)], Define = _ => new() { Services = [] } };

        Assert.StartsWith("Deployment:Größe would be the variable SHOP_", Assert.Throws<DeliveryException>(declaration.Checked).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SHOP_A", true)]
    [InlineData("SHOP-A", false)]
    [InlineData("A:B", false)]
    [InlineData("", false)]
    public void A_text_in_a_compose_file_names_a_variable_or_is_none(string name, bool isName)
    {
        Assert.Equal(isName, Record.Exception(() => Scalar.Variable(name, "x")) is null);
        Assert.Equal(isName, Record.Exception(() => Scalar.Required(name, "x")) is null);
    }

    private sealed class UmlautSettings
    {
        public string Größe { get; set; } = "";
    }

    private sealed class DigitSettings
    {
        [ConfigurationKeyName("2fa")]
        public bool Second { get; set; }
    }

    private sealed class TwoLevelSettings
    {
        [ConfigurationKeyName("a__b")]
        public string Both { get; set; } = "";
    }

    private sealed class EndSettings
    {
        [ConfigurationKeyName("_a")]
        public string Private { get; set; } = "";
    }

    private sealed class DashedSettings
    {
        [ConfigurationKeyName("api-key")]
        public string ApiKey { get; set; } = "";
    }

    private sealed class TenantsSettings
    {
        public Dictionary<string, Tenant> Tenants { get; set; } = [];
    }

    private sealed class Tenant
    {
        public string Name { get; set; } = "";

        [Secret]
        public string ApiKey { get; set; } = "";
    }

    [Theory]
    [InlineData("""{ "Features": { "A": "maybe" } }""", "Features:A: 'maybe' is no System.Boolean")]
    [InlineData("""{ "Servers": [{ "Hots": "x" }] }""", "there is no setting 'Servers:0:Hots'")]
    [InlineData("""{ "Servers": { "first": { "Host": "x" } } }""", "there is no setting 'Servers:first:Host'")]
    [InlineData("""{ "Servers": "x" }""", "'x' is no ")]
    [InlineData("""{ "LogLevel": { "A__B": "Debug" } }""", "LogLevel (LogLevel) cannot be used: no variable is read as 'A__B'")]
    [InlineData("""{ "Server": { "Computed": 1 } }""", "there is no setting 'Server:Computed'")]
    [InlineData("""{ "Level": "loud" }""", "Level (Level): 'loud' is no ")]
    [InlineData("""{ "Numbers": "five,six" }""", "Numbers (Numbers) cannot be used: it is a text, and the setting is a dictionary")]
    [InlineData("""{ "LogLevel": "Default=Warning" }""", "LogLevel (LogLevel) cannot be used: it is a text, and the setting is a dictionary")]
    public void What_the_app_could_not_read_is_told_by_its_name(string file, string problem)
    {
        using var app = new ToldApp<AnySettings>(NamingRule.Configuration());
        app.Write(file);

        Assert.Contains(problem, Assert.Throws<DeliveryException>(() => app.Files.ModelOf("live")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_is_told_with_all_its_digits()
    {
        var time = new DateTimeOffset(2026, 11, 30, 19, 5, 7, 123, TimeSpan.FromHours(2)).AddTicks(4567);
        using var app = new ToldApp<TimesSettings>(NamingRule.Configuration(), settings => settings
            .Set(s => s.Offset, time).Set(s => s.Local, time.DateTime).Set(s => s.Day, DateOnly.FromDateTime(time.DateTime)).Set(s => s.Clock, TimeOnly.FromDateTime(time.DateTime)));
        app.Write("{}");

        var read = AppConfiguration.Read<TimesSettings>(app.Composed([]))!;

        Assert.Equal((time, time.DateTime, DateOnly.FromDateTime(time.DateTime), TimeOnly.FromDateTime(time.DateTime)), (read.Offset, read.Local, read.Day, read.Clock));
    }

    [Fact]
    public void A_name_that_the_constructor_does_not_go_by_is_refused()
    {
        var failure = Assert.Throws<DeliveryException>(() => new SettingsDefinition<RenamedParameter>(NamingRule.Configuration()).All);

        Assert.StartsWith("RenamedParameter: 'Server:Port' is given by the constructor, which reads that name and not 'tcp-port'", failure.Message, StringComparison.Ordinal);
        // As the binder has it.
        var values = new Dictionary<string, string?> { ["Server:tcp-port"] = "81", ["Server:Port"] = "82" };
        Assert.Equal(82, new ConfigurationBuilder().AddInMemoryCollection(values).Build().Get<RenamedParameter>()!.Server!.Port);
    }

    [Fact]
    public void The_constructor_is_that_of_the_type_that_is_made_and_a_property_that_it_only_begins_keeps_its_name()
    {
        var values = new Dictionary<string, string?> { ["Derived:tcp_port"] = "81", ["Begun:tcp_port"] = "82" };
        var read = new ConfigurationBuilder().AddInMemoryCollection(values).Build().Get<DerivedParameters>()!;

        Assert.Equal(["Derived:tcp_port", "Begun:tcp_port"], new SettingsDefinition<DerivedParameters>(NamingRule.Configuration()).All.Select(x => x.Name.Key));
        Assert.Equal((81, 82), (read.Derived!.Port, read.Begun!.Port));
    }

    private sealed class DerivedParameters
    {
        public DerivedServer? Derived { get; set; }

        public BegunServer? Begun { get; set; }
    }

    private class BaseServer(int port)
    {
        [ConfigurationKeyName("tcp_port")]
        public int Port { get; set; } = port;
    }

    private sealed class DerivedServer() : BaseServer(80);

    private sealed class BegunServer(int port = 80)
    {
        [ConfigurationKeyName("tcp_port")]
        public int Port { get; set; } = port;
    }

    [Fact]
    public void A_structure_without_a_setter_holds_no_settings_because_the_binder_fills_a_copy()
    {
        Assert.Equal(["Name"], new SettingsDefinition<FixedPoint>(NamingRule.Configuration()).All.Select(x => x.Name.Key));
        Assert.Equal(0, new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Point:X"] = "7", ["Name"] = "n" }).Build().Get<FixedPoint>()!.Point.X);
    }

    private sealed class TimesSettings
    {
        public DateTimeOffset Offset { get; set; }

        public DateTime Local { get; set; }

        public DateOnly Day { get; set; }

        public TimeOnly Clock { get; set; }
    }

    private sealed class RenamedParameter
    {
        public RenamedServer? Server { get; set; }
    }

    private sealed class RenamedServer(int port)
    {
        [ConfigurationKeyName("tcp-port")]
        public int Port { get; } = port;
    }

    private sealed class FixedPoint
    {
        public AnyPoint Point { get; }

        public string Name { get; set; } = "";
    }

    [Fact]
    public void A_type_that_holds_itself_is_refused_by_name()
    {
        using var app = new ToldApp<EndlessSettings>(NamingRule.Configuration());

        var error = Assert.Throws<DeliveryException>(() => app.Files.ModelOf("live"));

        Assert.Contains("EndlessSettings: First.Next is of type EndlessNode, which holds itself", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify-full")]
    [InlineData("VerifyFull")]
    public void A_choice_can_be_spelt_as_the_rule_spells_it(string tls)
    {
        using var app = new ToldApp<BakerySettings>(BakerySettings.Naming);
        app.Write($$"""{ "Database": { "Tls": "{{tls}}" } }""");

        Assert.Equal(tls, app.Composed([])["APP__DATABASE__TLS"]);
    }
}

internal sealed class AnySettings
{
    public AnyServer Server { get; } = new();

    public AnyMade Made { get; set; } = new(1);

    public AnyLevel Level { get; set; }

    public AnyAccess Access { get; set; }

    public AnyLevel? Other { get; set; }

    public bool Odd { get; set; }

    public int Hex { get; set; }

    public int? Optional { get; set; } = 4;

    public Dictionary<string, bool> Features { get; set; } = [];

    public List<AnyServer> Servers { get; set; } = [];

    public IReadOnlyDictionary<string, AnyServer> Routes { get; set; } = new Dictionary<string, AnyServer>();

    public Dictionary<string, List<int>> Lists { get; set; } = [];

    public List<string> Filled { get; } = ["y"];

    public IDictionary<string, string> Named { get; } = new Dictionary<string, string>();

    public Dictionary<string, string> LogLevel { get; set; } = [];

    public byte[] Key { get; set; } = [];

    public AnyPoint Point { get; set; }

    [ConfigurationKeyName("renamed")]
    public string Renamed { get; set; } = "";

    public Dictionary<int, string> Numbers { get; set; } = [];

    public List<List<string>> Matrix { get; set; } = [];

    public HashSet<int> Set { get; } = [];

    public AnyLevel[] Levels { get; set; } = [];
}

internal sealed class AnyServer
{
    public string Host { get; set; } = "none";

    public int Port { get; set; } = 80;

    public List<string> Hosts { get; set; } = [];

    public string[] Tags { get; set; } = [];

    public int Computed => Port + 1;
}

internal sealed class AnyMade(int size)
{
    public int Size { get; } = size;
}

internal struct AnyPoint
{
    public int X { get; set; }
}

internal enum AnyLevel
{
    Debug,
    Information,
    Warning,
}

[Flags]
internal enum AnyAccess
{
    None = 0,
    Read = 1,
    Write = 2,
}

internal sealed class EndlessSettings
{
    public EndlessNode First { get; set; } = new();
}

internal sealed class EndlessNode
{
    public EndlessNode? Next { get; set; }

    public List<EndlessNode> Others { get; set; } = [];
}
