using Acci.Delivery.Checking;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Images;
using Acci.Delivery.Publishing;
using Serilog;

namespace Acci.Delivery;

/// <summary>The way of a build's images from their definitions to their tags. Each verb is what one target of the build does.</summary>
public sealed partial class ImageDelivery(DeliveryContext context)
{
    private readonly ImageFiles _files = new(context.Options);

    private CancellationToken Cancellation => context.CancellationToken;

    /// <summary>The steps that this build takes.</summary>
    public DeliveryScope Scope { get; init; } = new();

    /// <summary>Builds every image for every platform, each into its layout.</summary>
    public Verb Build => AfterPreflight(SayBuildAsync, BuildAsync);

    /// <summary>Lets BuildKit check every image's Dockerfile.</summary>
    /// <param name="report">Gets what it says of all of them.</param>
    public Verb Check(Action<IReadOnlyList<DockerfileFinding>> report) => Verb.Of(SayCheck, async () => report(await CheckAsync()));

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
    public Verb Rescan => Verb.Of(SayRescan, RescanAsync);

    /// <summary>Moves tags to what is published, or back.</summary>
    public Verb Promote(Promotion promotion) => Verb.Of(() => PromoteAsync(promotion), () => PromoteAsync(promotion));

    /// <summary>Uploads findings to code scanning.</summary>
    public Verb Upload => Verb.Of(UploadAsync, UploadAsync);

    /// <summary>Makes the release of what was published, or brings it up to date.</summary>
    public Verb CreateRelease => Verb.Of(CreateReleaseAsync, CreateReleaseAsync);

    /// <summary>What a publish would find on this machine; changes nothing.</summary>
    public Task<IReadOnlyList<Finding>> ExamineAsync() => new Examination(context).RunAsync();

    // Whichever target is the first, with --skip too.
    private Verb AfterPreflight(Func<Task> plan, Func<Task> run) => Verb.Of(
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

    private async Task ForEachImageAsync(Func<ImageDefinition, PublishTransaction, Task> action)
    {
        if (!IsDryRun) await context.LockAsync();
        foreach (var image in context.Options.Images) await action(image, PublishTransaction.Resume(_files.RecordOf(image), image.Name));
    }
}
