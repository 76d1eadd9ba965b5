using System.Globalization;
using System.Net;
using Acci.Environments.Specification;
using Acci.Environments.Variables;

namespace Acci.Environments.Files;

/// <summary>What Docker Compose would refuse in a file, without saying where it is declared, and a swarm would read otherwise or not at all.</summary>
internal static class ServiceCheck
{
    /// <summary>Makes sure that each service can be read.</summary>
    /// <exception cref="DeliveryException">One cannot; the message says which, and why.</exception>
    public static void Ensure(string environment, IReadOnlyDictionary<string, Service> services, IReadOnlyDictionary<string, FileObject> secrets)
    {
        foreach (var (name, service) in services)
        {
            if (Problem(service, services, secrets) is { } problem) throw new DeliveryException($"Environment '{environment}': {name} {problem}.");
        }
    }

    private static string? Problem(Service service, IReadOnlyDictionary<string, Service> services, IReadOnlyDictionary<string, FileObject> secrets)
    {
        if (service is { Image: null, Build: null }) return $"has no {nameof(Service.Image)} and no {nameof(Service.Build)}: declare one of them";
        foreach (var (other, dependency) in service.DependsOn ?? new Dictionary<string, Dependency>())
        {
            if (!services.TryGetValue(other, out var found)) return $"waits for '{other}', which is no service: there are {string.Join(", ", services.Keys)}";
            if (dependency.Required is not false && !RunsBeside(found, service))
                return $"waits for '{other}', which runs in the profiles {string.Join(", ", found.Profiles!)} alone: declare these for both, or {nameof(Dependency.Required)} = false";
        }

        if (service.Secrets?.FirstOrDefault(x => !secrets.ContainsKey(x.Source)) is { } secret)
            return $"reads the secret '{secret.Source}', which no service declares: name it among the service's {nameof(Declarations.ServiceDefinition.Secrets)}";
        if (Written(service.Deploy?.Replicas) is { } replicas && !int.TryParse(replicas, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return $"has '{replicas}' for {nameof(Deploy.Replicas)}: write a number";
        foreach (var port in service.Ports ?? [])
        {
            if (Written(port.HostIp) is { } address && !IPAddress.TryParse(address, out _)) return $"has '{address}' for the {nameof(Port.HostIp)} of a port: write an address, as in 127.0.0.1";
            if (Written(port.Target) is { } target && PortRange.TryParse(target) is not { Count: 1 }) return $"has '{target}' for the {nameof(Port.Target)} of a port: write one port, 1-65535";
        }

        return null;
    }

    private static bool RunsBeside(Service other, Service service) =>
        other.Profiles is not { Count: > 0 } profiles || (service.Profiles is { Count: > 0 } own && own.All(profiles.Contains));

    // One that has to be set has no text yet.
    private static string? Written(Scalar? scalar) =>
        scalar is { } value && !value.Text.Contains(":?", StringComparison.Ordinal) ? Interpolation.Resolve(value.Text, new Dictionary<string, string>()) : null;
}
