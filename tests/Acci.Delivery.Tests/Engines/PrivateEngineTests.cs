using Acci.Delivery.Engines;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

public class PrivateEngineTests
{
    [Theory]
    [InlineData("PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nID=debian\n", true)]
    [InlineData("ID=\"debian\"\nVERSION_ID=\"12\"\n", true)]
    [InlineData("ID=ubuntu\nID_LIKE=debian\n", false)]
    [InlineData("ID=raspbian\nID_LIKE=debian\n", false)]
    [InlineData("", false)]
    public void Packages_are_fetched_on_Debian_and_not_on_its_relatives(string osRelease, bool isDebian)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Combine("os-release"), osRelease);

        Assert.Equal(isDebian, PrivateEngine.IsDebian(folder.Combine("os-release")));
        Assert.False(PrivateEngine.IsDebian(folder.Combine("nowhere")));
    }
}
