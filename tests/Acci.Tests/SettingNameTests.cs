using Acci.Settings;

namespace Acci.Tests;

public sealed class SettingNameTests
{
    [Fact]
    public void A_setting_is_named_by_its_place_in_the_tree()
    {
        var name = SettingName.Of((AppSettings settings) => settings.Server.BackendPort, AppSettings.Naming);

        Assert.Equal("Server:BackendPort", name.Key);
        Assert.Equal("APP__SERVER__BACKEND_PORT", name.EnvironmentVariable);
        Assert.Equal("APP__SERVER__BACKEND_PORT_FILE", name.FileVariable);
    }

    [Fact]
    public void A_setting_at_the_top_has_no_prefix() =>
        Assert.Equal("RUN_MODE", SettingName.Of((AppSettings settings) => settings.RunMode, AppSettings.Naming).EnvironmentVariable);

    [Fact]
    public void A_secret_is_known_as_one()
    {
        Assert.True(SettingName.Of((AppSettings settings) => settings.Database.Password, AppSettings.Naming).IsSecret);
        Assert.False(SettingName.Of((AppSettings settings) => settings.Database.User, AppSettings.Naming).IsSecret);
    }

    [Fact]
    public void What_is_not_a_path_of_properties_names_no_setting() =>
        Assert.Throws<ArgumentException>(() => SettingName.Of((AppSettings settings) => settings.Server.BackendPort + 1, AppSettings.Naming));
}
