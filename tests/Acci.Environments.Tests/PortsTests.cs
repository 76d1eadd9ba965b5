using System.Net;
using System.Net.Sockets;
using Acci.Environments.Running;
using Acci.Environments.Specification;

namespace Acci.Environments.Tests;

public sealed class PortsTests : IDisposable
{
    private readonly TcpListener _other = new(IPAddress.Loopback, 0);

    public PortsTests() => _other.Start();

    private int Taken => ((IPEndPoint)_other.LocalEndpoint).Port;

    [Fact]
    public void A_port_that_is_taken_is_told_before_anything_is_started()
    {
        var error = Assert.Throws<DeliveryException>(() => Ports.EnsureFree(Deployment($"{Taken}", 1), []));

        Assert.Contains($"{Taken}", error.Message, StringComparison.Ordinal);
        Assert.Contains("BAKERY_PORTS", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_needs_one_free_port_for_each_replica()
    {
        var range = Taken < 65000 ? $"{Taken}-{Taken + 40}" : $"{Taken - 40}-{Taken}";

        Ports.EnsureFree(Deployment(range, 3), []);
    }

    [Fact]
    public void What_the_environment_holds_itself_is_free_for_it() => Ports.EnsureFree(
        Deployment($"{Taken}", 1),
        [new Container { Id = "1", Name = "bakery-1", Service = "bakery", Image = "bakery", Status = "running", Addresses = [new("127.0.0.1", $"{Taken}")] }]);

    public void Dispose() => _other.Dispose();

    private static IEnumerable<PublishedPort> Deployment(string ports, int replicas)
    {
        using var folder = new SettingsFolder(prod: $$"""{ "Deployment": { "Ports": "{{ports}}", "Replicas": {{replicas}} } }""");
        return PublishedPort.Of(folder.Model().File);
    }
}
