using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Running;
using Serilog;

namespace Acci.Environments.Swarm;

/// <summary>The questions asked of a swarm, and the commands that change it, through the engine that manages it.</summary>
internal sealed partial record SwarmManager(DockerEngine Engine)
{
    internal const string StackLabel = DataVolumes.StackLabel;
    private const int Iterations = 600_000;
    internal const int DigestLength = 12;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RemovalTime = TimeSpan.FromMinutes(1);

    /// <summary>The clock that it is waited by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether this engine is part of a swarm, and manages it; how many nodes that has, and which this one is.</summary>
    /// <exception cref="DeliveryException">It does not say so.</exception>
    public async Task<(bool IsActive, bool IsManager, int Nodes, string NodeId)> StateAsync(CancellationToken cancellationToken)
    {
        var said = await RunAsync(["info", "--format", "{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}} {{.Swarm.Nodes}} {{.Swarm.NodeID}}"], cancellationToken);
        return said.Split(' ') is [var state, var control, var count, .. var rest]
            ? (state == "active", control == "true", int.TryParse(count, out var nodes) ? nodes : 0, rest.FirstOrDefault() ?? "")
            : throw new DeliveryException($"{Engine} does not say whether it is part of a swarm: `docker info` answered '{SafeText.Terminal(said)}'.");
    }

    /// <summary>The node that each of the stack's services runs on, or ran on last, by the service's name in the stack; of several replicas that of one.</summary>
    public async Task<IReadOnlyDictionary<string, string>> NodesAsync(string stack, CancellationToken cancellationToken)
    {
        var tasks = await TasksAsync(stack, cancellationToken);
        return (await ServicesAsync(stack, cancellationToken))
            .Select(service => (Name: service.Name[(stack.Length + 1)..], Node: tasks.Where(x => x.ServiceId == service.Id && x.NodeId is not null).OrderByDescending(x => x.State == "running").FirstOrDefault()?.NodeId))
            .Where(x => x.Node is not null)
            .ToDictionary(x => x.Name, x => x.Node!);
    }

    /// <summary>Whether a swarm has to be made first, which is done of the private engine alone.</summary>
    /// <exception cref="DeliveryException">There is none, and the message names the command that makes one; or the engine cannot run a stack.</exception>
    public async Task<bool> NeedsSwarmAsync(CancellationToken cancellationToken)
    {
        var (isActive, isManager, nodes, _) = await StateAsync(cancellationToken);
        // What it manages may run on other nodes.
        if (nodes <= 1 && await IsRootlessAsync(cancellationToken)) throw Rootless(Engine.ToString());
        if (isManager) return false;
        if (isActive) throw new DeliveryException($"{Engine} is a worker of its swarm and cannot deploy to it: set DOCKER_HOST to one of its managers.");
        if (Engine.Address is null) throw new DeliveryException($"{Engine} is not part of a swarm. If it shall be, run `docker swarm init` once; nothing was deployed.");
        return true;
    }

    /// <summary>A rootless engine cannot run a stack. Source: https://docs.docker.com/engine/security/rootless/troubleshoot, "Known limitations".</summary>
    public static DeliveryException Rootless(string engine) => new(
        $"{engine} is rootless and has no overlay networks, which a stack needs. Use ComposeUp, or set DOCKER_HOST to an engine that runs as root; nothing was deployed.");

    /// <summary>Makes sure that there is a swarm to deploy to.</summary>
    /// <exception cref="DeliveryException">There is none, and none is made of this engine.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (!await NeedsSwarmAsync(cancellationToken)) return;
        // A swarm of this machine alone: nobody outside is to find it.
        await RunAsync(["swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:2377"], cancellationToken);
        // Seen with Docker Engine 28.5: leaving empties its names for every network, and what runs finds nothing by name until it is started again.
        Log.Information("The private engine is a swarm of its own now; `docker swarm leave --force` ends it. Bring down what else runs first: an engine that leaves forgets the names of all running containers");
    }

    private async Task<bool> IsRootlessAsync(CancellationToken cancellationToken) =>
        (await RunAsync(["info", "--format", "{{json .SecurityOptions}}"], cancellationToken)).Contains("name=rootless", StringComparison.Ordinal);

    /// <summary>The stack's services, in the order of their names.</summary>
    public async Task<IReadOnlyList<SwarmService>> ServicesAsync(string stack, CancellationToken cancellationToken)
    {
        var ids = Lines(await RunAsync(["service", "ls", "--quiet", "--filter", $"label={StackLabel}={stack}"], cancellationToken));
        return ids.Length == 0 ? [] : [.. (await InspectAsync(["service", "inspect", .. ids], SwarmInspection.ServiceOf, cancellationToken)).OrderBy(x => x.Name, StringComparer.Ordinal)];
    }

    /// <summary>The stack's replicas, past ones among them.</summary>
    public async Task<IReadOnlyList<SwarmTask>> TasksAsync(string stack, CancellationToken cancellationToken)
    {
        var question = Engine.Question("stack", "ps", "--quiet", "--no-trunc", stack);
        var list = await CommandRunner.TryRunAsync(question, cancellationToken: cancellationToken);
        // A stack that has none is a failure, too. Source: docker/cli, cli/command/stack/swarm/ps.go.
        if (!list.Succeeded && !list.StandardError.Contains("nothing found in stack", StringComparison.OrdinalIgnoreCase)) throw new CommandFailedException(question, list);
        var ids = Lines(list.StandardOutput);
        return ids.Length == 0 ? [] : await InspectAsync(["inspect", "--type", "task", .. ids], SwarmInspection.TaskOf, cancellationToken);
    }

    /// <summary>
    /// Makes sure that the swarm has the secret. A secret of a swarm cannot be changed, so its name tells its content, by a digest that is slow to try: another content
    /// is another secret, and the services that read it are updated.
    /// </summary>
    /// <returns>Its name in the swarm.</returns>
    public async Task<string> EnsureSecretAsync(string stack, string name, string value, CancellationToken cancellationToken)
    {
        var digest = Convert.ToHexStringLower(Rfc2898DeriveBytes.Pbkdf2(value, Encoding.UTF8.GetBytes($"{stack}_{name}"), Iterations, HashAlgorithmName.SHA256, DigestLength / 2));
        var full = SecretNameOf(stack, name, digest);
        if (Lines(await RunAsync(["secret", "ls", "--format", "{{.Name}}"], cancellationToken)).Contains(full)) return full;
        await CommandRunner.RunAsync(Engine.Question("secret", "create", "--label", $"{StackLabel}={stack}", full, "-") with { StandardInput = value }, cancellationToken: cancellationToken);
        return full;
    }

    internal static string SecretNameOf(string stack, string name, string digest) => $"{stack}_{name}_{digest}";

    /// <summary>Removes the stack's secrets but for these; what is still read stays.</summary>
    public Task RemoveSecretsAsync(string stack, IEnumerable<string> but, CancellationToken cancellationToken) => SweepAsync("secret", stack, but, cancellationToken);

    /// <summary>Removes the stack's configuration files but for these; what is still read stays.</summary>
    public Task RemoveConfigsAsync(string stack, IEnumerable<string> but, CancellationToken cancellationToken) => SweepAsync("config", stack, but, cancellationToken);

    private async Task SweepAsync(string kind, string stack, IEnumerable<string> but, CancellationToken cancellationToken)
    {
        foreach (var old in Lines(await RunAsync([kind, "ls", "--format", "{{.Name}}", "--filter", $"label={StackLabel}={stack}"], cancellationToken)).Except(but))
            await CommandRunner.TryRunAsync(Engine.Question(kind, "rm", old), cancellationToken: cancellationToken);
    }

    /// <summary>Removes a service and waits until nothing of it runs.</summary>
    /// <param name="stack">Its stack.</param>
    /// <param name="service">The service.</param>
    /// <param name="onRemoved">Called when the swarm has removed it, or may have.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DeliveryException">Something of it does not end.</exception>
    public async Task RemoveServiceAsync(string stack, SwarmService service, Action onRemoved, CancellationToken cancellationToken)
    {
        var replicas = (await TasksAsync(stack, cancellationToken)).Where(x => x.ServiceId == service.Id).ToArray();
        var tasks = replicas.Select(x => x.Id).ToArray();
        var limit = LimitOf(replicas);
        try
        {
            await RunAsync(["service", "rm", service.Id], cancellationToken);
        }
        catch (Exception exception) when (exception is not CommandFailedException failed || WasBrokenOff(failed))
        {
            // Only a refusal says that it is still there: where the connection breaks off, the swarm may have removed it.
            onRemoved();
            throw;
        }

        onRemoved();
        if (!await HasComeAsync(() => HaveEndedAsync(tasks, cancellationToken), limit, cancellationToken)) throw new DeliveryException($"{service.Name} was removed, but something of it does not end. `docker inspect --type task {string.Join(' ', tasks)}` shows what; a node that is down keeps its own.");
    }

    // Source: the engine's Go client, request.go, of a connection that ended before the answer.
    private static bool WasBrokenOff(CommandFailedException failed) =>
        failed.Result?.StandardError.Contains("error during connect", StringComparison.OrdinalIgnoreCase) is true;

    // All stop together.
    private static TimeSpan LimitOf(IEnumerable<SwarmTask> replicas) => RemovalTime + (replicas.Max(x => x.GracePeriod) ?? TimeSpan.Zero);

    // The swarm forgets a task when its container has ended.
    private async Task<bool> HaveEndedAsync(string[] tasks, CancellationToken cancellationToken) =>
        tasks.Length == 0 || (await InspectAsync(["inspect", "--type", "task", .. tasks], x => x, cancellationToken)).Count == 0;

    /// <summary>Whether there is anything of the stack but volumes: its services, or what still runs after they were removed.</summary>
    public async Task<bool> IsThereAsync(string stack, CancellationToken cancellationToken) =>
        (await ServicesAsync(stack, cancellationToken)).Count > 0 || await LeftAsync(stack, cancellationToken) is not ([], []);

    /// <summary>Removes the stack and waits until nothing of it is left, but for volumes.</summary>
    /// <exception cref="DeliveryException">Something stays.</exception>
    public async Task RemoveAsync(string stack, CancellationToken cancellationToken)
    {
        // Those on other nodes are seen as tasks alone.
        var replicas = await TasksAsync(stack, cancellationToken);
        var tasks = replicas.Select(x => x.Id).ToArray();
        var limit = LimitOf(replicas);
        await CommandRunner.RunAsync(Engine.Errand("stack", "rm", stack), Log.Verbose, cancellationToken);
        if (!await HasComeAsync(IsGoneAsync, limit, cancellationToken))
        {
            throw new DeliveryException(
                $"The stack {stack} was removed, but something of it does not end. `docker ps --all --filter label={StackLabel}={stack}` and "
                + $"`docker network ls --filter label={StackLabel}={stack}` show what is on this node; a node that is down keeps its own.");
        }

        await RemoveSecretsAsync(stack, [], cancellationToken);

        async Task<bool> IsGoneAsync()
        {
            // Networks go when the last container has; removing the stack again takes what could not go before.
            var (left, networks) = await LeftAsync(stack, cancellationToken);
            if (left.Length == 0 && networks.Length == 0) return await HaveEndedAsync(tasks, cancellationToken);
            if (left.Length == 0) await CommandRunner.TryRunAsync(Engine.Question(["network", "rm", .. networks]), cancellationToken: cancellationToken);
            return false;
        }
    }

    // Looks once more when the time is over: on a busy machine one look may take all of it.
    private async Task<bool> HasComeAsync(Func<Task<bool>> look, TimeSpan limit, CancellationToken cancellationToken)
    {
        for (var begun = Time.GetTimestamp(); ;)
        {
            var isLast = Time.GetElapsedTime(begun) >= limit;
            if (await look()) return true;
            if (isLast) return false;
            await Task.Delay(Pause, Time, cancellationToken);
        }
    }

    private async Task<(string[] Containers, string[] Networks)> LeftAsync(string stack, CancellationToken cancellationToken) =>
    (
        Lines(await RunAsync(["ps", "--all", "--quiet", "--filter", $"label={StackLabel}={stack}"], cancellationToken)),
        Lines(await RunAsync(["network", "ls", "--quiet", "--filter", $"label={StackLabel}={stack}"], cancellationToken))
    );

    /// <summary>The data volumes of a stack on this machine.</summary>
    /// <param name="stack">Its name.</param>
    /// <param name="declared">The volumes, as its file calls them.</param>
    public DataVolumes DataOf(string stack, IReadOnlyCollection<string> declared) => new(Engine, stack, declared) { Time = Time };

    /// <summary>Removes those that have the stack's label.</summary>
    /// <exception cref="DeliveryException">Something else uses one.</exception>
    public async Task RemoveVolumesAsync(string stack, CancellationToken cancellationToken) => await DataOf(stack, []).RemoveAsync(
        Lines(await RunAsync(["volume", "ls", "--quiet", "--filter", $"label={StackLabel}={stack}"], cancellationToken)), cancellationToken);

    private async Task<IReadOnlyList<T>> InspectAsync<T>(IEnumerable<string> arguments, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        var question = Engine.Question(arguments);
        var answer = await CommandRunner.TryRunAsync(question, cancellationToken: cancellationToken);
        // What went away between two questions is left out of the answer.
        if (!answer.Succeeded && !Gone().IsMatch(answer.StandardError)) throw new CommandFailedException(question, answer);
        return string.IsNullOrWhiteSpace(answer.StandardOutput) ? [] : answer.Read(question, output => JsonElement.Parse(output).EnumerateArray().Select(read).ToArray());
    }

    // As docker and its engine say it of each kind. A command, a context or a host that is not found cannot be asked.
    [GeneratedRegex(@"no such (service|task|object)|\b(service|task) \S+ not found", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Gone();

    private async Task<string> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        (await CommandRunner.RunAsync(Engine.Question(arguments), cancellationToken: cancellationToken)).StandardOutput.Trim();

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
