using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Environments.Declarations;
using Acci.Environments.Running;
using Acci.Environments.Specification;
using Acci.Oci;
using Serilog;

namespace Acci.Environments.Swarm;

/// <summary>Deploys a stack and waits until the swarm has done what was asked, or has gone back to what was before, which is a failure.</summary>
/// <param name="swarm">The swarm.</param>
/// <param name="stack">The stack's name.</param>
/// <param name="replicas">Replicas of all services, which are replaced one after the other.</param>
/// <param name="login">The login by which the nodes get the images.</param>
/// <param name="startLimit">How long it may take, beside what each replica may; two minutes when nothing is said.</param>
internal sealed class StackDeployment(SwarmManager swarm, string stack, int replicas, PullLogin login, TimeSpan? startLimit = null)
{
    private const int ShownLines = 20;
    private const int LongestLine = 2000;
    private const int MostFailures = 3;
    private const string NoSuchImage = "No such image: ";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly TimeSpan _limit = (startLimit ?? ComposeStart.ProductionLimit) + replicas * TimeSpan.FromSeconds(20);
    private readonly Dictionary<string, string> _told = [];
    private readonly List<string> _removed = [];
    private volatile bool _isAsked;
    private long _begun = swarm.Time.GetTimestamp();

    /// <summary>The services as they are declared: a stack does not say what waits for what.</summary>
    public ComposeFile Declared { get; init; } = new() { Services = new Dictionary<string, Service>() };

    /// <summary>The services' images.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Which deployment it is, as the label of its services says; null where they have none.</summary>
    public string? Id { get; init; }

    private string GoesOn => $"{stack} ran before: where the swarm has not finished this deployment, it goes on with it by itself. `docker stack ps {stack}` shows how far it is; DeployStack tries again";

    /// <summary>Deploys it. What was not there before and does not come up, or is interrupted, is taken away again.</summary>
    /// <param name="prepare">Makes the swarm's secrets and the stack's file, and gives its path.</param>
    /// <param name="verify">Looks at what runs; a failure of it is one of the deployment.</param>
    /// <param name="cancellationToken">Ends the wait; of an update, the swarm goes on by itself.</param>
    /// <exception cref="DeliveryException">The swarm refused it, rolled it back, or does not get it to run.</exception>
    public async Task RunAsync(Func<Task<string>> prepare, Func<Task> verify, CancellationToken cancellationToken)
    {
        var before = (await swarm.ServicesAsync(stack, cancellationToken)).ToDictionary(x => x.Id, x => x.UpdateStarted);
        var volumes = swarm.DataOf(stack, Declared.OwnVolumes);
        var data = await volumes.ListAsync(cancellationToken);
        using var unfinished = Unfinished.Note(() => before.Count == 0 ? CleanUp.Unknown(stack) : _isAsked || _removed.Count > 0 ? $"{GoesOn}." : null);
        try
        {
            await RunAsync(await prepare(), before, cancellationToken);
            await verify();
        }
        catch (Exception) when (before.Count == 0)
        {
            Log.Information("Taking away what was deployed{Data:l}", data.Count > 0 ? "; the data that were there stay" : "");
            await CleanUp.TryAsync(stack, new FailedDeployment(swarm, stack, Id, volumes, data).RemoveAsync);
            throw;
        }
        catch (Exception)
        {
            if (_removed.Count > 0)
            {
                Log.Warning(
                    "{Services:l} was removed for this deployment, or is being removed, and is not restored: fix the error, then run DeployStack again",
                    string.Join(", ", _removed));
            }

            if (_isAsked) Log.Warning("{GoesOn:l}", GoesOn);
            throw;
        }
    }

    private async Task RunAsync(string file, Dictionary<string, string?> before, CancellationToken cancellationToken)
    {
        await RemoveChangedAsync(cancellationToken);
        _begun = swarm.Time.GetTimestamp();
        var past = (await swarm.TasksAsync(stack, cancellationToken)).Select(x => x.Id).ToHashSet();
        var deploy = login.Docker("stack", "deploy", "--compose-file", file, "--with-registry-auth", "--detach=true", "--prune", stack);
        _isAsked = true;
        // The engine asks the registry for each image that has no digest.
        await login.RunAsync(deploy with { AnswerTime = swarm.Engine.Errand().AnswerTime }, Images, cancellationToken);
        var waiting = new HashSet<string>();
        while (true)
        {
            var tasks = await swarm.TasksAsync(stack, cancellationToken);
            var services = await swarm.ServicesAsync(stack, cancellationToken);
            var jobs = services.Where(x => x.IsJob && !HasEnded(x, tasks)).Select(DeclaredName).ToHashSet();
            SwarmService? open = null;
            foreach (var service in services)
            {
                var own = tasks.Where(x => x.ServiceId == service.Id).ToArray();
                // What the swarm says of an update from before this one does not count.
                var update = service.UpdateStarted == before.GetValueOrDefault(service.Id) ? null : service.UpdateState;
                // Apps may fail until a job has ended, so that the job is what keeps them.
                if (!IsSettled(service, own, update) && (open is null || (service.IsJob && !open.IsJob))) open = service;
                Tell(service, own, update);
                if (update is "paused" or "rollback_paused" or "rollback_completed") throw await FailureAsync(service, own.Where(x => !past.Contains(x.Id)), $"the update was {(update == "paused" ? "stopped" : update == "rollback_completed" ? "rolled back: what was there before runs again" : "rolled back, and that failed, too")}", cancellationToken);
                var isWaiting = service.StartsAgain && jobs.Overlaps(Declared.JobsBefore(DeclaredName(service)));
                // It does not wait in a stack: what fails before its jobs have ended, or just then, says nothing.
                if (isWaiting || waiting.Contains(service.Id)) past.UnionWith(own.Where(x => x.HasFailed).Select(x => x.Id));
                _ = isWaiting ? waiting.Add(service.Id) : waiting.Remove(service.Id);
                if (update is null && own.Count(x => x.HasFailed && !past.Contains(x.Id)) >= (service.StartsAgain ? MostFailures : 1)) throw await FailureAsync(service, own.Where(x => !past.Contains(x.Id)), "it does not come up", cancellationToken);
            }

            if (open is null) return;
            if (swarm.Time.GetElapsedTime(_begun) > _limit) throw await LateAsync(open, [.. tasks.Where(x => x.ServiceId == open.Id)], cancellationToken);

            await Task.Delay(Pause, swarm.Time, cancellationToken);
        }
    }

    private static bool IsSettled(SwarmService service, SwarmTask[] tasks, string? update)
    {
        if (service.IsJob) return HasEnded(service, tasks);
        var wanted = tasks.Where(x => x.DesiredState == "running").ToArray();
        return update is null or "completed" && wanted.Length == service.Replicas && wanted.All(x => x.State == "running" && x.Specification == service.Specification);
    }

    private static bool HasEnded(SwarmService job, IEnumerable<SwarmTask> tasks) => tasks.Count(x => x.HasCompleted(job)) >= job.Replicas;

    private string DeclaredName(SwarmService service) => service.Name[(stack.Length + 1)..];

    // A swarm refuses to make a job of a service, or the other way round. Source: moby/swarmkit, manager/controlapi/service.go, errModeChangeNotAllowed.
    private async Task RemoveChangedAsync(CancellationToken cancellationToken)
    {
        foreach (var service in await swarm.ServicesAsync(stack, cancellationToken))
        {
            if (!Declared.Services.ContainsKey(DeclaredName(service)) || Declared.IsJob(DeclaredName(service)) == service.IsJob) continue;
            Log.Information("{Service:l} is {Kind:l} now, which a swarm cannot change: it is removed, and created anew", service.Name, service.IsJob ? "no longer a job" : "a job");
            await swarm.RemoveServiceAsync(stack, service, () => _removed.Add(service.Name), cancellationToken);
        }
    }

    private void Tell(SwarmService service, SwarmTask[] tasks, string? update)
    {
        var isNew = tasks.Count(x => service.IsJob ? x.HasCompleted(service) : x is { State: "running", DesiredState: "running" } && x.Specification == service.Specification);
        var state = $"{isNew} of {service.Replicas} {(service.IsJob ? "completed" : "up")}{(update is null or "completed" ? "" : $", {update.Replace('_', ' ')}")}";
        if (_told.GetValueOrDefault(service.Id) == state) return;
        _told[service.Id] = state;
        Log.Information("{Service:l}: {State:l} after {Elapsed:0.0} s", service.Name, state, swarm.Time.GetElapsedTime(_begun).TotalSeconds);
    }

    // A swarm says nothing of a registry that it waits for.
    private async Task<DeliveryException> LateAsync(SwarmService service, SwarmTask[] tasks, CancellationToken cancellationToken)
    {
        var problem = $"it is not up after {_limit.TotalSeconds:0} s";
        var registry = ImageReference.Parse(service.Image).Normalize().Domain!;
        return tasks.Any(x => x is { State: "preparing", DesiredState: not ("shutdown" or "remove") }) && await login.AskAsync(registry, cancellationToken) == RegistryAnswer.Silent
            ? await FailureAsync(service, tasks, $"{problem}: a node waits for its image, and {registry} does not answer this build either", cancellationToken, " Check the network and the registry.")
            : await FailureAsync(service, tasks, problem, cancellationToken, $" If it needs longer, declare a {nameof(EnvironmentDefinition.StartLimit)}.");
    }

    // A swarm says of an image that it could not pull only that it is not there; the engine, asked for it once more, says why.
    private async Task<string> PullFailureAsync(string error, CancellationToken cancellationToken)
    {
        if (!error.StartsWith(NoSuchImage, StringComparison.Ordinal)) return "";
        var image = error[NoSuchImage.Length..].Trim();
        var command = login.Docker("pull", "--quiet", image) with { AnswerTime = swarm.Engine.Question().AnswerTime };
        try
        {
            var pull = await CommandRunner.TryRunAsync(command, cancellationToken: cancellationToken);
            return pull.Succeeded ? "" : string.Concat(pull.LastLines(1).Select(line => $" ({line})"));
        }
        catch (NoAnswerException)
        {
            var (domain, seconds) = (ImageReference.Parse(image).Normalize().Domain!, $"{command.AnswerTime?.TotalSeconds:0} s");
            // An image may be large and a network slow.
            return await login.AskAsync(domain, cancellationToken) switch
            {
                RegistryAnswer.Silent => $" (the pull had not finished after {seconds}; {domain} does not answer this build either)",
                RegistryAnswer.Answers => $" (the pull had not finished after {seconds})",
                _ => $" (this engine does not get it within {seconds}: the registry may be silent)",
            };
        }
    }

    // What failed is more than what it printed.
    private async Task<IEnumerable<string>> LogAsync(string container)
    {
        try
        {
            // Read line by line, because a line may be larger than what is read as a whole.
            var log = await CommandRunner.TryRunAsync(swarm.Engine.Question("logs", "--tail", $"{ShownLines}", container), _ => { }, CancellationToken.None);
            if (!log.Succeeded) return [];
            var lines = Redaction.Redact(log.StandardOutput + log.StandardError).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return lines.TakeLast(ShownLines).Select(x => Redaction.Beginning(x, LongestLine));
        }
        catch (NoAnswerException exception)
        {
            Log.Warning("What a replica printed is not known: {Problem:l}", exception.Message);
            return [];
        }
    }

    private async Task<DeliveryException> FailureAsync(SwarmService service, IEnumerable<SwarmTask> tasks, string problem, CancellationToken cancellationToken, string remedy = "")
    {
        var failed = tasks.LastOrDefault(x => x.HasFailed) ?? tasks.LastOrDefault(x => x.Error is { Length: > 0 });
        var reason = failed?.Error is { Length: > 0 } error ? $": {error}{await PullFailureAsync(error, cancellationToken)}" : "";
        var said = failed?.ContainerId is { Length: > 0 } container ? await LogAsync(container) : [];
        var last = said.Select(line => $"\n    {line}").ToArray();
        return new DeliveryException($"{service.Name}: {problem}{reason}.{remedy}{(last.Length == 0 ? "" : $" Last lines of a replica that failed:{string.Concat(last)}")}");
    }
}
