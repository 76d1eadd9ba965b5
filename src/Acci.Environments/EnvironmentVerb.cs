using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Running;
using Acci.Environments.Swarm;
using Acci.Generation;
using Serilog;

namespace Acci.Environments;

/// <summary>What is done with an environment; each verb is what one target of the build does.</summary>
public abstract class EnvironmentVerb : Verb
{
    private readonly string? _environment;

    private protected EnvironmentVerb(DeliveryContext context, EnvironmentDeclaration declaration, string? environment)
    {
        (Context, Declaration, Files, _environment) = (context, declaration, new ComposeFiles(context.Options.Root, declaration) { Images = context.Options.Images }, environment);
        // A build has withheld them from its beginning; a verb may also run without a build.
        WithheldVariables.Withhold(declaration.SecretVariables.Contains);
    }

    /// <inheritdoc/>
    public override Task PrepareAsync(DeliveryScope scope)
    {
        _ = Name;
        return Task.CompletedTask;
    }

    private protected DeliveryContext Context { get; }

    private protected EnvironmentDeclaration Declaration { get; }

    private protected ComposeFiles Files { get; }

    private protected EnvironmentArtifacts Artifacts => new(Context.Options);

    private protected string Root => Context.Options.Root;

    private protected CancellationToken Cancellation => Context.CancellationToken;

    private string Folder => Path.Combine(Root, Declaration.Folder);

    // What runs can be ended and read whatever has become of its files: of the name nothing but its grammar is asked.
    private protected string Name => EnvironmentName.Is(Given) ? Given : throw new WrongUseException($"'{Given}' is no name for an environment. {EnvironmentName.Rule}");

    private protected EnvironmentPlan ReadPlan()
    {
        var plan = EnvironmentPlan.Of(Files, Given, Context.Environment);
        foreach (var secret in plan.Committed.Secrets) Redaction.Register(plan.Settings.Find(secret.Name));
        return plan;
    }

    // A name that is exported is shared on purpose, and that of a stack elsewhere is not this checkout's.
    private protected void EnsureIsNoCopy(string project)
    {
        if (IsCheckoutsOwn(project)) LocalName.EnsureIsNoCopy(Root, Declaration, Name);
    }

    private bool IsCheckoutsOwn(string project) =>
        Context.Environment.Find(LocalName.Variable) is null && LocalName.Typed(Root, Declaration, Name) == project;

    private protected ComposeProject ProjectOf(DockerEngine engine, string environment) =>
        ComposeProject.Of(engine, Root, Declaration, environment, Context.Environment) with { Results = Results };

    private protected ComposeProject StackOf(DockerEngine engine, string environment, bool isHere) =>
        ComposeProject.OfStack(engine, Root, Declaration, environment, isHere, Context.Environment) with { Results = Results };

    // On another machine's engine there is nothing but stacks.
    private protected async Task<ComposeProject> ProjectOnAsync(DockerEngine engine, string environment) =>
        await IsHereAsync(engine, environment) ? ProjectOf(engine, environment) : StackOf(engine, environment, isHere: false);

    // An engine that does not reach this machine may see its files: ComposeUp has then left something there, under the name that holds here.
    private protected async Task<bool> IsHereAsync(DockerEngine engine, string environment) =>
        (await Context.LocationAsync(engine)).ReachesLoopback || await HasAnythingAsync(ProjectOf(engine, environment));

    private string Results => Path.GetRelativePath(Root, Context.Options.Artifacts).Replace('\\', '/');

    // A command as one would type it.
    private protected string Typed(string command) => Shortcut.ToTyped(command, Context.Environment);

    private protected SwarmManager SwarmOf(DockerEngine engine) => new(engine) { Time = Context.Time };

    private protected SecretFiles SecretsOf(EnvironmentPlan plan) => new(Folder, plan.Name);

    /// <summary>The file of variables that the verb itself writes, where it is not there yet.</summary>
    private protected string OwnVariablesFile(EnvironmentPlan plan) => Path.GetFullPath(Declaration.VariablesFileOf(plan.Name), Root);

    // Nothing else reports a misspelt name. A compose file changed by hand may read more variables, and so may a container that gets an env_file.
    private protected void WarnOfUnread(EnvironmentPlan plan)
    {
        string[] unread = [.. plan.UnreadVariables.Order(StringComparer.Ordinal)];
        if (unread.Length == 0 || plan.Effective.File.Services.Values.Any(x => x.EnvFile is { Count: > 0 }) || IsChangedByHand(plan)) return;
        Log.Warning(
            "{File:l}: nothing reads {Names:l}. Check the spelling; values of lists and dictionaries are changed in the settings files",
            Declaration.VariablesFileOf(plan.Name),
            string.Join(", ", unread));
    }

    private protected bool IsChangedByHand(EnvironmentPlan plan)
    {
        var generated = new GeneratedFile(Declaration.FileOf(plan.Name), plan.Committed.ToYaml());
        return File.Exists(Path.Combine(Root, generated.Path)) && !generated.IsUpToDate(Root);
    }

    // Null where the private one would be started, which is said.
    private protected async Task<DockerEngine?> PlannedEngineAsync()
    {
        var engine = await Context.PlannedEngineAsync();
        if (engine is null) Log.Information("Would start ACCI's private engine: no Docker engine answers");
        return engine;
    }

    private protected async Task<DockerEngine> EngineWithComposeAsync() => (await Context.WithComposeAsync(await Context.EngineAsync(), mayFetch: true))!;

    // Null where a Compose would be fetched, which is said.
    private protected async Task<DockerEngine?> PlannedWithComposeAsync(DockerEngine engine)
    {
        var planned = await Context.WithComposeAsync(engine, mayFetch: false);
        if (planned is null) Log.Information("Would fetch docker-compose from the distribution's packages: '{Docker:l}' has no compose", engine.Cli);
        return planned;
    }

    private protected async Task EnsureThereIsAsync(ComposeProject project)
    {
        if (File.Exists(Path.Combine(Files.SettingsFolder, $"settings.{project.Environment}.json")) || await HasStackAsync(project)) return;
        if (await HasAnythingAsync(project)) return;
        throw new WrongUseException($"There is no environment '{project.Environment}', and nothing of one of that name is here ({project.Name}).");
    }

    private async Task<bool> HasAnythingAsync(ComposeProject project)
    {
        foreach (var kind in (string[])["container", "network"])
        {
            if ((await project.ListAsync(kind, Cancellation)).Count > 0) return true;
        }

        return (await DataOf(project).ListAsync(Cancellation)).Count > 0;
    }

    /// <summary>Its data volumes. What runs can be ended whatever has become of its files; without them, volumes are known by their labels alone.</summary>
    private protected DataVolumes DataOf(ComposeProject project) =>
        SwarmOf(project.Engine).DataOf(project.Name, DeclaredVolumesOf(project.Environment).Volumes);

    /// <summary>The volumes that its declaration has, as the compose file calls them; and why that is not known, where it is not.</summary>
    private protected (IReadOnlyCollection<string> Volumes, string? Problem) DeclaredVolumesOf(string environment)
    {
        try
        {
            return (Files.ModelOf(environment).File.OwnVolumes, null);
        }
        // A declaration is anybody's code.
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ([], exception.Message);
        }
    }

    // Also one whose removal was interrupted: its containers go on ending, and until then have the data that another would start on.
    private protected async Task<bool> HasStackAsync(ComposeProject project)
    {
        var swarm = SwarmOf(project.Engine);
        return (await swarm.StateAsync(Cancellation)).IsManager && await swarm.IsThereAsync(project.Name, Cancellation);
    }

    /// <summary>The services of its stack.</summary>
    /// <exception cref="DeliveryException">It is another repository's.</exception>
    private protected async Task<IReadOnlyList<SwarmService>> OwnServicesAsync(ComposeProject project)
    {
        var services = await SwarmOf(project.Engine).ServicesAsync(project.Name, Cancellation);
        (await StackSource.OfAsync(Context)).EnsureOwns(project.Name, services);
        return services;
    }

    private protected void EnsureSecretsCanServe(EnvironmentPlan plan)
    {
        foreach (var secret in plan.Committed.Secrets)
        {
            if (SecretsOf(plan).Find(secret.Name, plan.Variables) is { IsOwn: false } file) SecretFiles.Check(secret.Name, file.Path);
        }
    }

    // A store takes its password when it makes its data; a new one would lock its clients out of old data.
    private protected async Task EnsureDataAreKnownAsync(EnvironmentPlan plan, ComposeProject project)
    {
        foreach (var data in plan.Committed.Definition.Services.Select(x => x.DataSecret).OfType<DataSecret>())
        {
            var volume = $"{project.Name}_{data.Volume}";
            if (SecretsOf(plan).ConflictWithData(data, plan.Settings.Find(data.Secret.Name), plan.Variables) is { } conflict
                && (await CommandRunner.TryRunAsync(project.Engine.Question("volume", "inspect", volume), cancellationToken: Cancellation)).Succeeded)
                throw new DeliveryException($"The volume {volume} holds {data.Store}'s data from before, {conflict}, or remove the data: ComposeDown --environment {plan.Name} --delete-volumes. Nothing was started.");
        }
    }

    private protected void WriteFiles(EnvironmentPlan plan, IReadOnlyDictionary<string, string> found, string name)
    {
        var file = Declaration.FileOf(plan.Name);
        if (!File.Exists(Path.Combine(Root, file))) new GeneratedFile(file, Files.ModelOf(plan.Name).ToYaml()).Write(Root);
        var place = Path.Combine(Root, Declaration.VariablesFileOf(plan.Name));
        if (NewVariables(plan, name) is { } text) EnvironmentFile.Write(place, text);
        EnvironmentFile.Write(
            FoundFileOf(plan),
            $"# What ComposeUp found for environment '{plan.Name}' where {Declaration.VariablesFileOf(plan.Name)} said nothing; it is written anew each time.\n" + string.Concat(found.Select(x => $"{EnvironmentFile.Line(x.Key, x.Value)}\n")));
        foreach (var secret in plan.Committed.Secrets) SecretsOf(plan).Ensure(secret.Name, plan.Settings.Find(secret.Name), plan.Variables);
    }

    /// <summary>Says what <see cref="WriteFiles"/> would write that a person sees.</summary>
    private protected void SayFiles(EnvironmentPlan plan, string name)
    {
        var file = Declaration.FileOf(plan.Name);
        if (!File.Exists(Path.Combine(Root, file))) Log.Information("Would write {File:l}", file);
        if (NewVariables(plan, name) is not null) Log.Information("Would write {File:l}", Declaration.VariablesFileOf(plan.Name));
        Log.Information("User secrets for it: dotnet user-secrets set <setting> <value> --id {Id:l}", plan.Settings.UserSecretsId);
        foreach (var secret in plan.Committed.Secrets)
        {
            if (SecretsOf(plan).WouldWrite(secret.Name, plan.Settings.Find(secret.Name), plan.Variables) is { } path)
                Log.Information("Would write the secret {Secret:l}, {Source:l}, to {File:l}", secret.Name.Key, plan.Settings.Find(secret.Name) is null ? "a new one" : "as it is set", Path.GetRelativePath(Root, path));
        }
    }

    private protected string FoundFileOf(EnvironmentPlan plan) => Artifacts.FoundFileOf(plan.Name);

    private string Given =>
        string.IsNullOrEmpty(_environment) ? throw new WrongUseException($"Name the environment: --environment {string.Join(" or --environment ", EnvironmentSettings.NamesIn(Files.SettingsFolder))}.") : _environment;

    // As the file is now: finding images takes its time, and a person may have written since. Null where nothing is to be added.
    private string? NewVariables(EnvironmentPlan plan, string name)
    {
        var place = Path.Combine(Root, Declaration.VariablesFileOf(plan.Name));
        var typed = EnvironmentFile.Read(place);
        var text = typed.With(
            plan.Committed.Variables,
            $"{LocalName.Heading(plan.Name)} It is yours: ComposeUp adds what it does not mention, and changes nothing that is set.",
            "A comment #NAME=value says what holds without it. A value in single quotes is taken as it is.");
        text = LocalName.Kept(text, LocalName.IsKept(Root, Declaration, plan.Name), name, Root);
        // Elsewhere, a copy has not been looked for.
        if (IsCheckoutsOwn(name) && LocalName.IsMade(Declaration, plan.Name, name)) text = CheckoutOrigin.Renewed(text, Root);
        return File.Exists(place) && text == typed.Text ? null : text;
    }
}
