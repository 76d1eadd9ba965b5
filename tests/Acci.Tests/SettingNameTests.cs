using Acci.Settings;

namespace Acci.Tests;

public sealed class SettingNameTests
{
    [Fact]
    public void A_setting_is_named_by_its_place_in_the_tree()
    {
        var name = SettingName.Of(settings => settings.Server.BackendPort);

        Assert.Equal("Server:BackendPort", name.Key);
        Assert.Equal("APP__SERVER__BACKEND_PORT", name.EnvironmentVariable);
        Assert.Equal("APP__SERVER__BACKEND_PORT_FILE", name.FileVariable);
    }

    [Fact]
    public void A_setting_at_the_top_has_no_prefix() =>
        Assert.Equal("RUN_MODE", SettingName.Of(settings => settings.RunMode).EnvironmentVariable);

    [Fact]
    public void A_secret_is_known_as_one()
    {
        Assert.True(SettingName.Of(settings => settings.Database.Password).IsSecret);
        Assert.False(SettingName.Of(settings => settings.Database.User).IsSecret);
    }

    [Fact]
    public void What_is_not_a_path_of_properties_names_no_setting() =>
        Assert.Throws<ArgumentException>(() => SettingName.Of(settings => settings.Server.BackendPort + 1));
}
