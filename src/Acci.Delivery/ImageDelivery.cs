using Acci.Delivery.Buildx;
using Acci.Delivery.Checking;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Locks;
using Acci.Delivery.Processes;
using Acci.Delivery.Pruning;
using Acci.Delivery.Publishing;
using Acci.Oci.Layouts;
using Serilog;

namespace Acci.Delivery;

/// <summary>The way of a build's images from their definitions to their tags. Each verb is what one target of the build does.</summary>
public sealed partial class ImageDelivery(DeliveryContext context)
{
    private readonly ImageBuilder _builder = new(context.Options.Root, context.Options.Artifacts);

    /// <summary>The public half of the signing key, for those who verify.</summary>
    private string PublicKeyFile => Path.Combine(context.Options.Artifacts, "publish", "cosign.pub");

    private CancellationToken Cancellation => context.CancellationToken;

    /// <summary>The steps that this build takes.</summary>
    public DeliveryScope Scope { get; init; } = new();

    /// <summary>Builds every image for every platform, each into its layout.</summary>
    public Verb Build => AfterPreflight(SayBuildAsync, BuildAsync);

    /// <summary>Lets BuildKit check every image's Dockerfile.</summary>
    /// <param name="report">Gets what it says of all of them.</param>
    public Verb Check(Action<IReadOnlyList<DockerfileFinding>> report) => new(SayCheck, async () => report(await CheckAsync()));

    /// <summary>Starts every platform of every image that this machine can run.</summary>
    public Verb SmokeTest => AfterPreflight(SaySmokeTest, SmokeTestAsync);

    /// <summary>Scans what was built, or the published images that were named.</summary>
    public Verb Scan => AfterPreflight(SayScan, ScanAsync);

    /// <summary>Pushes every image by digest, signs and attests it.</summary>
    public Verb Sign => AfterPreflight(SaySign, SignAsync);

    /// <summary>Verifies every signature and attestation.</summary>
    public Verb Verify => AfterPreflight(SayVerify, VerifyAsync);

    /// <summary>Moves the tags of all images.</summary>
    /// <param name="report">Gets what was published.</param>
    public Verb Tag(Func<IReadOnlyList<PublishSummary>, Task> report) => AfterPreflight(SayTagsAsync, async () => await report(await TagAsync()));

    /// <summary>Scans what is published again.</summary>
    public Verb Rescan => new(SayRescan, RescanAsync);

    /// <summary>Moves tags to what is published, or back.</summary>
    public Verb Promote(Promotion promotion) => new(() => PromoteAsync(promotion), () => PromoteAsync(promotion));

    /// <summary>Uploads findings to code scanning.</summary>
    public Verb Upload => new(UploadAsync, UploadAsync);

    /// <summary>Makes the release of what was published, or brings it up to date.</summary>
    public Verb CreateRelease => new(CreateReleaseAsync, CreateReleaseAsync);

    /// <summary>Deletes old versions of the images' packages.</summary>
    /// <param name="rules">What stays.</param>
    /// <param name="delete">Whether they are deleted, and not only named.</param>
    /// <param name="report">Gets what is decided of each image.</param>
    public Verb Prune(KeepRules rules, bool delete, Action<PruneReport> report)
    {
        return new(() => PruneAllAsync(false), () => PruneAllAsync(delete));

        async Task PruneAllAsync(bool really)
        {
            foreach (var image in await PruneAsync(rules, really)) report(image);
        }
    }

    /// <summary>Pins newer versions.</summary>
    /// <param name="minimumAge">How long a release has to have been out.</param>
    /// <param name="report">Gets what changed, or would change.</param>
    public Verb UpdateLocks(TimeSpan minimumAge, Action<IReadOnlyList<LockChange>> report)
    {
        return new(UpdateAsync, UpdateAsync);

        async Task UpdateAsync() => report(await UpdateLocksAsync(minimumAge));
    }

    /// <summary>Stops the private engine and the local registry.</summary>
    /// <param name="purge">All they hold is removed.</param>
    public Verb StopEngine(bool purge) => new(() => SayStopEngine(purge), () => StopEngineAsync(purge));

    /// <summary>What a publish would find on this machine; changes nothing.</summary>
    public Task<IReadOnlyList<Finding>> ExamineAsync() => new Examination(context).RunAsync();

    /// <summary>Stops the private engine and the local registry; with <paramref name="purge"/> all they hold is removed.</summary>
    private async Task StopEngineAsync(bool purge)
    {
        if (Executables.Find("docker") is { } cli) await new RegistryContainer(new DockerEngine(cli)).StopAsync(purge, Cancellation);
        if (OperatingSystem.IsLinux()) await new PrivateEngine(context.Scripts).StopAsync(purge, Cancellation);
    }

    // Whichever target is the first, with --skip too.
    private Verb AfterPreflight(Func<Task> plan, Func<Task> run) => new(
        async () =>
        {
            await context.OnceAsync(nameof(SayPreflightAsync), SayPreflightAsync);
            await plan();
        },
        async () =>
        {
            await context.OnceAsync(nameof(PrepareAsync), PrepareAsync);
            await run();
        });

    private async Task SayPreflightAsync()
    {
        foreach (var check in new Preflight(context, Scope).Checks) Log.Information("{Name:l}: {Text:l}", check.Name, await check.LookAsync());
    }

    // What can be known at the first second fails there, and not after the build.
    private async Task PrepareAsync()
    {
        var preflight = new Preflight(context, Scope);
        foreach (var check in preflight.Checks) Log.Debug("{Name:l}: {Text:l}", check.Name, await check.LookAsync());
        if (Scope.Signs)
        {
            await EnsureRegistryAsync();
            await preflight.EnsureUsableAsync(await context.CosignAsync());
        }

        if (!Scope.Scans || (!context.Options.Scan.Required && preflight.Destination.IsLoopback) || context.Options.Scan.Images.Count > 0) return;
        if (await context.ScannerAsync() is { Scanner: null, Obstacle: { } obstacle })
            foreach (var image in context.Options.Images) DeparturePolicy.Of(context, preflight.Destination).EnsureMayGoUnscanned(image.Name, obstacle);
    }

    private string RecordFile(ImageDefinition image) => Path.Combine(context.Options.Artifacts, "publish", $"{image.Name}.json");

    private Task<OciLayout> LayoutAsync(ImageDefinition image) => OciLayout.OpenAsync(_builder.LayoutOf(image), Cancellation);

    private async Task ForEachImageAsync(Func<ImageDefinition, PublishTransaction, Task> action)
    {
        if (!IsDryRun) await context.LockAsync();
        foreach (var image in context.Options.Images) await action(image, PublishTransaction.Resume(RecordFile(image), image.Name));
    }
}
