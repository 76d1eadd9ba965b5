using Acci.Environments.Declarations;
using Acci.Environments.Specification;
using Acci.Environments.Variables;
using Acci.Settings;

namespace Acci.Environments.Files;

/// <summary>What a declaration and the settings come to: all services of one environment, as a compose file.</summary>
public sealed record EnvironmentModel
{
    private EnvironmentModel(EnvironmentDeclaration declaration, EnvironmentContext environment, EnvironmentDefinition definition, ComposeFile file)
    {
        (Declaration, Environment, Definition, File) = (declaration, environment, definition, file);
        Variables = Distinct(environment.Name, AllSettings.SelectMany(x => x.Variables).Concat(ScalarWalk.VariablesIn(file)));
        Secrets = [.. definition.Services.SelectMany(x => x.Secrets).DistinctBy(x => x.Source)];
    }

    /// <summary>What it is declared by.</summary>
    public EnvironmentDeclaration Declaration { get; }

    /// <summary>The environment.</summary>
    public EnvironmentContext Environment { get; }

    /// <summary>What runs in it, as it is declared.</summary>
    public EnvironmentDefinition Definition { get; }

    /// <summary>The compose file.</summary>
    public ComposeFile File { get; }

    /// <summary>The environment's name.</summary>
    public string Name => Environment.Name;

    /// <summary>What can be set from outside.</summary>
    public IReadOnlyList<Variable> Variables { get; }

    /// <summary>The secrets that are handed over as files.</summary>
    public IReadOnlyList<ServiceSecret> Secrets { get; }

    /// <summary>It builds from the source, which takes its time.</summary>
    public bool Builds => File.Services.Values.Any(x => x.Build is not null);

    internal IEnumerable<ServiceSettings> AllSettings => Definition.Services.SelectMany(x => x.Settings).Distinct();

    /// <summary>What the settings come to.</summary>
    /// <exception cref="DeliveryException">A setting is missing or cannot be used.</exception>
    public static EnvironmentModel Of(EnvironmentDeclaration declaration, EnvironmentSettings settings)
    {
        var environment = new EnvironmentContext(declaration, settings);
        var definition = declaration.Define(environment);
        var model = new EnvironmentModel(declaration, environment, definition, FileOf(declaration, environment, definition));
        foreach (var service in definition.Services)
        {
            foreach (var told in service.Settings) told.Check(service.Secrets);
        }

        foreach (var port in PublishedPort.Of(model.File).Where(x => x.Ports.Count < x.Replicas))
            throw new DeliveryException(
                $"Environment '{model.Name}': {port.Title} is '{port.Ports}', " +
                $"{port.Ports.Count} for {port.Replicas} replicas ({port.ReplicasVariable?.Title ?? port.Service}): " +
                $"name a port for each, as in {port.Ports.First}-{port.Ports.First + port.Replicas - 1}.");
        // Believed to be in force and told to nobody, a password would protect nothing.
        if (model.UntoldSecrets.FirstOrDefault(x => settings.Find(x) is not null) is { } unused) throw model.Untold(unused, unused.ToString());
        return model;
    }

    /// <summary>Secrets that the declared settings have and no service is told.</summary>
    internal IEnumerable<SettingName> UntoldSecrets => Declaration.Secrets.Where(x => Secrets.All(secret => secret.Name.Key != x.Key));

    /// <summary>A secret has a value that nothing in the environment is told.</summary>
    internal DeliveryException Untold(SettingName secret, string place) => new(
        $"Environment '{Name}': {place} is set, but nothing here takes the secret {secret.Key}: its services read " +
        $"{(Secrets.Count == 0 ? "no secret" : $"{string.Join(", ", Secrets.Select(x => x.Name.Key))} alone")}. " +
        "Take it out; what is only on the stores' own network needs none.");

    /// <summary>The compose file's text.</summary>
    public string ToYaml() => ComposeWriter.ToYaml(
        File,
        $"Environment '{Name}': {Declaration.Origin} and settings.{Name}.json.",
        $"What is changed here is lost; change the settings, or set a variable in .env.{Name} (all of them: .env.example).");

    private static ComposeFile FileOf(EnvironmentDeclaration declaration, EnvironmentContext environment, EnvironmentDefinition definition)
    {
        if (definition.Services.GroupBy(x => x.Name, StringComparer.Ordinal).FirstOrDefault(x => x.Count() > 1) is { } twice)
            throw new DeliveryException($"Environment '{environment.Name}': the service '{twice.Key}' is declared more than once.");
        if (definition.Services.FirstOrDefault(x => !ServiceName.IsWellFormed(x.Name)) is { } misnamed)
            throw new DeliveryException($"Environment '{environment.Name}': '{misnamed.Name}' is no name for a service: write letters, digits, '.', '_' and '-'.");
        // One variable would name the image of both.
        if (definition.Services.Where(x => x.Image is not null).GroupBy(x => ImageVariableOf(declaration, x.Name)).FirstOrDefault(x => x.Count() > 1) is { } shared)
            throw new DeliveryException(
                $"Environment '{environment.Name}': the images of {string.Join(" and ", shared.Select(x => x.Name))} are both the variable {shared.Key}: " +
                "give one of the services another name.");
        var services = definition.Services.ToDictionary(x => x.Name, x => ServiceOf(declaration, x));
        if (definition.Services.SelectMany(x => x.Secrets).FirstOrDefault(x => !ServiceName.IsWellFormed(x.Source)) is { } unnamed)
            throw new DeliveryException(
                $"Environment '{environment.Name}': '{unnamed.Source}' is no {nameof(ServiceSecret.Source)} of the secret {unnamed.Name.Key}: write letters, digits, '.', '_' and '-'.");
        // One of them would be handed out as the other.
        if (definition.Services.SelectMany(x => x.Secrets).DistinctBy(x => (x.Name.Key, x.Source)).GroupBy(x => x.Source, StringComparer.Ordinal).FirstOrDefault(x => x.Count() > 1) is { } same)
            throw new DeliveryException(
                $"Environment '{environment.Name}': {string.Join(" and ", same.Select(x => x.Name.Key))} are both the secret '{same.Key}' in the compose file: " +
                $"give one of them another {nameof(ServiceSecret.Source)}.");
        var secrets = definition.Services.SelectMany(x => x.Secrets).DistinctBy(x => x.Source)
            .ToDictionary(x => x.Source, x => SecretOf(environment.Name, x));
        // Compose would refuse the file, and would not say where it is declared.
        var read = services.SelectMany(x => (x.Value.Configs ?? []).Select(config => (Service: x.Key, config.Source)));
        if (read.FirstOrDefault(x => !definition.Configs.ContainsKey(x.Source)) is { Source: { } missing } reader)
            throw new DeliveryException(
                $"Environment '{environment.Name}': {reader.Service} reads the config '{missing}', which is not among the {nameof(EnvironmentDefinition.Configs)}.");
        ServiceCheck.Ensure(environment.Name, services, secrets);
        var volumes = services.Values.SelectMany(x => x.Volumes ?? [])
            .Where(x => x is { Type: "volume", Source: not null })
            .Select(x => x.Source!.Value.Text);
        var file = new ComposeFile
        {
            Name = declaration.ProjectOf(environment.Name),
            Services = services,
            Networks = NullWhereEmpty(With(definition.Networks, services.Values.SelectMany(x => x.Networks ?? []))),
            Volumes = NullWhereEmpty(With(definition.Volumes, volumes)),
            Secrets = NullWhereEmpty(secrets),
            Configs = NullWhereEmpty(definition.Configs),
        };
        foreach (var (name, service) in services) CheckMode(environment.Name, name, service.Deploy, file.IsJob(name));
        return file with { Services = services.ToDictionary(x => x.Key, x => file.IsJob(x.Key) ? UncheckedJob(x.Value) : x.Value) };
    }

    // One value cannot be both.
    private static Variable[] Distinct(string environment, IEnumerable<Variable> variables)
    {
        Variable[] all = [.. variables.DistinctBy(x => (x.Name, x.Key, x.Source))];
        if (all.GroupBy(x => x.Name, StringComparer.Ordinal).FirstOrDefault(x => x.Count() > 1) is { } shared)
            throw new DeliveryException(
                $"Environment '{environment}': {string.Join(" and ", shared.Select(x => x.Key is null ? $"'{x.Description}'" : x.Key))} are both the variable {shared.Key}: give one of them another name.");
        return all;
    }

    private static void CheckMode(string environment, string service, Deploy? deploy, bool isJob)
    {
        if (deploy?.Mode is not (null or Deploy.Replicated or Deploy.Job))
            throw new DeliveryException($"Environment '{environment}': {service} has the mode '{deploy.Mode}': write {Deploy.Replicated} or {Deploy.Job}.");
        if (isJob && deploy?.RestartPolicy?.Condition == RestartPolicy.Any)
            throw new DeliveryException(
                $"Environment '{environment}': {service} is a job, which is to end, and its restart policy '{RestartPolicy.Any}' would start it again for ever: " +
                $"write {RestartPolicy.OnFailure} or {RestartPolicy.None}.");
    }

    // An image's own check is of a server: nothing answers it in a job, which a swarm would end for that.
    private static Service UncheckedJob(Service job) => job with { Healthcheck = job.Healthcheck ?? new Healthcheck { Disable = true } };

    private static Service ServiceOf(EnvironmentDeclaration declaration, ServiceDefinition service)
    {
        var environment = new SortedDictionary<string, Scalar>(StringComparer.Ordinal);
        foreach (var (name, value) in service.Settings.SelectMany(x => x.Environment)) environment[name] = value;
        foreach (var (name, value) in service.Compose.Environment ?? new Dictionary<string, Scalar>()) environment[name] = value;
        return service.Compose with
        {
            Image = service.Image is { } image ? ImageOf(declaration, service.Name, image) : service.Compose.Image,
            Environment = NullWhereEmpty(environment),
            Secrets = service.Secrets.Count == 0 ? service.Compose.Secrets
                : [.. service.Secrets.Select(x => x.Reference), .. service.Compose.Secrets ?? []],
        };
    }

    // The service that is called as the project is its app: its variable needs no further name.
    private static string ImageVariableOf(EnvironmentDeclaration declaration, string service) =>
        $"{declaration.VariablePrefix}_{(service == declaration.Name ? "" : $"{ServiceName.InVariable(service)}_")}IMAGE";

    private static Scalar ImageOf(EnvironmentDeclaration declaration, string service, ServiceImage image)
    {
        var variable = ImageVariableOf(declaration, service);
        return image.Own is { } own
            ? Scalar.Required(
                new Variable(variable, image.Description, null) { Source = new LastPublish(own) },
                $"run {declaration.Command} Publish, or name an image by its digest")
            : Scalar.Variable(new Variable(variable, image.Description, image.Reference) { Source = new UpstreamImage(image.Reference!) });
    }

    private static FileObject SecretOf(string environment, ServiceSecret secret) => new()
    {
        File = Scalar.Variable(new Variable(
            secret.Name.FileVariable,
            $"File with the secret {secret.Name.Key}, relative to this folder; one of its own is made by ComposeUp",
            SecretFiles.PathOf(environment, secret.Name))),
    };

    private static Dictionary<string, T> With<T>(IReadOnlyDictionary<string, T> declared, IEnumerable<string> named)
        where T : new()
    {
        var all = new Dictionary<string, T>(declared);
        foreach (var name in named) all.TryAdd(name, new T());
        return all;
    }

    private static IReadOnlyDictionary<string, T>? NullWhereEmpty<T>(IReadOnlyDictionary<string, T> map) => map.Count == 0 ? null : map;
}
