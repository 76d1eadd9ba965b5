using Acci.Settings;

namespace Acci.Tests;

public sealed class NamingRuleTests
{
    private static readonly NamingRule Configuration = NamingRule.Configuration("SHOP_");

    [Fact]
    public void Any_settings_type_is_named_by_either_rule()
    {
        Assert.Equal("WEB__QUEUE__MAX_DEPTH", SettingName.Of((ShopSettings s) => s.Queue.MaxDepth, NamingRule.Prefixed("WEB")).EnvironmentVariable);
        Assert.Equal("TITLE", SettingName.Of((ShopSettings s) => s.Title, NamingRule.Prefixed("WEB")).EnvironmentVariable);
        Assert.Equal("WEB__TITLE", SettingName.Of((ShopSettings s) => s.Title, NamingRule.Prefixed("WEB", alsoAtTop: true)).EnvironmentVariable);
        Assert.Equal("Queue__MaxDepth", SettingName.Of((ShopSettings s) => s.Queue.MaxDepth, NamingRule.Configuration()).EnvironmentVariable);
        Assert.Equal("SHOP_Title", SettingName.Of((ShopSettings s) => s.Title, Configuration).EnvironmentVariable);
        Assert.Equal("Queue:MaxDepth", SettingName.Of((ShopSettings s) => s.Queue.MaxDepth, Configuration).Key);
    }

    [Fact]
    public void A_section_of_the_settings_file_does_not_show_in_the_variable()
    {
        var name = SettingName.Of((ShopSettings s) => s.Queue.Password, Configuration).Below("Worker");

        Assert.Equal("Worker:Queue:Password", name.Key);
        Assert.Equal("SHOP_Queue__Password", name.EnvironmentVariable);
        Assert.True(name.IsSecret);
    }

    [Fact]
    public void A_variable_is_known_as_one_of_the_settings_by_its_prefix_alone()
    {
        Assert.True(NamingRule.Prefixed("WEB").Owns("WEB__MISSPELT"));
        Assert.False(NamingRule.Prefixed("WEB").Owns("WEB"));
        Assert.True(Configuration.Owns("SHOP_Misspelt"));
        Assert.False(NamingRule.Configuration().Owns("Logging__LogLevel__Default"));
    }

    [Fact]
    public void A_choice_is_spelt_as_the_rule_s_readers_expect()
    {
        Assert.Equal("verify-full", NamingRule.Prefixed("WEB").Spell(TlsMode.VerifyFull));
        Assert.Equal("VerifyFull", Configuration.Spell(TlsMode.VerifyFull));
    }

    [Fact]
    public void A_reader_of_another_s_settings_tells_what_is_wrong_by_their_names()
    {
        var reader = new SettingsReader(new FixedSettings([("SHOP_Queue__MaxDepth", "deep")]), Configuration);

        Assert.Equal(7, reader.Section("Queue").Number("MaxDepth", 7, 1, 9));
        Assert.Contains("Queue:MaxDepth (SHOP_Queue__MaxDepth): 'deep' is not", Assert.Single(reader.Errors).ToString(), StringComparison.Ordinal);
    }

    private sealed record ShopSettings
    {
        public string Title { get; init; } = "";

        public QueueSettings Queue { get; init; } = new();
    }

    private sealed record QueueSettings
    {
        public int MaxDepth { get; init; }

        [Secret]
        public string? Password { get; init; }
    }
}
