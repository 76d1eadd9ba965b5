using Acci.Environments.Declarations;
using Acci.Environments.Stores;
using Acci.Settings;

namespace Acci.Environments.Tests;

public class PostgreSqlTests
{
    private static PostgreSql Store { get; } = new() { Database = "shop", User = "shop", Password = new(SettingName.Of("Password", "PASSWORD")) };

    [Theory]
    [InlineData("15", "/var/lib/postgresql/data", "999:999")]
    [InlineData("17.6-trixie", "/var/lib/postgresql/data", "999:999")]
    [InlineData("17-alpine3.22", "/var/lib/postgresql/data", "70:70")]
    [InlineData("18", "/var/lib/postgresql", "999:999")]
    [InlineData("18-alpine", "/var/lib/postgresql", "70:70")]
    [InlineData("19beta1-bookworm", "/var/lib/postgresql", "999:999")]
    public void The_data_s_folder_and_the_user_are_those_of_the_version_s_image(string version, string folder, string user)
    {
        AssertRunsIn(folder, user, Store with { Version = version });
        AssertRunsIn(folder, user, Store with { Image = ServiceImage.Upstream($"registry.example.com/mirror/postgres:{version}") });
    }

    [Fact]
    public void An_image_of_somebody_else_s_says_both()
    {
        AssertRunsIn("/data", "1001:0", Store with { Image = ServiceImage.Upstream("registry.example.com/database:2"), DataFolder = "/data", RunsAs = "1001:0" });
        AssertRunsIn("/data", "70:70", Store with { Version = "17-alpine", DataFolder = "/data" });
    }

    [Fact]
    public void What_is_not_known_is_refused()
    {
        PostgreSql[] unknown =
        [
            Store with { Version = "latest" },
            Store with { Version = "17-windows" },
            Store with { Image = ServiceImage.Upstream("registry.example.com/database:17") },
            Store with { Image = ServiceImage.Of("database"), DataFolder = "/data" },
            Store with { RunsAs = "postgres" },
            Store with { RunsAs = " 70:70" },
            Store with { RunsAs = "70:+70" },
        ];

        Assert.All(unknown, x => Assert.Contains("RunsAs", Assert.Throws<DeliveryException>(x.ToServiceDefinition).Message, StringComparison.Ordinal));
    }

    private static void AssertRunsIn(string folder, string user, PostgreSql store)
    {
        var service = store.ToServiceDefinition().Compose;
        Assert.Equal((folder, user), (Assert.Single(service.Volumes!).Target, service.User));
        Assert.Equal($"/run/postgresql:uid={user.Split(':')[0]},gid={user.Split(':')[1]}", service.Tmpfs![0]);
    }
}
