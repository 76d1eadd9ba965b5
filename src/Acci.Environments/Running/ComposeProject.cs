using System.Text.Json;
using System.Text.RegularExpressions;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Serilog;

namespace Acci.Environments.Running;

/// <summary>One environment on one engine, and the <c>docker compose</c> command that handles it.</summary>
/// <param name="Engine">Where it runs.</param>
/// <param name="Root">The repository's root, where the command is run.</param>
/// <param name="Declaration">What is declared of the environments.</param>
/// <param name="Environment">The environment's name.</param>
internal sealed partial record ComposeProject(DockerEngine Engine, string Root, EnvironmentDeclaration Declaration, string Environment)
{
    private const string ProjectLabel = DataVolumes.ProjectLabel;
    private const int LongestLine = 2000;

    /// <summary>What ComposeUp found out, images above all; relative to the root.</summary>
    public string FoundFile => $"{Results}/{EnvironmentArtifacts.FolderName}/{Environment}.env";

    /// <summary>The folder of what builds make, relative to the root.</summary>
    public string Results { get; init; } = "artifacts";

    /// <summary>What a person set, relative to the root.</summary>
    public string TypedFile => Declaration.VariablesFileOf(Environment);

    /// <summary>The compose file, relative to the root.</summary>
    public string File => Declaration.FileOf(Environment);

    /// <summary>What its containers, networks and volumes are named after.</summary>
    public required string Name { get; init; }

    /// <summary>The variables of the process.</summary>
    public required ProcessEnvironment Process { get; init; }

    /// <summary>The project of an environment, under the name that the environment has on this machine, or that <c>COMPOSE_PROJECT_NAME</c> gives it.</summary>
    public static ComposeProject Of(DockerEngine engine, string root, EnvironmentDeclaration declaration, string environment, ProcessEnvironment process) =>
        new(engine, root, declaration, environment)
        {
            Name = Exported(environment, process) ?? LocalName.Of(root, declaration, environment),
            Process = process,
        };

    /// <summary>
    /// The same for a stack, which is a swarm's: from whichever checkout it is deployed, it has the declaration's name where nobody gives it another. On this machine's own
    /// engine it goes on with the data that ComposeUp made, so it has the name that ComposeUp gave.
    /// </summary>
    public static ComposeProject OfStack(
        DockerEngine engine, string root, EnvironmentDeclaration declaration, string environment, bool isHere, ProcessEnvironment process)
    {
        var typed = LocalName.Typed(root, declaration, environment);
        var isElsewhere = !isHere && typed is not null && LocalName.IsMade(declaration, environment, typed);
        var name = Exported(environment, process) ?? (isElsewhere ? null : typed) ?? declaration.ProjectOf(environment);
        return new(engine, root, declaration, environment) { Name = name, Process = process };
    }

    // One that is exported holds for all environments, which would share their data under one name: to that the environment's is added.
    private static string? Exported(string environment, ProcessEnvironment process) =>
        process.Find(LocalName.Variable) is { } exported ? $"{exported}-{environment}" : null;

    /// <summary>
    /// A <c>docker compose</c> command, as one would type it in the root. A variable that is empty is not set: what was found stands in its place, so its file comes last,
    /// and one that is exported empty is taken away.
    /// </summary>
    public Command Compose(params IEnumerable<string> arguments)
    {
        string[] variables = [.. new[] { TypedFile, FoundFile }.Where(file => System.IO.File.Exists(Path.Combine(Root, file))).SelectMany(file => new[] { "--env-file", file })];
        return InRoot(Engine.Docker(["compose", .. variables, "--file", File, "--project-name", Name, .. arguments]));
    }

    /// <summary>A <c>docker compose</c> command with nothing written before it: what was found, and a compose file that is not there yet, are handed to it.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="file">The compose file's text; null where it is there.</param>
    /// <param name="arguments">What is asked.</param>
    public Command Planned(IReadOnlyDictionary<string, string> found, string? file, params IEnumerable<string> arguments)
    {
        string[] variables = System.IO.File.Exists(Path.Combine(Root, TypedFile)) ? ["--env-file", TypedFile] : [];
        string[] text = file is null ? ["--file", File] : ["--file", "-", "--project-directory", Declaration.Folder];
        var command = InRoot(Engine.Docker(["compose", .. variables, .. text, "--project-name", Name, .. arguments]));
        var environment = command.Environment.ToDictionary();
        foreach (var (name, value) in found) environment[name] = value;
        return command with { Environment = environment, StandardInput = file };
    }

    /// <summary>A <c>docker compose</c> command on what there is of the project, whatever has become of its files since.</summary>
    public Command ByName(params IEnumerable<string> arguments) => Engine.Docker(["compose", "--project-name", Name, .. arguments]) with { WorkingDirectory = Root };

    /// <summary>The same for one that takes minutes at most, and is given up after ten.</summary>
    public Command Bounded(Command command) => command with { AnswerTime = Engine.Errand().AnswerTime };

    /// <summary>Its containers, in the order of their names; those that ran for a single command are not among them.</summary>
    public async Task<IReadOnlyList<Container>> ContainersAsync(CancellationToken cancellationToken)
    {
        var ids = await CommandRunner.RunAsync(Engine.Errand("ps", "--all", "--quiet", "--no-trunc", "--filter", $"label={ProjectLabel}={Name}", "--filter", "label=com.docker.compose.oneoff=False"), cancellationToken: cancellationToken);
        var list = ids.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (list.Length == 0) return [];
        // One that is removed between the two questions is no failure; the others are answered all the same.
        // An engine says nothing of a container while it starts it.
        var question = Engine.Errand(["inspect", "--type", "container", .. list]);
        var answer = await CommandRunner.TryRunAsync(question, cancellationToken: cancellationToken);
        if (!answer.Succeeded && !Gone().IsMatch(answer.StandardError)) throw new CommandFailedException(question, answer);
        return answer.Read(question, output =>
        {
            using var document = JsonDocument.Parse(output);
            return document.RootElement.EnumerateArray().Select(Inspection.ContainerOf).OrderBy(x => x.Name, StringComparer.Ordinal).ToArray();
        });
    }

    // An engine's socket, and a host, may be no such file or host.
    [GeneratedRegex(@"no such (container|object)|container \S+ not found", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Gone();

    /// <summary>The command that ends it.</summary>
    /// <param name="volumes">Its data go, too.</param>
    public Command Down(bool volumes) => ByName(["down", "--remove-orphans", "--rmi", "local", .. volumes ? (string[])["--volumes"] : []]);

    /// <summary>The same, with a limit. Containers may take the time that they have to stop: replicas at once, a service after those that depend on it.</summary>
    /// <param name="volumes">Its data go, too.</param>
    /// <param name="containers">Its containers.</param>
    public Command Down(bool volumes, IEnumerable<Container> containers)
    {
        var down = Bounded(Down(volumes));
        var services = containers.GroupBy(x => x.Service, x => x.GracePeriod);
        return down with { AnswerTime = services.Aggregate(down.AnswerTime, (sum, periods) => sum + (periods.Max() ?? TimeSpan.Zero)) };
    }

    /// <summary>Ends it.</summary>
    public async Task DownAsync(bool volumes, CancellationToken cancellationToken) =>
        await CommandRunner.RunAsync(Down(volumes, await ContainersAsync(cancellationToken)), Log.Verbose, cancellationToken);

    /// <summary>The images that its services run.</summary>
    public Task<IReadOnlyList<string>> ImagesAsync(CancellationToken cancellationToken) => ImagesAsync([], cancellationToken);

    /// <summary>The images of these services, or of all where none is named, that the engine does not have.</summary>
    public async Task<IReadOnlyList<string>> MissingImagesAsync(IEnumerable<string> services, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (var image in (await ImagesAsync(services, cancellationToken)).Distinct())
        {
            if (!(await CommandRunner.TryRunAsync(Engine.Question("image", "inspect", "--format", "{{.Id}}", image), cancellationToken: cancellationToken)).Succeeded) missing.Add(image);
        }

        return missing;
    }

    private async Task<IReadOnlyList<string>> ImagesAsync(IEnumerable<string> services, CancellationToken cancellationToken) =>
        (await CommandRunner.RunAsync(Bounded(Compose(["config", "--images", .. services])), cancellationToken: cancellationToken)).StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What of this kind (<c>container</c>, <c>network</c>, <c>volume</c>) there is of the project, by name.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string kind, CancellationToken cancellationToken)
    {
        string[] all = kind == "container" ? ["--all", "--format", "{{.Names}}"] : ["--format", "{{.Name}}"];
        var list = await CommandRunner.RunAsync(Engine.Errand([kind, "ls", .. all, "--filter", $"label={ProjectLabel}={Name}"]), cancellationToken: cancellationToken);
        return list.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private Command InRoot(Command command)
    {
        var environment = command.Environment.ToDictionary();
        foreach (var name in Process.Variables.Where(x => x.Value.Length == 0).Select(x => x.Key)) environment.TryAdd(name, null);
        return command with { WorkingDirectory = Root, Environment = environment };
    }

    /// <summary>The last lines a container wrote, redacted. If the engine does not answer, its error takes their place, because the caller reports another failure.</summary>
    public async Task<IReadOnlyList<string>> LastLinesAsync(string container, int count)
    {
        try
        {
            // Read line by line, because a line may be larger than what is read as a whole.
            var log = await CommandRunner.TryRunAsync(Engine.Question("logs", "--tail", $"{count}", container), _ => { }, CancellationToken.None);
            var lines = Redaction.Redact(log.StandardOutput + log.StandardError).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return [.. lines.TakeLast(count).Select(x => Redaction.Beginning(x, LongestLine))];
        }
        catch (NoAnswerException)
        {
            return ["(not known: the engine does not answer any more)"];
        }
    }
}
