using Acci.Delivery.Caching;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Delivery.Sessions;
using Acci.Oci;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>A Docker engine that answers, and the command line that talks to it.</summary>
/// <param name="Cli">Path of the <c>docker</c> command, which finds this engine by itself.</param>
public sealed record DockerEngine(string Cli)
{
    // What docker takes logins from beside its configuration.
    private const string LoginsVariable = "DOCKER_AUTH_CONFIG";
    private const int LargestConfiguration = 1024 * 1024;

    private static readonly string[] EngineVariables = ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"];
    private static readonly TimeSpan Noteworthy = TimeSpan.FromSeconds(10);

    /// <summary>The environment that the command reads.</summary>
    public ProcessEnvironment Process { get; init; } = ProcessEnvironment.Read();

    /// <summary>How long each question may take. Long, because an engine that is busy or far away is not absent.</summary>
    public TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock that answers are waited for by.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The address of the private engine; none for an engine of the machine's own.</summary>
    public string? Address { get; init; }

    /// <summary>The folder of docker's configuration that this engine's commands read; null means the user's own.</summary>
    public string? Configuration { get; init; }

    /// <summary>The buildx builder to build with; none means the engine's own.</summary>
    public string? Builder { get; init; }

    /// <summary>The folder of the plugins that its commands use, where the command's own do not serve; null means its own.</summary>
    internal string? Plugins { get; init; }

    /// <summary>The folder of docker's configuration with which its command has a Compose, if it has none of its own (<see cref="FetchedPlugins"/>).</summary>
    internal string? ComposeConfiguration { get; init; }

    /// <summary>What the command's own plugins lack; null where nothing.</summary>
    internal string? Lack { get; init; }

    /// <summary>What the engine is called.</summary>
    public string Product { get; init; } = EngineProduct.Docker;

    /// <summary>Version of the engine, as it tells it.</summary>
    public string Version { get; init; } = "";

    /// <summary>The platforms whose programs this machine can run, by itself or by an emulator registered with the kernel.</summary>
    public IReadOnlyList<Platform> RunnablePlatforms { get; init; } = [];

    /// <summary>A login for its commands, on top of what docker's configuration has.</summary>
    public TemporaryLogin? Login { get; init; }

    /// <summary>The image that a docker-container builder runs from, as buildx has it by default.</summary>
    public static ImageReference BuilderImage { get; } = ImageReference.Parse("docker.io/moby/buildkit:buildx-stable-1");

    /// <summary>The configuration of registries for a BuildKit that is started on it.</summary>
    internal BuildKitRegistries BuildKitRegistries { get; init; } = BuildKitRegistries.None;

    /// <summary>The folder in which buildx keeps its builders; null means the user's own.</summary>
    internal string? Builders { get; init; }

    /// <summary>A <c>docker</c> command for this engine, which takes orders from no variable (<see cref="ToolVariables.Docker"/>).</summary>
    public Command Docker(params IEnumerable<string> arguments)
    {
        var builders = Builders is null ? [] : new[] { KeyValuePair.Create("BUILDX_CONFIG", (string?)Builders) };
        var command = new Command(Cli, [.. arguments]) { Secrets = [LoginsVariable], Environment = ToolVariables.Docker.With(builders), Time = Time };
        if (Plugins is not null) command = DockerPlugins.Through(command, Plugins, arguments.FirstOrDefault());
        return (Login?.Folder ?? (arguments.FirstOrDefault() == "compose" ? ComposeConfiguration : null)) is not { } configuration
            ? command
            // As an option, because the private engine's command sets the variable itself; and the builders stay those of the configuration that is added to.
            : command with
            {
                Arguments = ["--config", configuration, .. arguments],
                Environment = new Dictionary<string, string?>(command.Environment) { ["BUILDX_CONFIG"] = BuilderFolder },
            };
    }

    /// <summary>One that the engine carries out soon, or not at all, because it hangs: the message then names the command.</summary>
    public Command Question(params IEnumerable<string> arguments) => Docker(arguments) with { AnswerTime = AnswerTime };

    /// <summary>One that may take minutes on a machine that is busy, and is given up after ten.</summary>
    public Command Errand(params IEnumerable<string> arguments) => Docker(arguments) with { AnswerTime = AnswerTime * 10 };

    /// <summary>
    /// A login for commands at this engine (<see cref="Login"/>), on top of the configuration that they read: one of its contexts may be what leads to the engine, with
    /// certificates.
    /// </summary>
    /// <param name="domain">The registry.</param>
    /// <param name="credentials">The user and the secret.</param>
    /// <exception cref="DeliveryException">That configuration cannot be read.</exception>
    public TemporaryLogin LoginTo(string domain, Credentials credentials) => new(domain, credentials, Configuration ?? DockerConfig.FolderOf(Process));

    /// <summary>What a test makes at this engine, as a journal notes it.</summary>
    /// <param name="label">The label of its containers.</param>
    /// <param name="image">The image that is loaded for them.</param>
    internal Leftover Leftover(string label, ImageReference image) => new()
    {
        Label = label,
        Image = image.ToString(),
        Docker = Cli,
        Environment = EngineVariables.Select(x => KeyValuePair.Create(x, x == "DOCKER_CONTEXT" ? ContextNow : Process.Find(x))).Where(x => x.Value is not null).ToDictionary(),
    };

    // The current context of the configuration may be another one when this is read.
    private string ContextNow => Process.Find("DOCKER_CONTEXT") ?? new DockerConfig(Process).CurrentContext ?? "default";

    /// <summary>The engine that this <c>docker</c> command reaches by itself (<c>DOCKER_HOST</c>, context); null when there is none, or it refuses.</summary>
    /// <exception cref="NoAnswerException">Whether there is one is not known: the command did not answer in time.</exception>
    /// <exception cref="DeliveryException">An engine answers, but is too old.</exception>
    public static async Task<DockerEngine?> FindAsync(string cli, CancellationToken cancellationToken, TimeSpan? answerTime = null, ProcessEnvironment? process = null)
    {
        var engine = new DockerEngine(cli);
        if (process is not null) engine = engine with { Process = process };
        if (answerTime is { } limit) engine = engine with { AnswerTime = limit };
        if (await engine.AskAsync(["version", "--format", "{{.Server.Version}}"], cancellationToken) is not { } version) return null;
        engine = engine with { Product = await EngineProduct.FindAsync(engine, version, cancellationToken) };
        return engine with
        {
            Version = version,
            Lack = await DockerPlugins.FindLackAsync(engine, cancellationToken),
            RunnablePlatforms = await engine.ReadRunnablePlatformsAsync(cancellationToken),
        };
    }

    /// <summary>The engine, used with the plugins of a folder.</summary>
    internal async Task<DockerEngine> WithPluginsAsync(string folder, CancellationToken cancellationToken)
    {
        var engine = this with { Plugins = folder };
        return engine with { RunnablePlatforms = await engine.ReadRunnablePlatformsAsync(cancellationToken) };
    }

    /// <summary>The engine, ready to build for several platforms: with a builder that can, made where there is none.</summary>
    /// <param name="builderImage">The image that a builder is made from.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="DeliveryException">It has none, and none can be made, or the one that a person made the current one does not start.</exception>
    public async Task<DockerEngine> WithBuilderAsync(ImageReference builderImage, CancellationToken cancellationToken)
    {
        var builder = await EngineBuilder.FindAsync(this, builderImage, cancellationToken);
        var container = new ContainerBuilder(this);
        if (builder.Name is { } own)
        {
            await ContainerBuilder.WarnOfKeysAsync(this, cancellationToken);
            // Two builds that begin at once would write its context over each other; the second one finds what the first has made.
            var folder = CacheDirectory.Default.Combine("builders");
            CacheDirectory.CreatePrivate(folder);
            using var alone = await CheckoutLock.TakeAsync(Path.Combine(folder, $"{own}.lock"), cancellationToken, $"Another build makes or starts the builder '{own}'");
            if (builder.IsThere || await IsThereAsync(own, cancellationToken)) await container.StartOwnAsync(own, builderImage, cancellationToken);
            else await container.CreateAsync(own, builderImage, cancellationToken);
        }

        if (builder.Current is var (current, driver)) await container.StartAsync(current, driver, cancellationToken);
        return this with { Builder = builder.Name };
    }

    /// <summary>
    /// Makes the engine ready to check Dockerfiles: by the builder that a person made the current one, else by its own BuildKit, which can do that over any image store.
    /// </summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether that reads base images from OCI layouts, too. Over the classic image store, BuildKit gets them from registries only.</returns>
    /// <exception cref="DeliveryException">The builder cannot be used or does not start, or the engine has no BuildKit.</exception>
    internal async Task<bool> StartCheckerAsync(CancellationToken cancellationToken)
    {
        if (await EngineBuilder.FindCurrentAsync(this, cancellationToken) is not { Current: var (current, driver) }) return !await EngineBuilder.IsClassicAsync(this, cancellationToken);
        await new ContainerBuilder(this).StartAsync(current, driver, cancellationToken);
        return true;
    }

    /// <summary>Where the command line finds the engine: <c>unix:///var/run/docker.sock</c>, <c>ssh://host</c>.</summary>
    public async Task<string> EndpointAsync(CancellationToken cancellationToken) =>
        Address ?? (await AskAsync(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"], cancellationToken) is { Length: > 0 } host ? host
            : Process.Find("DOCKER_HOST") is { } named ? named
            : OperatingSystem.IsWindows() ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock");

    /// <summary>Containers have other users than the machine (<c>userns-remap</c>), so they cannot read what its owner alone may.</summary>
    public async Task<bool> RemapsUsersAsync(CancellationToken cancellationToken) =>
        (await AskAsync(["info", "--format", "{{json .SecurityOptions}}"], cancellationToken))?.Contains("name=userns", StringComparison.Ordinal) is true;

    /// <summary>
    /// The builder that is the engine's own BuildKit, which has the engine's images and gives it what it builds: it is called as the context is. Null where a person named
    /// another one (<c>BUILDX_BUILDER</c>), or the engine has none.
    /// </summary>
    public async Task<string?> OwnBuilderAsync(CancellationToken cancellationToken) =>
        Product == EngineProduct.Podman || Process.Find("BUILDX_BUILDER") is not null ? null
        : await AskAsync(["context", "show"], cancellationToken) is { Length: > 0 } context ? context : null;

    /// <inheritdoc/>
    public override string ToString() => Address is null ? $"{Product} {Version}" : $"private {Product} {Version} at {Address}";

    /// <summary>buildx knows a builder of this name.</summary>
    internal async Task<bool> IsThereAsync(string builder, CancellationToken cancellationToken) => await AskAsync(["buildx", "inspect", builder], cancellationToken) is not null;

    /// <summary>Creates a builder. If two builds create the same one at once, buildx refuses the second, which then uses the first's.</summary>
    /// <returns>Whether it was created here.</returns>
    /// <exception cref="CommandFailedException">It could not be made.</exception>
    internal async Task<bool> CreateBuilderAsync(string name, IEnumerable<string> options, CancellationToken cancellationToken)
    {
        var (folder, deletion) = BuildKitRegistries.IsEmpty ? ("", null) : Session.Current.TemporaryFolder();
        using (deletion)
        {
            var configuration = deletion is null ? "" : await BuildKitRegistries.WriteAsync(folder, cancellationToken, ConfigurationOfBuilders());
            // buildx keeps the file with the builder, and copies the certificates that it names to where BuildKit runs.
            var command = Errand(["buildx", "create", "--name", name, .. deletion is null ? Array.Empty<string>() : ["--config", configuration], .. options]);
            var result = await CommandRunner.TryRunAsync(command, Log.Debug, cancellationToken);
            if (!result.Succeeded && !await IsThereAsync(name, cancellationToken)) throw new CommandFailedException(command, result);
            return result.Succeeded;
        }
    }

    /// <summary>
    /// What buildx makes builders with that are given nothing else: a company's certificate authorities and mirrors are there. Source: buildx, util/confutil,
    /// <c>defaultBuildKitConfigFile</c>.
    /// </summary>
    internal string ConfigurationOfBuilders()
    {
        var file = Path.Combine(BuilderFolder, "buildkitd.default.toml");
        return InputFile.Exists(file) ? InputFile.ReadText(file, LargestConfiguration) : "";
    }

    private string BuilderFolder =>
        Builders is { } named ? named : Configuration is null && Process.Find("BUILDX_CONFIG") is { } own ? own : Path.Combine(Configuration ?? DockerConfig.FolderOf(Process), "buildx");

    private async Task<IReadOnlyList<Platform>> ReadRunnablePlatformsAsync(CancellationToken cancellationToken)
    {
        var builder = await AskAsync(["buildx", "inspect", "default"], cancellationToken) ?? await AskAsync(["buildx", "inspect"], cancellationToken) ?? "";
        // A builder that does not run tells no platforms; the engine's own runs anyway.
        var platforms = Field(builder, "Platforms") ?? await AskAsync(["version", "--format", "{{.Server.Os}}/{{.Server.Arch}}"], cancellationToken) ?? "";
        return PlatformsOf(platforms, Product);
    }

    /// <summary>The platforms of a list of buildx's; a <c>*</c> behind one means that a person named it.</summary>
    /// <param name="list">The list.</param>
    /// <param name="what">What runs them.</param>
    internal static IReadOnlyList<Platform> PlatformsOf(string list, string what)
    {
        var known = new List<Platform>();
        foreach (var text in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(x => x.TrimEnd('*')))
        {
            if (Platform.TryParse(text, out var platform)) known.Add(platform);
            else Log.Debug("{Engine:l} runs {Platform:l}, too, which is no platform of images here", what, SafeText.Terminal(text));
        }

        return [.. known.Distinct()];
    }

    /// <summary>How a sentence goes on that says what it runs: where it does not say so, it is not known, which is not none.</summary>
    internal string Runs => RunnablePlatforms.Count == 0 ? "does not say for which platforms it runs programs" : $"runs {string.Join(", ", RunnablePlatforms)}";

    /// <summary>What the command answers, or null when it fails.</summary>
    /// <exception cref="NoAnswerException">It did neither in time.</exception>
    internal async Task<string?> AskAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        await TryAskAsync(arguments, cancellationToken) is { Succeeded: true } result ? result.StandardOutput.Trim() : null;

    /// <summary>What the command answers, with the reason where it fails.</summary>
    /// <exception cref="NoAnswerException">It did neither in time.</exception>
    internal Task<CommandResult> TryAskAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) => TryAskAsync(Question(arguments), cancellationToken);

    /// <summary>The same of a question that differs from the usual ones.</summary>
    /// <exception cref="NoAnswerException">It did neither in time.</exception>
    internal async Task<CommandResult> TryAskAsync(Command command, CancellationToken cancellationToken)
    {
        await using var notice = new Timer(_ => Log.Information("Waiting for `{Command:l}`, up to {Seconds:0} s", command.ToString(), AnswerTime.TotalSeconds), null, Noteworthy, Timeout.InfiniteTimeSpan);
        return await CommandRunner.TryRunAsync(command, cancellationToken: cancellationToken);
    }

    /// <summary>The value of a line <c>name: value</c>; null if the text has no such line.</summary>
    internal static string? Field(string text, string name) =>
        text.Split('\n').Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).FirstOrDefault(pair => pair.Length == 2 && pair[0] == name)?[1];
}
