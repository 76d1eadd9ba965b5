using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Running;
using Acci.Generation;
using Serilog;

namespace Acci.Environments;

/// <summary>Environments of the app, from their settings to what runs. Each public method is what one target of the build does.</summary>
/// <param name="context">What the targets of the build share.</param>
public sealed partial class ComposeDelivery(DeliveryContext context)
{
    private readonly ComposeFiles _files = new(context.Options.Root);

    private string Root => context.Options.Root;

    private CancellationToken Cancellation => context.CancellationToken;

    /// <summary>All files that are written from the settings.</summary>
    /// <exception cref="DeliveryException">A setting is missing or cannot be used.</exception>
    public IReadOnlyList<GeneratedFile> GeneratedFiles() => _files.All();

    /// <summary>Files of environments that have no settings any more, relative to the root.</summary>
    public IReadOnlyList<string> ObsoleteFiles() => _files.Obsolete();

    /// <summary>Writes the files that are written from the settings, and removes those of environments that have none any more.</summary>
    /// <param name="dryRun">Only say which would change.</param>
    public void Generate(bool dryRun)
    {
        foreach (var file in GeneratedFiles())
        {
            var isChanged = dryRun ? !file.IsUpToDate(Root) : file.Write(Root);
            Log.Information("{File:l}: {Result:l}", file.Path, !isChanged ? "unchanged" : dryRun ? "would be written" : "written");
        }

        foreach (var file in ObsoleteFiles())
        {
            if (!dryRun) File.Delete(Path.Combine(Root, file));
            Log.Information("{File:l}: {Result:l}", file, dryRun ? "would be removed" : "removed");
        }
    }

    /// <summary>
    /// Starts an environment, or brings it to what its compose file, this machine's variables and the last publish say, and waits until all of it is healthy. One that ran
    /// before and does not come up with a new image goes back to the old one.
    /// </summary>
    /// <exception cref="DeliveryException">Something is wrong with the settings, the machine or a service; the message says what.</exception>
    public async Task UpAsync(string? environment, bool dryRun)
    {
        var plan = Plan(environment);
        if (IsChangedByHand(plan)) Log.Warning("{File:l} is not what the settings say: ./build.sh GenerateCompose writes it anew. It is used as it is", EnvironmentModel.FileOf(plan.Name));
        EnsureSecretsCanServe(plan);
        EnsureConnectionsSuffice(plan);
        if (dryRun)
        {
            TellWhatWouldBeDone(plan, "docker compose up --detach");
            return;
        }

        await context.LockAsync();
        var engine = await EngineWithComposeAsync();
        if (await engine.EndpointAsync(Cancellation) is var endpoint && !DockerEngine.IsLocal(endpoint))
            throw new DeliveryException($"{engine} is at {endpoint}, and ComposeUp mounts secrets and source from the machine that the engine is on. Run it there, or deploy to a swarm, which gets secrets sent: DeployStack --environment {plan.Name}. Nothing was started.");
        var project = ComposeProject.Of(engine, Root, plan.Name);
        await EnsureNoStackAsync(project);
        await EnsureDataAreKnownAsync(plan, project);
        Ports.EnsureFree(plan.Effective.Environment.Deployment, await project.ContainersAsync(Cancellation));
        var found = await new EnvironmentImages(context, engine).FindAsync(plan, Cancellation);

        // Only now is anything written; from here on the machine has all that the environment needs.
        var foundBefore = EnvironmentFile.Read(FoundFileOf(plan)).Text;
        WriteFiles(plan, found);
        try
        {
            await CommandRunner.RunAsync(project.Compose("config", "--quiet"), Log.Verbose, Cancellation);
            foreach (var image in ImagesIn(found)) await PullWithLoginAsync(engine, image);
            var start = new ComposeStart(project, plan.IsDevelopment);
            await start.PrepareAsync(Cancellation);
            Tell(plan, project, await start.RunAsync(Cancellation));
        }
        catch (Exception) when (foundBefore.Length > 0)
        {
            // What runs is what ran before, and so is what is told of it.
            EnvironmentFile.Write(FoundFileOf(plan), foundBefore);
            throw;
        }
    }

    /// <summary>Ends an environment, a stack of it included, and takes away everything but its data volumes.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="volumes">The data volumes go, too.</param>
    /// <param name="dryRun">Only say what would be run.</param>
    /// <exception cref="DeliveryException">There is no such environment, or something of it stays.</exception>
    public async Task DownAsync(string? environment, bool volumes, bool dryRun)
    {
        var name = Named(environment);
        string[] arguments = ["down", "--remove-orphans", "--rmi", "local", .. volumes ? (string[])["--volumes"] : []];
        if (dryRun)
        {
            Log.Information("Would run: docker {Arguments:l}", string.Join(' ', ComposeProject.Of(new DockerEngine("docker"), Root, name).ByName(arguments).Arguments));
            return;
        }

        await context.LockAsync();
        var project = ComposeProject.Of(await EngineWithComposeAsync(), Root, name);
        await EnsureThereIsAsync(project);
        await RemoveStackAsync(project, volumes);
        await CommandRunner.RunAsync(project.ByName(arguments), Log.Verbose, Cancellation);
        string[] left = [.. await project.ListAsync("container", Cancellation), .. await project.ListAsync("network", Cancellation)];
        if (left.Length > 0) throw new DeliveryException($"Of environment '{name}' there is still {string.Join(", ", left)}: something else uses it. End that and run ComposeDown again.");
        var data = await project.ListAsync("volume", Cancellation);
        Log.Information("Environment '{Environment:l}' is down. {Data:l}", name, data.Count == 0 ? "Nothing of it is left" : $"Its data stay in {string.Join(", ", data)}; ComposeDown --environment {name} --volumes removes them");
    }

    /// <summary>Shows what an environment's containers wrote.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="follow">Go on showing what they write, until interrupted.</param>
    public async Task LogsAsync(string? environment, bool follow)
    {
        var name = Named(environment);
        var project = ComposeProject.Of(await EngineWithComposeAsync(), Root, name);
        if ((await project.ContainersAsync(Cancellation)).Count == 0)
        {
            await EnsureThereIsAsync(project);
            throw new DeliveryException(await HasStackAsync(project)
                ? $"Environment '{name}' runs here as a stack: {Shortcut.ToTyped(project.Engine.Docker("service", "logs", $"{project.Name}_{EnvironmentModel.App}").ToString())} shows what its replicas wrote."
                : $"Nothing of environment '{name}' runs here. ComposeUp --environment {name} starts it.");
        }

        string[] options = follow ? ["--follow"] : [];
        try
        {
            await CommandRunner.RunAsync(project.ByName(["logs", "--tail", "200", "--no-color", .. options]), Console.WriteLine, Cancellation);
        }
        catch (OperationCanceledException) when (follow)
        {
            // That is how one ends it.
        }
    }

    private EnvironmentPlan Plan(string? environment)
    {
        var plan = EnvironmentPlan.Of(_files, Given(environment), Root);
        foreach (var secret in plan.Committed.Environment.Secrets) Redaction.Register(plan.Settings.Find(secret));
        return plan;
    }

    private static IEnumerable<string> ImagesIn(IReadOnlyDictionary<string, string> variables) =>
        variables.Where(x => IsImage(x.Key)).Select(x => x.Value).Distinct();

    private static bool IsImage(string variable) => variable.StartsWith("ACCI_", StringComparison.Ordinal) && variable.EndsWith("IMAGE", StringComparison.Ordinal);

    // What docker compose cannot log in for is there before it looks.
    private async Task PullWithLoginAsync(DockerEngine engine, string image)
    {
        if ((await CommandRunner.TryRunAsync(engine.Docker("image", "inspect", "--format", "{{.Id}}", image), cancellationToken: Cancellation)).Succeeded) return;
        using var login = await PullLogin.ForAsync(context, engine, image);
        if (login.HasCredentials) await CommandRunner.RunAsync(login.Docker("pull", "--quiet", image), Log.Verbose, Cancellation);
    }

    private void WriteComposeFileIfMissing(string environment)
    {
        var file = EnvironmentModel.FileOf(environment);
        if (!File.Exists(Path.Combine(Root, file))) new GeneratedFile(file, _files.ModelOf(environment).ToYaml()).Write(Root);
    }

    private void WriteFiles(EnvironmentPlan plan, IReadOnlyDictionary<string, string> found)
    {
        var folder = Path.Combine(Root, EnvironmentModel.Folder);
        WriteComposeFileIfMissing(plan.Name);
        var place = Path.Combine(Root, EnvironmentModel.VariablesFileOf(plan.Name));
        // As it is now: finding images takes its time, and a person may have written since.
        var typed = EnvironmentFile.Read(place);
        var text = typed.With(
            plan.Committed.Environment.Variables,
            $"What environment '{plan.Name}' is told on this machine. It is yours: ComposeUp adds what it does not mention, and changes nothing that is set.",
            "A line that begins with # is what holds without it. A value in single quotes is taken as it is.");
        if (!File.Exists(place) || text != typed.Text) EnvironmentFile.Write(place, text);
        EnvironmentFile.Write(
            FoundFileOf(plan),
            $"# What ComposeUp found for environment '{plan.Name}' where {EnvironmentModel.VariablesFileOf(plan.Name)} said nothing; it is written anew each time.\n" + string.Concat(found.Select(x => $"{EnvironmentFile.Line(x.Key, x.Value)}\n")));

        var secrets = new SecretFiles(folder, plan.Committed.Environment);
        foreach (var secret in plan.Committed.Environment.Secrets) secrets.Ensure(secret, plan.Settings.Find(secret), plan.Variables);
    }

    private string FoundFileOf(EnvironmentPlan plan) => Path.Combine(Root, "artifacts", "compose", $"{plan.Name}.env");

    private static void Tell(EnvironmentPlan plan, ComposeProject project, IReadOnlyList<Container> containers)
    {
        var table = new ServiceTable();
        foreach (var container in containers)
        {
            var addresses = container.Addresses.Select(x => container.Service == EnvironmentModel.App ? $"http://{x.Address}" : x.Address).Distinct().ToArray();
            table.Add(container.Service, container.Name, container.State, addresses.Length == 0 ? "inside only" : string.Join(", ", addresses), container.Image);
        }

        Console.WriteLine(table);
        Log.Information("Environment '{Environment:l}' is up. By hand: {Command:l}", plan.Name, Shortcut.ToTyped(project.Compose("ps").ToString()));
    }

    private static void TellWhatWouldBeDone(EnvironmentPlan plan, string command)
    {
        Log.Information("Would run: {Command:l} for environment '{Environment:l}' with {File:l}", command, plan.Name, EnvironmentModel.FileOf(plan.Name));
        foreach (var (name, service) in plan.Effective.File.Services)
            Log.Information("Would start {Service:l}: {Image:l}", name, service.Image is { } image ? Interpolation.Describe(image.Text, plan.Variables) : "built from the source");
    }
}
