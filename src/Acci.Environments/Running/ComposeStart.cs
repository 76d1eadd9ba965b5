using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Specification;
using Acci.Environments.Variables;
using Serilog;

namespace Acci.Environments.Running;

/// <summary>
/// Starts a project and waits until all of it is up, telling what happens meanwhile. When one service does not come up, or the wait is interrupted, what was not
/// there before is taken away again: the environment runs, or it does not. One that ran before goes back to the build's own images of before.
/// </summary>
/// <param name="project">What is started.</param>
/// <param name="model">What it is made of.</param>
/// <param name="ports">How its ports are reached from here.</param>
/// <param name="time">The clock that it is waited by.</param>
internal sealed class ComposeStart(ComposeProject project, EnvironmentModel model, PortAccess ports, TimeProvider time)
{
    private const int ShownLines = 20;
    private const int MostRestarts = 2;
    internal static readonly TimeSpan ProductionLimit = TimeSpan.FromMinutes(2);
    // The first start restores packages and compiles.
    private static readonly TimeSpan DevelopmentLimit = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(10);

    private readonly TimeSpan _limit = model.Definition.StartLimit ?? (model.Builds ? DevelopmentLimit : ProductionLimit);
    private readonly Dictionary<string, string> _told = [];
    private readonly Dictionary<string, Container> _failed = [];
    private readonly Dictionary<string, int> _restartsBefore = [];
    private readonly UpProgress _progress = new();
    private long _begun = time.GetTimestamp();
    private long _toldAt = time.GetTimestamp();
    private bool _isUnreached;

    /// <summary>How its ports are reached; null when one did not answer from here, though its service is healthy by its own check.</summary>
    public PortAccess? ReachedPorts => _isUnreached ? null : ports;

    private string LeftAsItIs => $"{project.Name} ran before: what runs now is left as it is. ComposeDown ends it, ComposeUp tries again";

    /// <summary>Gets the images that are missing, and builds what is built here. However long that takes: it is no sign of a service that does not come up.</summary>
    /// <exception cref="DeliveryException">One cannot be pulled or built.</exception>
    /// <param name="pull">Has the engine get images.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    public async Task PrepareAsync(ImagePull pull, CancellationToken cancellationToken)
    {
        string[] ignored = model.Builds ? ["--ignore-buildable"] : [];
        // Docker seldom names what it could not get.
        string[] pulled = model.Builds ? [.. model.File.Services.Where(x => x.Value.Build is null).Select(x => x.Key)] : [];
        // None named would be all of them.
        var missing = model.Builds && pulled.Length == 0 ? [] : await project.MissingImagesAsync(pulled, cancellationToken);
        var names = missing.Count == 0 ? "" : $" ({string.Join(", ", missing)})";
        var had = await pull.RunAsync($"Images of the environment{names}", project.Compose(["--progress", "plain", "pull", "--policy", "missing", .. ignored]), project.ImagesAsync, Tell);
        if (!had.Succeeded) throw await CannotBeHadAsync(had, missing, cancellationToken);
        if (!model.Builds) return;
        // The current builder may have neither the engine's images nor a way to give it what it builds.
        string[] builder = await project.Engine.OwnBuilderAsync(cancellationToken) is { } own ? ["--builder", own] : [];
        EnsureSucceeded(await CommandRunner.TryRunAsync(project.Compose(["--progress", "plain", "build", .. builder]), Tell, cancellationToken), "cannot be built");
    }

    /// <summary>Starts it.</summary>
    /// <param name="cancellationToken">Interrupts it.</param>
    /// <returns>Its containers, all up.</returns>
    /// <exception cref="DeliveryException">A service did not come up; the message says why and has its last lines.</exception>
    public async Task<IReadOnlyList<Container>> RunAsync(CancellationToken cancellationToken)
    {
        var before = await ContainersAsync(cancellationToken);
        var volumes = new DataVolumes(project.Engine, project.Name, model.File.OwnVolumes) { Time = time };
        var data = await volumes.ListAsync(cancellationToken);
        using var unfinished = Unfinished.Note(() => before.Count == 0 ? CleanUp.Unknown(project.Name) : $"{LeftAsItIs}.");
        try
        {
            return await UpAsync(before, images: null, cancellationToken);
        }
        catch (Exception exception)
        {
            if (before.Count == 0) await CleanUp.TryAsync(project.Name, () => RemoveAsync(volumes, data));
            else if (exception is DeliveryException && !model.Builds && await ImagesToGoBackToAsync(before, cancellationToken) is { Count: > 0 } images) await GoBackAsync(images, cancellationToken);
            else Log.Warning("{LeftAsItIs:l}", LeftAsItIs);
            throw;
        }
    }

    // Compose names services: with the first failure it interrupts the others, which may be had.
    private async Task<DeliveryException> CannotBeHadAsync(CommandResult result, IReadOnlyList<string> missing, CancellationToken cancellationToken)
    {
        var interrupted = $"{result.StandardOutput}\n{result.StandardError}".Split('\n').Select(x => x.Trim()).Where(x => x.EndsWith(" Interrupted", StringComparison.Ordinal))
            .Select(x => x.Split(' ')[0]).ToHashSet();
        var failed = model.File.Services.Where(x => x.Value.Build is null && !interrupted.Contains(x.Key)).ToArray();
        // None named would be all of them.
        var named = interrupted.Count == 0 || failed.Length == 0 ? [] : await project.MissingImagesAsync(failed.Select(x => x.Key), cancellationToken);
        if (named.Count == 0) named = missing;
        string[] own = [.. failed.Where(x => x.Value.Image?.Source?.Source is LastPublish).Select(x => x.Key)];
        var published = own.Length == 0 ? null : (await project.MissingImagesAsync(own, cancellationToken)).FirstOrDefault(x => named.Contains(x) && EnvironmentImages.IsLoopback(x));
        var names = named.Count == 0 ? "" : $" ({string.Join(", ", named)})";
        var advice = published is null ? "" : $"\nThis build published {published}, and this machine's registry may have lost it since: run Publish, which puts it there again.";
        return new DeliveryException($"The images of the environment cannot be had{names}:{LinesOf(result)}{advice}");
    }

    private static void EnsureSucceeded(CommandResult result, string problem)
    {
        if (!result.Succeeded) throw new DeliveryException($"The images of the environment {problem}:{LinesOf(result)}");
    }

    private static string LinesOf(CommandResult result) => string.Concat(result.LastLines(ShownLines).Select(line => $"\n    {line}"));

    private async Task<IReadOnlyList<Container>> UpAsync(IReadOnlyList<Container> before, Dictionary<string, string?>? images, CancellationToken cancellationToken)
    {
        foreach (var container in before) _restartsBefore[container.Id] = container.Restarts;
        _begun = time.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var command = project.Compose("--progress", "plain", "up", "--detach", "--remove-orphans");
        if (images is not null) command = command with { Environment = new Dictionary<string, string?>([.. command.Environment.ExceptBy(images.Keys, x => x.Key), .. images]) };
        var up = CommandRunner.TryRunAsync(command, Tell, stop.Token);
        try
        {
            var containers = await WaitAsync(up, cancellationToken);
            foreach (var (service, path) in model.Definition.Services.Where(x => x.HealthPath is not null).Select(x => (x.Name, x.HealthPath!)))
            {
                var reached = true;
                foreach (var published in containers.Where(x => x.Service == service).SelectMany(x => x.Addresses).Distinct())
                {
                    reached &= published.From(ports) is { } address
                        && await OutsideHealth.EnsureAsync(service, address, path, cancellationToken, time, ports.IsCertain);
                }

                if (reached) continue;
                _isUnreached = true;
                Log.Warning(
                    "{Service:l} is healthy by its own check; its ports do not answer from here. If they are reached at another host, name that with --engine-host",
                    service);
            }

            return containers;
        }
        catch (Exception)
        {
            await stop.CancelAsync();
            await Task.WhenAny(up);
            throw;
        }
    }

    // None where the same images have just been tried: something else has changed, and they would fail again, jobs among them.
    private async Task<Dictionary<string, string?>> ImagesToGoBackToAsync(IReadOnlyList<Container> before, CancellationToken cancellationToken)
    {
        var images = OwnImagesOf(before);
        try
        {
            var tried = await project.ImagesAsync(cancellationToken);
            return images.Values.All(tried.Contains) ? [] : images;
        }
        catch (DeliveryException)
        {
            return images;
        }
        catch (OperationCanceledException)
        {
            return [];
        }
    }

    // By the variables that name them.
    private Dictionary<string, string?> OwnImagesOf(IReadOnlyList<Container> containers) => model.File.Services
        .Select(x => (x.Value.Image?.Source, Container: containers.FirstOrDefault(container => container.Service == x.Key && container.IsUp)))
        .Where(x => x is { Source.Source: LastPublish, Container: not null })
        .ToDictionary(x => x.Source!.Name, x => (string?)x.Container!.Image);

    private async Task GoBackAsync(Dictionary<string, string?> images, CancellationToken cancellationToken)
    {
        var names = string.Join(", ", images.Values.Distinct());
        var jobs = model.File.Services.Keys.Where(model.File.IsJob).ToArray();
        var again = jobs.Length == 0 ? "" : $". That runs its jobs again, with these images, on data that may have changed: {string.Join(", ", jobs)}";
        Log.Warning("{Project:l} ran before: going back to {Image:l}{Jobs:l}", project.Name, names, again);
        try
        {
            await new ComposeStart(project, model, ports, time).UpAsync(await ContainersAsync(cancellationToken), images, cancellationToken);
            Log.Warning("{Project:l} runs {Image:l} again", project.Name, names);
        }
        catch (DeliveryException exception)
        {
            Log.Error("{Project:l} does not run with what it ran before, either, and is left as it is: {Problem:l}", project.Name, exception.Message);
        }
        catch (OperationCanceledException)
        {
            Log.Warning("{LeftAsItIs:l}", LeftAsItIs);
            throw;
        }
    }

    private async Task<IReadOnlyList<Container>> WaitAsync(Task<CommandResult> up, CancellationToken cancellationToken)
    {
        while (true)
        {
            var isStarted = up.IsCompleted;
            var containers = await ContainersAsync(cancellationToken);
            foreach (var container in containers) await TellAsync(container);
            if (isStarted && (await up).Succeeded && containers.Count > 0 && containers.All(x => x.IsUp)) return containers;
            if (containers.FirstOrDefault(x => HasFailed(x, isStarted)) is { } failed) throw await FailureAsync(failed);
            if (isStarted && !(await up).Succeeded) throw Refused(await up);
            if (time.GetElapsedTime(_begun) > _limit)
            {
                // What waits for another one is not what is wrong.
                throw (containers.FirstOrDefault(x => !x.IsUp && x.Status != "created") ?? containers.FirstOrDefault(x => !x.IsUp)) is { } late
                    ? await FailureAsync(late)
                    : new DeliveryException($"`docker compose up` does not end, {_limit.TotalSeconds:0} s after it began.");
            }

            await Task.WhenAny(Task.Delay(Pause, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // One that was there before may be about to be replaced, and one that has ended is on its way out, until everything has been started.
    private bool HasFailed(Container container, bool isStarted) =>
        ((isStarted || !_restartsBefore.ContainsKey(container.Id)) && (container.Health == "unhealthy" || container.Restarts - _restartsBefore.GetValueOrDefault(container.Id) >= MostRestarts))
        || (isStarted && container.Status is "exited" or "dead" && !container.IsUp);

    private async Task<IReadOnlyList<Container>> ContainersAsync(CancellationToken cancellationToken) =>
        [.. (await project.ContainersAsync(cancellationToken)).Select(x => model.File.IsJob(x.Service) ? x.AsJob() : x)];

    private async Task TellAsync(Container container)
    {
        _progress.See(container);
        if (container.Status is "exited" or "restarting" or "dead" && !container.IsUp) _failed[container.Name] = container;
        if (_told.GetValueOrDefault(container.Name) == container.State)
        {
            if (container.IsUp || container.Status == "created" || time.GetElapsedTime(_toldAt) < SignOfLife) return;
            Log.Information("{Container:l}: {State:l} for {Elapsed:0} s: {Line:l}", container.Name, container.State, time.GetElapsedTime(_begun).TotalSeconds, await project.LastLinesAsync(container.Name, 1) is [.., var line] ? line.Trim() : "it printed nothing");
        }
        else
        {
            _told[container.Name] = container.State;
            Log.Information("{Container:l}: {State:l} after {Elapsed:0.0} s", container.Name, container.State, time.GetElapsedTime(_begun).TotalSeconds);
        }

        _toldAt = time.GetTimestamp();
    }

    // Images on their way are worth a line; containers are told of as they are seen.
    private void Tell(string line)
    {
        _progress.Read(line);
        if (line.Contains(" Container ", StringComparison.Ordinal) || line.Contains(" Network ", StringComparison.Ordinal) || line.Contains(" Volume ", StringComparison.Ordinal)) return;
        if (line.EndsWith(" Pulling", StringComparison.Ordinal) || line.EndsWith(" Pulled", StringComparison.Ordinal) || line.EndsWith(" Built", StringComparison.Ordinal)) Log.Information("{Line:l}", line.Trim());
        else Log.Verbose("{Line:l}", line);
    }

    private async Task<DeliveryException> FailureAsync(Container container)
    {
        // What it ended with is forgotten as soon as it is started again.
        var known = container.Problem is null && _failed.TryGetValue(container.Name, out var earlier) ? earlier : container;
        var problem = known.Problem ?? (container.Restarts >= MostRestarts ? $"ends again and again, last with exit code {container.ExitCode}" : null);
        var remedy = problem is null ? container is { IsJob: true, Status: "running" }
                ? " It is a job, which has to end: others wait for its end, or nothing starts it again."
                : $" If it needs longer, declare a {nameof(EnvironmentDefinition.StartLimit)}."
            : known.HasSucceeded ? $" If it is a job, which is to end, declare it as one: RestartPolicy(\"{RestartPolicy.None}\")."
            : "";
        problem ??= $"is {container.State} after {_limit.TotalSeconds:0} s{SaidByHealth(container)}";
        if (container.Restarts > 0) problem += $", and was started again {(container.Restarts == 1 ? "once" : $"{container.Restarts} times")}";
        var lines = await project.LastLinesAsync(container.Name, ShownLines);
        var said = lines.Count == 0 ? " It printed nothing." : $" Its last lines:{string.Concat(lines.Select(line => $"\n    {line}"))}";
        return new DeliveryException($"{container.Service} does not come up: {container.Name} {problem}.{remedy}{said}");
    }

    private static string SaidByHealth(Container container) =>
        container.HealthOutput is { Length: > 0 } output ? $", and its health check says: {output.Trim().ReplaceLineEndings(" ")}" : "";

    private static DeliveryException Refused(CommandResult up)
    {
        var reason = up.LastLines(3).LastOrDefault(line => !string.IsNullOrWhiteSpace(line)) ?? "it printed nothing";
        return new DeliveryException($"The environment cannot be started: {reason}");
    }

    // Data that a first start began to make may be half of what they should be. Quick, because a build that is interrupted has seconds to end in.
    private async Task RemoveAsync(DataVolumes volumes, IReadOnlyList<string> before)
    {
        var containers = (await project.ContainersAsync(CancellationToken.None)).ToLookup(_progress.HasMade);
        var dataStay = before.Count > 0 || containers[false].Any();
        Log.Information("Taking away what was started{Data:l}", dataStay ? "; the data that were there stay" : "");
        string[] own = [.. containers[true].Select(x => x.Id)];
        if (dataStay && own.Length > 0) await DoAsync("stop", "--time", "2");
        if (own.Length > 0) await DoAsync("rm", "--force", "--volumes");
        // Another run may have made one meanwhile, which `down` would remove.
        var others = string.Join(", ", (await project.ContainersAsync(CancellationToken.None)).Where(x => !own.Contains(x.Id)).Select(x => x.Name));
        if (others.Length > 0)
        {
            Log.Warning("{Containers:l}: another run has started this, so it stays, and so do the networks and data of {Project:l}", others, project.Name);
            return;
        }

        // With --volumes it would remove every volume of the file by its name, whoever made it. Source: docker/compose, pkg/compose/down.go, ensureVolumesDown.
        await CommandRunner.RunAsync(project.Bounded(project.Compose("down", "--remove-orphans")), Log.Verbose, CancellationToken.None);
        await volumes.RemoveAsync((await volumes.ListAsync(CancellationToken.None)).Except(before), CancellationToken.None);

        Task DoAsync(params string[] command) =>
            CommandRunner.TryRunAsync(project.Engine.Errand([.. command, .. own]), cancellationToken: CancellationToken.None);
    }
}
