using Acci.Delivery.Compose.Specification;

namespace Acci.Delivery.Compose.Swarm;

/// <summary>
/// An environment's services as a stack of Docker Swarm. A stack knows less than docker compose: variables are put in here, secrets are the swarm's own, what a service
/// waits for is its own affair, and a published port is one of the whole swarm.
/// </summary>
internal static class SwarmStack
{
    /// <summary>The stack.</summary>
    /// <param name="file">The environment's services.</param>
    /// <param name="variables">All variables that are set.</param>
    /// <param name="secrets">The name in the swarm of each of the file's secrets.</param>
    /// <param name="hasIngress">Whether a port can be one of the whole swarm; otherwise each replica has one of its host's.</param>
    public static ComposeFile Of(ComposeFile file, IReadOnlyDictionary<string, string> variables, IReadOnlyDictionary<string, string> secrets, bool hasIngress) => new()
    {
        Services = file.Services.ToDictionary(x => x.Key, x => ServiceOf(x.Value, text => Resolve(text, variables), hasIngress)),
        Networks = file.Networks?.ToDictionary(x => x.Key, x => x.Value with { Driver = "overlay", Attachable = true }),
        Volumes = file.Volumes,
        Secrets = file.Secrets?.ToDictionary(x => x.Key, x => new FileObject { External = true, Name = Scalar.Literal(secrets[x.Key]) }),
    };

    private static Service ServiceOf(Service service, Func<Scalar, Scalar> resolve, bool hasIngress) => service with
    {
        Image = Resolve(service.Image, resolve),
        Command = service.Command?.Select(resolve).ToArray(),
        Environment = service.Environment?.ToDictionary(x => x.Key, x => resolve(x.Value)),
        Ports = service.Ports?.Select(x => PortOf(x, resolve, hasIngress)).ToArray(),
        // A folder in memory has no options in a stack, such as whose it is; a volume of the container's own has what the image says.
        Tmpfs = service.Tmpfs?.Where(x => !x.Contains(':', StringComparison.Ordinal)).ToArray(),
        Volumes = [.. service.Volumes ?? [], .. (service.Tmpfs ?? []).Where(x => x.Contains(':', StringComparison.Ordinal)).Select(x => Mount.Anonymous(x.Split(':')[0]))],
        DependsOn = null,
        // Not known to a stack; no capability is left to gain, either.
        SecurityOpt = null,
        ShmSize = null,
        Deploy = (service.Deploy ?? new Deploy()) with
        {
            Replicas = service.Deploy?.Replicas is { } replicas ? Number(resolve(replicas)) : 1,
            EndpointMode = hasIngress ? null : "dnsrr",
            Resources = service.Deploy?.Resources is { Limits: var limits }
                ? new Resources(limits with { Cpus = Resolve(limits.Cpus, resolve), Memory = Resolve(limits.Memory, resolve) })
                : null,
        },
    };

    private static Port PortOf(Port port, Func<Scalar, Scalar> resolve, bool hasIngress) => new(Number(resolve(port.Target)))
    {
        // A range is for several replicas on one machine; a swarm leads to all of them from the first port.
        Published = hasIngress && port.Published is { } published && PortRange.TryParse(resolve(published).Text) is { } range ? range.First : default(Scalar?),
        Protocol = port.Protocol,
        Mode = hasIngress ? "ingress" : "host",
    };

    private static Scalar? Resolve(Scalar? scalar, Func<Scalar, Scalar> resolve) => scalar is { } value ? resolve(value) : default(Scalar?);

    private static Scalar Resolve(Scalar scalar, IReadOnlyDictionary<string, string> variables) => scalar.IsPlain ? scalar : Scalar.Literal(Interpolation.Resolve(scalar.Text, variables));

    private static Scalar Number(Scalar scalar) => int.Parse(scalar.Text, System.Globalization.CultureInfo.InvariantCulture);
}
