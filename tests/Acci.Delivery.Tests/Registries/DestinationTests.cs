using Acci.Delivery.Images;
using Acci.Delivery.Registries;

namespace Acci.Delivery.Tests.Registries;

public class DestinationTests
{
    [Theory]
    [InlineData("ghcr.io/Owner", "ghcr.io", "owner", false)]
    [InlineData("ghcr.io/owner/", "ghcr.io", "owner", false)]
    [InlineData("registry.example.com:5000", "registry.example.com:5000", "", false)]
    [InlineData("127.0.0.1:5600", "127.0.0.1:5600", "", true)]
    [InlineData("127.9.9.9:5600/a/b", "127.9.9.9:5600", "a/b", true)]
    [InlineData("localhost:5000", "localhost:5000", "", true)]
    [InlineData("[::1]:5000", "[::1]:5000", "", true)]
    public void A_registry_is_a_host_and_a_path(string text, string domain, string path, bool loopback)
    {
        var destination = Destination.Parse(text);

        Assert.Equal((domain, path, loopback), (destination.Domain, destination.Path, destination.IsLoopback));
        Assert.Equal(path.Length == 0 ? $"{domain}/app" : $"{domain}/{path}/app", destination.RepositoryOf(new ImageDefinition("app") { Dockerfile = "Dockerfile" }).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("owner")]
    [InlineData("owner/more")]
    [InlineData("https://ghcr.io/owner")]
    [InlineData("ghcr.io/ow ner")]
    public void Anything_else_is_refused_with_the_parameter_s_name(string text)
    {
        var exception = Assert.Throws<DeliveryException>(() => Destination.Parse(text));

        Assert.Contains("--registry", exception.Message, StringComparison.Ordinal);
    }
}
