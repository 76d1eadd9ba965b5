using Acci.Delivery.Engines;
using Acci.Delivery.GitHub;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Delivery.Scanning;
using Acci.Delivery.Signing;
using Acci.Delivery.Versioning;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Serilog;

namespace Acci.Delivery;

/// <summary>What the targets of one build share, each found when it is first asked for: the version, the engine, the registry, the signing key.</summary>
/// <param name="options">What was set.</param>
/// <param name="cancellationToken">Ends whatever is under way.</param>
public sealed class DeliveryContext(DeliveryOptions options, CancellationToken cancellationToken) : IDisposable
{
    private readonly Dictionary<string, Task> _found = [];
    private ImageLocks? _imageLocks;

    /// <summary>What was set.</summary>
    public DeliveryOptions Options => options;

    /// <summary>Ends whatever is under way.</summary>
    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>The scripts of the private engine.</summary>
    public EngineScripts Scripts { get; } = new(options.CacheDirectory);

    /// <summary>What base images are pinned to.</summary>
    public ImageLocks ImageLocks => _imageLocks ??= ImageLocks.Read(options.PathOf(options.Layout.ImageLocks), options.Layout.ImageLocks);

    /// <summary>What is being built.</summary>
    public Task<VersionInfo> VersionAsync() => Once(nameof(VersionAsync), () => VersionInfo.ReadAsync(options.Root, cancellationToken));

    /// <summary>Why it is being built, and from what.</summary>
    public Task<BuildFacts> FactsAsync() => Once(nameof(FactsAsync), () => BuildFacts.ReadAsync(options.Root, cancellationToken));

    /// <summary>The engine to build on.</summary>
    public Task<DockerEngine> EngineAsync() => Begin(nameof(EngineAsync), "an engine, which may have to be started", () => new EngineLocator(new PrivateEngine(Scripts))
    {
        BuilderImage = ImageLocks.PinnedIn(options.ImageMirror, DockerEngine.BuilderImage),
    }.LocateAsync(cancellationToken));

    /// <summary>Where images go: the registry that was named, else the local one, started if it does not run.</summary>
    public Task<Destination> DestinationAsync() => Named is { } named
        ? Task.FromResult(named)
        : Begin(nameof(DestinationAsync), "the local registry, which may have to be started", async () => new Destination(await new PrivateTools(Scripts) { ImageMirror = options.ImageMirror, ImageLocks = ImageLocks }.StartRegistryAsync(cancellationToken), ""));

    /// <summary>The registry that was named; null means the local one.</summary>
    /// <exception cref="WrongUseException">What was named is none.</exception>
    public Destination? Named => options.Registry is { } registry ? WrongUseException.Read("--registry", () => Destination.Parse(registry)) : null;

    /// <summary>The tags that the images get.</summary>
    /// <exception cref="DeliveryException">No rule applies.</exception>
    public Task<TagSet> TagsAsync() => Once(nameof(TagsAsync), async () =>
    {
        var facts = await FactsAsync();
        var tags = WrongUseException.Read("--tag-rules", () => options.TagRules.Apply(facts));
        foreach (var warning in tags.Warnings) Log.Warning("{Warning:l}", warning);
        return tags.All.Count > 0 ? tags : throw new DeliveryException("No tag rule applies to this build, so nothing would point at the image. Change --tag-rules.");
    });

    /// <summary>The client of that registry.</summary>
    public Task<OciRegistry> RegistryAsync() => Once(nameof(RegistryAsync), async () => Connect((await DestinationAsync()).Domain));

    /// <summary>A client of any registry; the credentials that were given are for the one images go to.</summary>
    public OciRegistry Connect(string domain) => new(domain, new RegistryOptions
    {
        Credentials = Credentials.From(OwnCredentials(), new DockerConfig()),
        Retry = Retry,
        // Layers of base images that are in the same registry need not be sent there.
        MountFrom = [.. options.Images.SelectMany(image => image.BaseImages).Select(x => BaseImages.PlaceOf(x.Reference, options.ImageMirror)).Where(x => x.Domain == domain).Select(x => x.Path).Distinct()],
    });

    /// <summary>What scans, or why there is nothing that does.</summary>
    public Task<(Trivy? Scanner, string? Obstacle)> ScannerAsync() => Begin<(Trivy? Scanner, string? Obstacle)>(nameof(ScannerAsync), "the scanner, which may have to be fetched", async () =>
    {
        // An engine that is found may run the scanner's image; none is fetched for it.
        var locator = new TrivyLocator(ToolLocks.Read(options.PathOf(options.Layout.ToolLocks)), options.Layout.ToolLocks, options.CacheDirectory, () => EngineLocator.FindRunningAsync(cancellationToken)) { Offline = options.Scan.Offline };
        if (options.Scan.Program is { } program) locator = locator with { Installed = program };
        var (scanner, obstacle) = await locator.LocateAsync(cancellationToken);
        if (scanner is null) return (null, obstacle);
        // In a container there is no configuration of docker's.
        var login = scanner.Program is TrivyProgram.Container ? Credentials.From(OwnCredentials(), new DockerConfig()) : OwnCredentials();
        return (scanner with { Databases = options.Scan.Databases, Offline = options.Scan.Offline, Login = login }, null);
    });

    /// <summary>GitHub's API.</summary>
    public Task<GitHubConnection> GitHubAsync() => Once(nameof(GitHubAsync), () => GitHubConnection.OpenAsync(options.Root, options.GitHubToken, Retry, cancellationToken));

    /// <summary>Whether this is a fork, on a schedule of what it was forked from, which is then none of its business.</summary>
    internal async Task<bool> IsForkOnScheduleAsync()
    {
        // A workflow's condition sees whether it runs in a fork, but not on a schedule: that event says nothing of the repository.
        if ((await FactsAsync()).EventName != "schedule") return false;
        var gitHub = await GitHubAsync();
        var (owner, name) = gitHub.Repository;
        var repository = await gitHub.RunAsync($"say whether {gitHub.Repository} is a fork", "contents: read", github => github.Repository.Get(owner, name), cancellationToken);
        if (repository.Fork) Log.Information("Nothing is done: {Repository:l} is a fork, and this is a schedule of what it was forked from", gitHub.Repository.ToString());
        return repository.Fork;
    }

    /// <summary>What signs.</summary>
    public Task<Cosign> CosignAsync() => Once(nameof(CosignAsync), async () =>
    {
        var choice = SigningChoice.Of(options);
        var cosign = await VerifierAsync();
        SigningIdentity identity = choice switch
        {
            { IsKeyless: true } => await SigningIdentity.Keyless.FromGitHubActionsAsync(cancellationToken),
            { Named: { } key } => key,
            _ => await LocalKeyPair.EnsureAsync(CacheDirectory.KeyDirectory, cosign.Executable, cancellationToken),
        };
        return cosign with { Identity = identity };
    });

    /// <summary>What verifies: the same without anything to sign with.</summary>
    public Task<Cosign> VerifierAsync() => Begin(nameof(VerifierAsync), "cosign, which may have to be fetched", async () =>
    {
        TemporaryLogin.DeleteLeftovers();
        return new Cosign(await new PrivateTools(Scripts).CosignAsync(cancellationToken)) { Login = OwnCredentials(), Retry = Retry };
    });

    /// <summary>
    /// A login for builds at the registry that images go to, because buildx takes credentials from docker's configuration alone; null where there are none but docker's own.
    /// </summary>
    public async Task<TemporaryLogin?> LoginAsync(DockerEngine engine)
    {
        var domain = (await DestinationAsync()).Domain;
        return await OwnCredentials().FindAsync(domain, cancellationToken) is { } credentials ? new TemporaryLogin(domain, credentials, engine.Configuration ?? DockerConfig.Folder) : null;
    }

    /// <summary>Waits until no other build of this checkout works on its images, and keeps others waiting until this one ends.</summary>
    public Task LockAsync() => Begin(nameof(LockAsync), "a lock", () => CheckoutLock.TakeAsync(Path.Combine(options.Artifacts, ".lock"), cancellationToken));

    /// <summary>An image's repository.</summary>
    public async Task<ImageReference> RepositoryAsync(ImageDefinition image) => (await DestinationAsync()).RepositoryOf(image);

    private RetryOptions Retry => new() { Budget = options.RetryBudget, Notify = retry => Log.Warning("{Retry:l}", retry.ToString()) };

    /// <summary>Lets other builds of the checkout go on.</summary>
    public void Dispose()
    {
        if (_found.GetValueOrDefault(nameof(LockAsync)) is Task<CheckoutLock> { IsCompletedSuccessfully: true, Result: var held }) held.Dispose();
    }

    /// <summary>The credentials for a registry that this engine's docker command does not find by itself; null where it needs none from here.</summary>
    public async Task<Credentials?> CredentialsBesideAsync(DockerEngine engine, string domain)
    {
        // The private engine's command has a configuration of its own, so that of the user is handed to it, too.
        var sources = Credentials.From(OwnCredentials(), engine.Address is null ? null : new DockerConfig());
        return await sources.FindAsync(domain, cancellationToken) is { IsRefreshToken: false } credentials ? credentials : null;
    }

    // What docker's configuration has, every other tool finds by itself. The local registry takes no credentials.
    private ICredentialSource OwnCredentials() =>
        Credentials.From(Given is { } given && options.Registry is not null ? given.For(Named!.Domain) : null, new EnvironmentCredentials());

    /// <summary>The credentials that were given.</summary>
    /// <exception cref="WrongUseException">Half of them was.</exception>
    internal Credentials? Given => (options.RegistryUser, options.RegistryToken) switch
    {
        ({ } user, { } token) => new Credentials(user, token),
        (null, null) => null,
        (null, _) => throw new WrongUseException("--registry-token needs --registry-user beside it."),
        _ => throw new WrongUseException("--registry-user needs --registry-token beside it (better in the environment variable RegistryToken than on the command line)."),
    };

    /// <summary>Does something once in a build, whoever asks for it first; its failure is that of everybody who asks.</summary>
    internal Task OnceAsync(string name, Func<Task> action) => Once(name, async () =>
    {
        await action();
        return true;
    });

    // What changes something on the machine: a dry run gets none of it, whatever asks.
    private Task<T> Begin<T>(string name, string what, Func<Task<T>> find) => Once(name, () => !options.DryRun ? find()
        : throw new DeliveryException($"--dry-run changes nothing, and this would need {what}: run it without --dry-run."));

    // A failure is kept too: the second target that asks gets the same error, not another attempt.
    private Task<T> Once<T>(string name, Func<Task<T>> find)
    {
        if (!_found.TryGetValue(name, out var task)) _found[name] = task = find();
        return (Task<T>)task;
    }
}
