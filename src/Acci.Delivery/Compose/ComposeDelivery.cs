using Acci.Delivery.Compose.Running;
using Acci.Delivery.Generation;
using Acci.Delivery.Processes;
using Serilog;

namespace Acci.Delivery.Compose;

/// <summary>Environments of the app, from their settings to what runs. Each public method is what one target of the build does.</summary>
/// <param name="context">What the targets of the build share.</param>
public sealed partial class ComposeDelivery(DeliveryContext context)
{
    private static readonly TimeSpan ProductionLimit = TimeSpan.FromMinutes(2);
    // The first start restores packages and compiles.
    private static readonly TimeSpan DevelopmentLimit = TimeSpan.FromMinutes(6);

    private readonly ComposeFiles _files = new(context.Options.Root);

    private string Root => context.Options.Root;

    private CancellationToken Cancellation => context.CancellationToken;

    /// <summary>All files that are written from the settings.</summary>
    /// <exception cref="DeliveryException">A setting is missing or cannot be used.</exception>
    public IReadOnlyList<GeneratedFile> GeneratedFiles() => _files.All();

    /// <summary>Writes the files that are written from the settings.</summary>
    /// <param name="dryRun">Only say which would change.</param>
    public void Generate(bool dryRun)
    {
        foreach (var file in GeneratedFiles())
        {
            var isChanged = dryRun ? !file.IsUpToDate(Root) : file.Write(Root);
            Log.Information("{File:l}: {Result:l}", file.Path, !isChanged ? "unchanged" : dryRun ? "would be written" : "written");
        }
    }

    /// <summary>Starts an environment, or brings it to what the settings and the last publish say, and waits until all of it is healthy.</summary>
    /// <exception cref="DeliveryException">Something is wrong with the settings, the machine or a service; the message says what.</exception>
    public async Task UpAsync(string? environment, bool dryRun)
    {
        var plan = Plan(environment);
        EnsureSecretsCanServe(plan);
        if (dryRun)
        {
            TellWhatWouldBeDone(plan, "docker compose up --detach");
            return;
        }

        var engine = await context.EngineAsync();
        if (!(await CommandRunner.TryRunAsync(engine.Docker("compose", "version"), cancellationToken: Cancellation)).Succeeded)
            throw new DeliveryException($"{engine} answers, but '{engine.Cli}' has no compose. Install the docker-compose plugin: https://docs.docker.com/go/compose");
        var project = ComposeProject.Of(engine, Root, plan.Name);
        await EnsureNoStackAsync(project);
        await EnsureDataAreKnownAsync(plan, project);
        if (IsLocal(engine)) Ports.EnsureFree(plan.Effective.Environment.Deployment, await project.ContainersAsync(Cancellation));
        var found = await new EnvironmentImages(context, engine).FindAsync(plan, Cancellation);

        // Only now is anything written; from here on the machine has all that the environment needs.
        WriteFiles(plan, found);
        await CommandRunner.RunAsync(project.Compose("config", "--quiet"), Log.Verbose, Cancellation);
        var start = new ComposeStart(project, plan.IsDevelopment ? DevelopmentLimit : ProductionLimit);
        await start.PrepareAsync(plan.IsDevelopment, Cancellation);
        var containers = await start.RunAsync(Cancellation);
        await TellAsync(plan, project, containers);
    }

    /// <summary>Ends an environment, a stack of it included, and takes away everything but its data volumes.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="volumes">The data volumes go, too.</param>
    /// <param name="dryRun">Only say what would be run.</param>
    /// <exception cref="DeliveryException">There is no such environment, or something of it stays.</exception>
    public async Task DownAsync(string? environment, bool volumes, bool dryRun)
    {
        var name = Known(environment);
        string[] arguments = ["down", "--remove-orphans", "--rmi", "local", .. volumes ? (string[])["--volumes"] : []];
        if (dryRun)
        {
            Log.Information("Would run: docker compose --file {File:l} {Arguments:l}", EnvironmentModel.FileOf(name), string.Join(' ', arguments));
            return;
        }

        var project = ComposeProject.Of(await context.EngineAsync(), Root, name);
        WriteComposeFileIfMissing(name);
        await RemoveStackAsync(project, volumes);
        await CommandRunner.RunAsync(WithImage(project.Compose(arguments)), Log.Verbose, Cancellation);
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
        var name = Known(environment);
        var project = ComposeProject.Of(await context.EngineAsync(), Root, name);
        if ((await project.ContainersAsync(Cancellation)).Count == 0) throw new DeliveryException($"Nothing of environment '{name}' runs here. ComposeUp --environment {name} starts it.");
        string[] options = follow ? ["--follow"] : [];
        try
        {
            await CommandRunner.RunAsync(WithImage(project.Compose(["logs", "--tail", "200", "--no-color", .. options])), Console.WriteLine, Cancellation);
        }
        catch (OperationCanceledException) when (follow)
        {
            // That is how one ends it.
        }
    }

    private string Known(string? environment)
    {
        var names = EnvironmentSettings.NamesIn(_files.SettingsFolder);
        if (string.IsNullOrEmpty(environment)) throw new DeliveryException($"Name the environment: --environment {string.Join(" or --environment ", names)}.");
        return EnvironmentSettings.Read(_files.SettingsFolder, environment).Name;
    }

    private EnvironmentPlan Plan(string? environment)
    {
        var plan = EnvironmentPlan.Of(_files, Known(environment), Root);
        // A file that was changed by hand is used as it is; that it was is said.
        var generated = new GeneratedFile(EnvironmentModel.FileOf(plan.Name), plan.Committed.ToYaml());
        if (File.Exists(Path.Combine(Root, generated.Path)) && !generated.IsUpToDate(Root)) Log.Warning("{File:l} is not what the settings say: ./build.sh GenerateCompose writes it anew. It is used as it is", generated.Path);
        return plan;
    }

    private void EnsureSecretsCanServe(EnvironmentPlan plan)
    {
        var files = new SecretFiles(Path.Combine(Root, EnvironmentModel.Folder), plan.Committed.Environment);
        foreach (var secret in plan.Committed.Environment.Secrets)
        {
            if (files.Find(secret, plan.Variables) is { IsOwn: false } file) SecretFiles.Check(secret, file.Path);
        }
    }

    // PostgreSQL takes its password when it makes its data; a new one would lock the app out of old data.
    private async Task EnsureDataAreKnownAsync(EnvironmentPlan plan, ComposeProject project)
    {
        var files = new SecretFiles(Path.Combine(Root, EnvironmentModel.Folder), plan.Committed.Environment);
        var volume = $"{project.Name}_{Stores.PostgresVolume}";
        foreach (var secret in plan.Committed.Environment.Secrets.Where(x => files.IsMissing(x, plan.Variables) && plan.Settings.Find(x) is null))
        {
            if ((await CommandRunner.TryRunAsync(project.Engine.Docker("volume", "inspect", volume), cancellationToken: Cancellation)).Succeeded)
                throw new DeliveryException($"The volume {volume} holds a database from before, and {files.Find(secret, plan.Variables).Path} with its password is gone. Put the file back, or remove the data: ComposeDown --environment {plan.Name} --volumes. Nothing was started.");
        }
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
        var typed = Path.Combine(Root, EnvironmentModel.VariablesFileOf(plan.Name));
        var text = plan.Typed.With(
            plan.Committed.Environment.Variables,
            $"What environment '{plan.Name}' is told on this machine. It is yours: ComposeUp adds what it does not mention, and changes nothing.",
            "A line that begins with # is what holds without it. A value in single quotes is taken as it is.");
        if (!File.Exists(typed) || text != plan.Typed.Text) EnvironmentFile.Write(typed, text);
        EnvironmentFile.Write(
            Path.Combine(Root, "artifacts", "compose", $"{plan.Name}.env"),
            $"# What ComposeUp found for environment '{plan.Name}'; {EnvironmentModel.VariablesFileOf(plan.Name)} wins over it.\n" + string.Concat(found.Select(x => $"{EnvironmentFile.Line(x.Key, x.Value)}\n")));

        var secrets = new SecretFiles(folder, plan.Committed.Environment);
        foreach (var secret in plan.Committed.Environment.Secrets) secrets.Ensure(secret, plan.Settings.Find(secret), plan.Variables);
    }

    private async Task TellAsync(EnvironmentPlan plan, ComposeProject project, IReadOnlyList<Container> containers)
    {
        var table = new ServiceTable();
        foreach (var container in containers)
        {
            var addresses = new List<string>();
            foreach (var (address, _) in container.Addresses.Distinct())
                addresses.Add(container.Service == EnvironmentModel.App ? await AppAddressAsync(address, IsLocal(project.Engine)) : address);
            table.Add(container.Service, container.Name, container.State, addresses.Count == 0 ? "inside only" : string.Join(", ", addresses), container.Image);
        }

        Console.WriteLine(table);
        Log.Information("Environment '{Environment:l}' is up. By hand: {Command:l}", plan.Name, Engines.Shortcut.ToTyped(project.Compose("ps").ToString()));
    }

    private async Task<string> AppAddressAsync(string address, bool isLocal)
    {
        if (!isLocal) return $"http://{address}";
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://{address}/health"), Cancellation);
            return answer.IsSuccessStatusCode
                ? $"http://{address}"
                : throw new DeliveryException($"The app at http://{address} says of itself that it is healthy, but /health answers {(int)answer.StatusCode} from outside.");
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !Cancellation.IsCancellationRequested))
        {
            throw new DeliveryException($"The app is healthy, but http://{address}/health does not answer from outside: {exception.Message}", exception);
        }
    }

    private static void TellWhatWouldBeDone(EnvironmentPlan plan, string command)
    {
        Log.Information("Would run: {Command:l} for environment '{Environment:l}' with {File:l}", command, plan.Name, EnvironmentModel.FileOf(plan.Name));
        foreach (var (name, service) in plan.Effective.File.Services)
            Log.Information("Would start {Service:l}: {Image:l}", name, service.Image is { } image ? Interpolation.Describe(image.Text, plan.Variables) : "built from the source");
    }

    // What is taken down or read is not started, so which image it would have been does not matter.
    private static Command WithImage(Command command) => command with
    {
        Environment = new Dictionary<string, string?> { [ProductionServices.ImageVariable] = Environment.GetEnvironmentVariable(ProductionServices.ImageVariable) is { Length: > 0 } image ? image : "none" },
    };

    private static bool IsLocal(Engines.DockerEngine engine) =>
        engine.Address is not null || Environment.GetEnvironmentVariable("DOCKER_HOST") is null or "" || Environment.GetEnvironmentVariable("DOCKER_HOST")!.StartsWith("unix:", StringComparison.Ordinal);
}
