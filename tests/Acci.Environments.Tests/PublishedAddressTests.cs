using Acci.Delivery.Engines;
using Acci.Environments.Running;

namespace Acci.Environments.Tests;

public class PublishedAddressTests
{
    [Fact]
    public void An_address_that_cannot_be_asked_from_here_is_not_printed_as_one_that_can()
    {
        var published = new PublishedAddress("127.0.0.1", "8080");

        Assert.Equal("http://127.0.0.1:8080", published.Describe(PortAccess.Loopback, "http://"));
        Assert.Equal("port 8080 of the engine's machine (127.0.0.1)", published.Describe(new PortAccess("0.0.0.0", "docker", IsCertain: true), "http://"));
        Assert.Equal("port 8080 of the engine's machine (127.0.0.1)", published.Describe(null, "http://"));
        Assert.Equal("http://docker:8080", new PublishedAddress("0.0.0.0", "8080").Describe(new PortAccess("0.0.0.0", "docker", IsCertain: true), "http://"));
    }
}
