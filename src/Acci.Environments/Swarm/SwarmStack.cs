using Acci.Environments.Specification;
using Acci.Environments.Variables;

namespace Acci.Environments.Swarm;

/// <summary>
/// An environment's services as a stack of Docker Swarm. A stack knows less than docker compose: variables are put in here, secrets are the swarm's own, what a service
/// waits for is its own affair, and a published port is one of the whole swarm. What keeps data stays on one node, because a volume does: elsewhere it would start empty.
/// </summary>
internal static class SwarmStack
{
    /// <summary>The stack.</summary>
    /// <param name="file">The environment's services.</param>
    /// <param name="variables">All variables that are set.</param>
    /// <param name="secrets">The name in the swarm of each of the file's secrets.</param>
    /// <param name="nodeOf">The node that a service's data are on.</param>
    /// <param name="hasIngress">Whether a port can be one of the whole swarm; otherwise each replica has one of its host's.</param>
    /// <param name="folder">The folder that the file's paths are relative to; a stack's own file lies elsewhere.</param>
    /// <exception cref="DeliveryException">Something is declared that a stack has no word for.</exception>
    public static ComposeFile Of(
        ComposeFile file,
        IReadOnlyDictionary<string, string> variables,
        IReadOnlyDictionary<string, string> secrets,
        Func<string, string> nodeOf,
        bool hasIngress,
        string folder)
    {
        return new ComposeFile
        {
            Services = file.Services.ToDictionary(x => x.Key, x => ServiceOf(Elsewhere(x.Key, x.Value), ResolveIn, PlacementOf(x.Key, x.Value), hasIngress, file.IsJob(x.Key))),
            // What the stores are on stays closed; containers of a person's own may join those who are served.
            Networks = file.Networks?.ToDictionary(x => x.Key, x => x.Value with { Driver = "overlay", Attachable = x.Value.Internal is true ? x.Value.Attachable : true }),
            Volumes = file.Volumes,
            Secrets = file.Secrets?.ToDictionary(x => x.Key, x => new FileObject { External = true, Name = Scalar.Literal(secrets[x.Key]) }),
            Configs = file.Configs?.ToDictionary(x => x.Key, x => x.Value with { File = x.Value.File is { } source ? Place(source) : default(Scalar?), Name = Resolve(x.Value.Name, ResolveIn) }),
        };

        Scalar ResolveIn(Scalar scalar) => Resolve(scalar, variables);

        Service Elsewhere(string name, Service service) => service with
        {
            Environment = Told(service.Environment),
            EnvFile = Placed(service.EnvFile),
            Volumes = service.Volumes?.Select(x => x is { Type: "bind", Source: { } source } ? x with { Source = Place(source) } : x).ToArray(),
            Deploy = file.JobsBefore(name).Count > 0 ? StartedAgain(service.Deploy) : service.Deploy,
        };

        // "~" is the home of whoever deploys, and docker's to put in. A path may be of another system than this one.
        static bool IsAbsolute(string path) => path is ['~' or '/' or '\\', ..] or [_, ':', ..];

        Scalar Place(Scalar path)
        {
            var text = Interpolation.Resolve(path.Text, variables);
            return Scalar.Literal(IsAbsolute(text) ? text : Path.GetFullPath(text, folder));
        }

        // Of a file of variables a stack knows the path alone. It takes every value as it is. Source: docker/cli, pkg/kvfile.
        EnvFile[]? Placed(IReadOnlyList<EnvFile>? files) => files?.Select(x => x with { Path = Place(x.Path) })
            .Where(x => x.Required is not false || File.Exists(Interpolation.Resolve(x.Path.Text, variables)))
            .Select(x => x.Format is null or EnvFile.Raw
                ? new EnvFile(x.Path)
                : throw new DeliveryException($"The env_file {x.Path.Text} has the format '{x.Format}', which stacks do not support. Nothing was deployed."))
            .ToArray();

        // A stack has no word for a variable that is told where it is set.
        IReadOnlyDictionary<string, Scalar>? Told(IReadOnlyDictionary<string, Scalar>? environment) => environment?
            .Where(x => !x.Value.IsWhereSet || variables.GetValueOrDefault(x.Key) is { Length: > 0 })
            .ToDictionary(x => x.Key, x => x.Value.IsWhereSet ? Scalar.Literal(variables[x.Key]) : x.Value);

        Placement? PlacementOf(string name, Service service) =>
            service.Volumes?.Any(x => x is { Type: "volume", Source: not null }) is true ? new Placement([.. service.Deploy?.Placement?.Constraints ?? [], $"node.id == {nodeOf(name)}"]) : service.Deploy?.Placement;
    }

    private static Service ServiceOf(Service service, Func<Scalar, Scalar> resolve, Placement? placement, bool hasIngress, bool isJob) => service with
    {
        Image = Resolve(service.Image, resolve),
        Command = service.Command?.Select(resolve).ToArray(),
        Entrypoint = service.Entrypoint?.Select(resolve).ToArray(),
        Healthcheck = service.Healthcheck is { Test: { } test } check ? check with { Test = test.Select(resolve).ToArray() } : service.Healthcheck,
        Environment = service.Environment?.ToDictionary(x => x.Key, x => resolve(x.Value)),
        Ports = service.Ports?.Select(x => PortOf(x, resolve, hasIngress)).ToArray(),
        // A folder in memory has no options in a stack, such as whose it is; a volume of the container's own has what the image says.
        Tmpfs = service.Tmpfs?.Where(x => !x.Contains(':', StringComparison.Ordinal)).ToArray(),
        Volumes =
        [
            .. service.Volumes ?? [],
            .. (service.Tmpfs ?? []).Where(x => x.Contains(':', StringComparison.Ordinal)).Select(x => Mount.Anonymous(x.Split(':')[0])),
            .. service.ShmSize is { } size ? (Mount[])[Mount.Memory("/dev/shm", Bytes(size))] : [],
        ],
        DependsOn = null,
        // Not known to a stack; no capability is left to gain, either.
        SecurityOpt = null,
        ShmSize = null,
        Deploy = (isJob ? JobOf(service.Deploy ?? new Deploy()) : service.Deploy ?? new Deploy()) with
        {
            Replicas = service.Deploy?.Replicas is { } replicas ? Number(resolve(replicas)) : 1,
            Placement = placement,
            EndpointMode = hasIngress ? null : "dnsrr",
            Resources = service.Deploy?.Resources is { Limits: var limits }
                ? new Resources(limits with { Cpus = Resolve(limits.Cpus, resolve), Memory = Resolve(limits.Memory, resolve) })
                : null,
        },
    };

    // A swarm starts a service that ended again, whatever its code was; a job it runs once for each deployment. What waits for it under docker compose starts beside it.
    private static Deploy JobOf(Deploy deploy) => deploy with
    {
        Mode = Deploy.Job,
        RestartPolicy = deploy.RestartPolicy ?? new RestartPolicy(RestartPolicy.OnFailure) { Delay = "2s" },
        UpdateConfig = null,
        RollbackConfig = null,
    };

    // In a stack it does not wait for its jobs, but fails until they have ended: a limit would be used up by then.
    private static Deploy? StartedAgain(Deploy? deploy) => deploy is { RestartPolicy: { } policy } ? deploy with { RestartPolicy = policy with { MaxAttempts = null } } : deploy;

    private static Port PortOf(Port port, Func<Scalar, Scalar> resolve, bool hasIngress) => new(Number(resolve(port.Target)))
    {
        // A range is for several replicas on one machine; a swarm leads to all of them from the first port.
        Published = hasIngress && port.Published is { } published && PortRange.TryParse(resolve(published).Text) is { } range ? range.First : default(Scalar?),
        Protocol = port.Protocol,
        Mode = hasIngress ? "ingress" : "host",
    };

    private static Scalar? Resolve(Scalar? scalar, Func<Scalar, Scalar> resolve) => scalar is { } value ? resolve(value) : default(Scalar?);

    private static Scalar Resolve(Scalar scalar, IReadOnlyDictionary<string, string> variables) => scalar.IsPlain ? scalar : Scalar.Literal(Interpolation.Resolve(scalar.Text, variables));

    // A stack takes a size in memory as a number alone.
    private static int Bytes(string size)
    {
        var unit = "bkmg".IndexOf(char.ToLowerInvariant(size[^1]), StringComparison.Ordinal);
        return checked(int.Parse(unit < 0 ? size : size[..^1], System.Globalization.CultureInfo.InvariantCulture) * (1 << (10 * Math.Max(unit, 0))));
    }

    private static Scalar Number(Scalar scalar) => int.Parse(scalar.Text, System.Globalization.CultureInfo.InvariantCulture);
}
