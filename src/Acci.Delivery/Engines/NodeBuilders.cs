using System.Text;
using System.Text.RegularExpressions;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Oci;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>The buildx builders of build nodes, one for each: buildx writes no OCI layout from a builder of several nodes.</summary>
/// <param name="engine">Whose docker command they are used with.</param>
public sealed partial class NodeBuilders(DockerEngine engine)
{
    private const string Prefix = "acci-node-";
    private const int MostMisses = 2;

    // What docker, in its later and its earlier versions, and Podman say of a command that they do not have.
    private static readonly string[] UnknownCommand = ["unknown command", "is not a docker command", "unrecognized command"];

    private const string Remedy = "Make sure that its BuildKit runs and lets this machine in, or leave it out of --builder-nodes.";

    private static readonly TimeSpan Question = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>How long one command that asks a node may take.</summary>
    internal TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Makes sure that every node has a builder, and that it answers.</summary>
    /// <returns>The sites to build on.</returns>
    /// <exception cref="DeliveryException">One does not; the message says which and why.</exception>
    public async Task<IReadOnlyList<BuildSite>> PrepareAsync(IReadOnlyList<BuilderNode> nodes, CancellationToken cancellationToken) =>
        await Task.WhenAll(nodes.Select(node => PrepareAsync(node, cancellationToken)));

    /// <summary>Asks a node for which platforms it runs programs. Nothing is started, and nothing stays that buildx writes down for it.</summary>
    /// <param name="node">The node, which is there already: one in a cluster is started by a build.</param>
    /// <param name="folder">An empty folder for that.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <exception cref="DeliveryException">It does not answer; the message says which and why.</exception>
    internal async Task<(string Version, string Platforms)> AskAsync(BuilderNode node, string folder, CancellationToken cancellationToken)
    {
        // buildx itself waits for twenty seconds, when it makes the builder and when it looks.
        var asking = new NodeBuilders(engine with { Builders = folder, AnswerTime = AnswerTime });
        try
        {
            await asking.CreateAsync(node, cancellationToken);
            return await asking.ReadStatusAsync(node, await asking.InspectAsync(NameOf(node), cancellationToken, starts: false), cancellationToken);
        }
        catch (NoAnswerException exception)
        {
            // The command names a builder that is gone by now.
            throw new DeliveryException($"Build node {node} does not answer within {AnswerTime.TotalSeconds:0.###} s. {Remedy}", exception);
        }
    }

    /// <summary>
    /// Asks a node again and again while it builds, until it does not answer twice running. The connection of a build alone does not tell: a machine that lost its power hangs
    /// up on nobody.
    /// </summary>
    /// <exception cref="DeliveryException">It does not answer any more.</exception>
    public async Task WatchAsync(BuildSite site, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var misses = 0; misses < MostMisses;)
        {
            await Task.Delay(Interval, time, cancellationToken);
            misses = IsRunning(await InspectAsync(site.Engine.Builder!, cancellationToken)) ? 0 : misses + 1;
        }

        throw new DeliveryException($"Build node {site.Name} does not answer any more. Make sure that its BuildKit runs, then run the same command again.");
    }

    /// <summary>Removes the builders that were made for nodes. The nodes themselves go on. A docker command without buildx has none.</summary>
    /// <exception cref="CommandFailedException">They cannot be listed or removed.</exception>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var question = engine.Question("buildx", "ls", "--format", "{{.Builder.Name}}");
        var list = await CommandRunner.TryRunAsync(question, cancellationToken: cancellationToken);
        if (!list.Succeeded)
        {
            if (await IsWithoutBuildxAsync(list, cancellationToken)) return;
            throw new CommandFailedException(question, list);
        }

        string[] names = [.. list.StandardOutput.Split('\n', StringSplitOptions.TrimEntries).Where(x => x.StartsWith(Prefix, StringComparison.Ordinal)).Distinct()];
        if (names.Length > 0) await CommandRunner.RunAsync(engine.Errand(["buildx", "rm", .. names]), Log.Debug, cancellationToken);
    }

    // A docker command without the plugin may complain of an option instead, and Podman answers `buildx version` as Buildah.
    private async Task<bool> IsWithoutBuildxAsync(CommandResult list, CancellationToken cancellationToken)
    {
        if (SaysUnknown(list)) return true;
        var version = await engine.TryAskAsync(["buildx", "version"], cancellationToken);
        return version.Succeeded ? version.StandardOutput.StartsWith("buildah", StringComparison.OrdinalIgnoreCase) : SaysUnknown(version);

        static bool SaysUnknown(CommandResult result) =>
            UnknownCommand.Any(x => result.StandardError.Contains(x, StringComparison.OrdinalIgnoreCase));
    }

    private async Task<BuildSite> PrepareAsync(BuilderNode node, CancellationToken cancellationToken)
    {
        var name = NameOf(node);
        if (StartsBuildKit(node) && engine.BuildKitRegistries.WithKeys is { Count: > 0 } keys)
        {
            Log.Warning(
                "Build node {Node:l} does not get this machine's client certificates for {Registries:l}: buildx puts their private keys into a ConfigMap, which others in the cluster can read. "
                + "If such a registry asks for one, use --image-mirror with a registry that does not, or a BuildKit of your own that has them", node.ToString(), string.Join(", ", keys));
        }


        if (!(await CommandRunner.TryRunAsync(engine.Question("buildx", "inspect", name), cancellationToken: cancellationToken)).Succeeded) await CreateAsync(node, cancellationToken);
        var (version, platforms) = await ReadStatusAsync(node, await InspectAsync(name, cancellationToken), cancellationToken);
        Log.Information("Build node {Node:l}: {Version:l}, {Platforms:l}", node.ToString(), version, platforms.Length > 0 ? platforms : "does not report its platforms");
        return new BuildSite(engine with { Builder = name }, node.Platforms) { Name = node.ToString(), Runs = platforms };
    }

    private async Task<(string Version, string Platforms)> ReadStatusAsync(BuilderNode node, CommandResult seen, CancellationToken cancellationToken) => IsRunning(seen)
        ? (Field(seen.StandardOutput, "BuildKit version") ?? "BuildKit", Field(seen.StandardOutput, "Platforms") ?? "")
        : throw new DeliveryException(
            $"Build node {node} does not answer: {await ReasonAsync(NameOf(node), seen, cancellationToken)}. {Remedy}");

    private Task<CommandResult> InspectAsync(string builder, CancellationToken cancellationToken, bool starts = true) => starts
        ? CommandRunner.TryRunAsync(engine.Docker("buildx", "inspect", "--bootstrap", builder), cancellationToken: cancellationToken)
        : CommandRunner.TryRunAsync(engine.Question("buildx", "inspect", builder), cancellationToken: cancellationToken);

    // `buildx inspect --bootstrap` reports a timeout, whatever the cause. A command that connects once, such as `buildx du`, reports the cause.
    private async Task<string> ReasonAsync(string builder, CommandResult seen, CancellationToken cancellationToken)
    {
        var waited = (Field(seen.StandardOutput, "Error") ?? (seen.LastLines(1) is [var last] ? last : "no reason given")).Replace("ERROR: ", "", StringComparison.Ordinal);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        enough.CancelAfter(Question);
        try
        {
            var asked = await CommandRunner.TryRunAsync(engine.Docker("buildx", "du", "--builder", builder), cancellationToken: enough.Token);
            return asked.LastLines(1) is [var line] && Description().Match(line) is { Success: true } match
                ? match.Groups["reason"].Value.Split(@"\n").Select(x => x.Replace(@"\r", "", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal))
                    .Last(x => x.Length > 0).TrimEnd('.')
                : waited;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return waited;
        }
    }

    // A command that connects, as ssh does, has said why itself, in its last line.
    [GeneratedRegex("""
        ^ERROR: failed to call diskusage: (?:Unavailable: )?(?:connection error: desc = ")?(?:transport: |Error while dialing: |error reading server preface: |failed to write client preface: )*(?:command .* stderr=)?(?<reason>.+?)"?$
        """)]
    private static partial Regex Description();

    private static bool IsRunning(CommandResult seen) => seen.Succeeded && Field(seen.StandardOutput, "Status") == "running";

    private async Task CreateAsync(BuilderNode node, CancellationToken cancellationToken)
    {
        string[] address = node.Driver == "remote" ? [node.Address] : [];
        var driver = node.DriverOptions.SelectMany(x => new[] { "--driver-opt", CsvField.Of(x.Key, x.Value) });
        await (engine with { BuildKitRegistries = ToldTo(node) }).CreateBuilderAsync(NameOf(node), ["--driver", node.Driver, .. driver, .. address], cancellationToken);
    }

    // A builder keeps the registries that it was made with.
    private string NameOf(BuilderNode node) => ToldTo(node) is not { IsEmpty: false } told ? node.BuilderName
        : $"{node.BuilderName}-{Digest.Of(Encoding.UTF8.GetBytes(told.Identity)).Hex[..8]}";

    // Whoever may read the ConfigMaps of a namespace reads what a builder there is told. Source: buildx, driver/kubernetes/manifest.
    private BuildKitRegistries ToldTo(BuilderNode node) => StartsBuildKit(node) ? engine.BuildKitRegistries.WithoutKeys() : BuildKitRegistries.None;

    // A BuildKit that runs already has a configuration of its own.
    private static bool StartsBuildKit(BuilderNode node) => node.Driver == NodeAddress.Kubernetes;

    private static string? Field(string text, string name) => text.Split('\n')
        .Where(x => x.StartsWith($"{name}:", StringComparison.Ordinal)).Select(x => x[(name.Length + 1)..].Trim()).LastOrDefault(x => x.Length > 0);
}
