using System.Net;
using Acci.Environments.Variables;

namespace Acci.Environments.Specification;

/// <summary>Ports of the host that lead to a service, with everything put in that a file leaves open.</summary>
/// <param name="Service">The service.</param>
/// <param name="Ports">The host's ports, one for each replica or more.</param>
/// <param name="Address">The host's address they are on.</param>
/// <param name="Replicas">How many replicas share them.</param>
internal sealed record PublishedPort(string Service, PortRange Ports, IPAddress Address, int Replicas)
{
    /// <summary>What sets the ports from outside; null where nothing does.</summary>
    public Variable? Variable { get; init; }

    /// <summary>What sets the number of replicas from outside; null where nothing does.</summary>
    public Variable? ReplicasVariable { get; init; }

    /// <summary>As errors name it.</summary>
    public string Title => Variable?.Title ?? $"the port of {Service}";

    /// <summary>Those of a file, as it is when no variable is set.</summary>
    public static IEnumerable<PublishedPort> Of(ComposeFile file) =>
        from service in file.Services
        from port in service.Value.Ports ?? []
        where port.Published is not null
        let replicas = service.Value.Deploy?.Replicas
        select new PublishedPort(
            service.Key,
            PortRange.TryParse(Text(port.Published!.Value)) ?? throw new DeliveryException(
                $"Service {service.Key}: '{Text(port.Published.Value)}' is neither a port nor a range of them, as in 8080-8082."),
            port.HostIp is { } address ? IPAddress.Parse(Text(address)) : IPAddress.Any,
            replicas is { } count ? int.Parse(Text(count), System.Globalization.CultureInfo.InvariantCulture) : 1)
        {
            Variable = port.Published.Value.Source,
            ReplicasVariable = replicas?.Source,
        };

    private static string Text(Scalar scalar) => Interpolation.Resolve(scalar.Text, new Dictionary<string, string>());
}
