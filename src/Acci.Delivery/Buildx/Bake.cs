using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Versioning;
using Acci.Oci.Retries;
using Serilog;

namespace Acci.Delivery.Buildx;

/// <summary>Runs <c>docker buildx bake</c> over a bake file.</summary>
/// <param name="Engine">The engine to build on.</param>
/// <param name="Root">Where the file's relative paths start: the repository's root.</param>
public sealed record Bake(DockerEngine Engine, string Root)
{
    // buildx opens GitHub's cache with it, and hands it on to git and to docker's other plugins: it gets it for that cache alone.
    private const string CacheToken = "ACTIONS_RUNTIME_TOKEN";
    private const string GitHubCache = "type=gha";
    private const string Socket = "unix://";

    /// <summary>How long a build is tried again for which a registry failed, as for base images; by default not at all.</summary>
    public RetryOptions Retry { get; init; } = new() { Budget = TimeSpan.Zero };

    /// <summary>The folders of the layouts that base images are read from; absolute, or relative to the root.</summary>
    internal IReadOnlyCollection<string> BaseLayouts { get; init; } = [];

    /// <summary>The images whose definitions name no platforms.</summary>
    internal IReadOnlyCollection<ImageDefinition> OnDefaultPlatforms { get; init; } = [];

    /// <summary>Builds the targets, each into an OCI layout folder of its own that does not exist yet.</summary>
    /// <param name="file">The bake file.</param>
    /// <param name="layouts">The folder of each target's layout, absolute.</param>
    /// <param name="useCache">Whether steps may come from the cache.</param>
    /// <param name="cancellationToken">Stops the build.</param>
    /// <exception cref="DeliveryException">A step failed; the message has the step, its last output and its error.</exception>
    public async Task BuildAsync(string file, IReadOnlyDictionary<string, string> layouts, bool useCache, CancellationToken cancellationToken)
    {
        List<string> arguments = ["buildx", "bake", "--file", file, "--progress=rawjson"];
        if (Engine.Builder is { } builder) arguments.AddRange(["--builder", builder]);
        if (!useCache) arguments.Add("--no-cache");
        foreach (var (target, layout) in layouts)
        {
            arguments.Add($"--allow=fs.write={layout}");
            arguments.AddRange(["--set", $"{target}.output={LayoutOutput(layout)}"]);
        }

        // Secrets lie outside the repository; the file names each of them, so nothing else is opened by this.
        arguments.Add("--allow=fs.read=*");
        arguments.AddRange(layouts.Keys);

        var command = Engine.Docker(arguments) with { WorkingDirectory = Root };
        // The provenance has the address of the remote that the branch follows, and the image that of origin. Source: buildx, util/gitutil, RemoteURL.
        var origin = await new Git(Root).FollowOriginAsync(Engine.Process, cancellationToken);
        command = command with { Environment = command.Environment.Concat(origin).ToDictionary() };
        if (InputFile.ReadText(file, 16 * 1024 * 1024).Contains(GitHubCache, StringComparison.Ordinal))
            command = command with { Secrets = [.. command.Secrets, CacheToken] };
        await new RetryPolicy(Retry).RunAsync("Image build", async attempt =>
        {
            var (result, progress) = await TryAsync(command, layouts, attempt.CancellationToken);
            var builder = !result.Succeeded && progress.IsStuckOnCopy ? await UsedBuilder.FindAsync(Engine, attempt.CancellationToken) : null;
            if (builder is { IsOfEngine: true })
            {
                Log.Information("BuildKit cannot resume an interrupted copy of a base image; loading the base images into the engine");
                await using var bases = new BaseImagesInEngine(Engine);
                if (await TryLoadAsync(bases, attempt.CancellationToken)) (result, progress) = await TryAsync(command, layouts, attempt.CancellationToken);
            }

            if (!result.Succeeded) throw WhenStopped() ?? progress.PassingFailure() ?? FailureOf(progress, builder);
            Log.Information("{Total} build steps, {Cached} of them from the cache", progress.Total, progress.Cached);
        }, cancellationToken);
    }

    private static async Task<(CommandResult Result, BuildProgress Progress)> TryAsync(Command command, IReadOnlyDictionary<string, string> layouts, CancellationToken cancellationToken)
    {
        foreach (var draft in layouts.Values.Where(Directory.Exists)) Directory.Delete(draft, recursive: true);
        var progress = new BuildProgress();
        return (await CommandRunner.TryReadAsync(command, progress.Read, cancellationToken), progress);
    }

    // Why the build failed is more than why this did not help.
    private async Task<bool> TryLoadAsync(BaseImagesInEngine bases, CancellationToken cancellationToken)
    {
        try
        {
            await bases.LoadAsync(BaseLayouts.Select(x => Path.GetFullPath(x, Root)), cancellationToken);
            return true;
        }
        catch (DeliveryException exception)
        {
            Log.Warning("The base images cannot be loaded into the engine: {Problem:l}", exception.Message);
            return false;
        }
    }

    // BuildKit names the base image, and not where its platform comes from.
    private string PlatformRemedy(string failure) => failure.Contains("no match for platform in manifest", StringComparison.Ordinal) && OnDefaultPlatforms.Count > 0
        ? $"\n    {string.Join(" and ", OnDefaultPlatforms.Select(x => x.Name))} {(OnDefaultPlatforms.Count == 1 ? "names" : "name")} no {nameof(ImageDefinition.Platforms)}, which means "
            + $"{string.Join(" and ", OnDefaultPlatforms.First().Platforms)}: name those that the base images have."
        : "";

    private DeliveryException FailureOf(BuildProgress progress, UsedBuilder? builder) => new(
        $"The image build failed at {progress.Failure()}{PlatformRemedy(progress.Failure())}"
        + (builder is not null && progress.IsStuckOnCopy
            ? $"\n    BuildKit cannot resume an interrupted copy of a base image. {builder.Renewal}, then run the same command again."
            : ""));

    // StopEngine takes the private engine's socket away; one that was killed leaves it, and may be started again meanwhile.
    private DeliveryException? WhenStopped() =>
        Engine.Address is { } address && address.StartsWith(Socket, StringComparison.Ordinal) && !File.Exists(address[Socket.Length..])
            ? new DeliveryException($"The {Engine} was stopped while it built, as StopEngine does. Run the same command again, which starts it.") : null;

    /// <summary>Lets BuildKit check the targets' Dockerfiles, without building anything.</summary>
    /// <returns>What it says, JSON by target.</returns>
    /// <exception cref="CommandFailedException">It could not check.</exception>
    public async Task<string> CheckAsync(string file, CancellationToken cancellationToken)
    {
        List<string> arguments = ["buildx", "bake", "--file", file, "--progress=plain", "--call=check,format=json", "--allow=fs.read=*"];
        if (Engine.Builder is { } builder) arguments.AddRange(["--builder", builder]);
        var command = Engine.Docker(arguments) with { WorkingDirectory = Root };
        var result = await CommandRunner.TryRunAsync(command, cancellationToken: cancellationToken);
        // Findings are a failure, too, but one with an answer.
        return result.StandardOutput.Length > 0 ? result.StandardOutput : throw new CommandFailedException(command, result);
    }

    /// <summary>The output that writes a complete multi-platform layout as a folder, with reproducible timestamps.</summary>
    public static string LayoutOutput(string layout) => $"type=oci,{CsvField.Of("dest", layout)},tar=false,rewrite-timestamp=true";
}
