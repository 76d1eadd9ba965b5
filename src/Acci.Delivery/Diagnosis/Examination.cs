using Acci.Delivery.Buildx;
using Acci.Delivery.Engines;
using Acci.Delivery.Registries;
using Acci.Oci;
using static Acci.Delivery.Diagnosis.FindingSeverity;

namespace Acci.Delivery.Diagnosis;

/// <summary>Looks at what a build would need and changes nothing: nothing is fetched, started or made.</summary>
/// <param name="context">What was set, and what the machine has.</param>
/// <param name="scope">The steps that the build can take.</param>
public sealed class Examination(DeliveryContext context, DeliveryScope scope)
{
    private const long NeededSpace = 6_000_000_000;
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    /// <summary>Examines the machine.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync()
    {
        var preflight = new Preflight(context, scope);
        return
        [
            .. await new EngineExamination(context, AnswerTime) { Builds = scope.Builds }.RunAsync(),
            LookAtSpace(),
            .. scope.Builds ? LookAtDockerfiles() : [],
            .. scope.Builds ? LookAtSmokeTests() : [],
            .. scope.Builds ? await LookAtBaseImagesAsync() : [],
            .. scope.Builds ? [LookAtPins()] : Array.Empty<Finding>(),
            .. await LookAtRegistriesAsync(),
            // What the first target of such a build looks at; the engine is examined above.
            .. await ReportAsync([.. preflight.Checks, .. new Preflight(context, scope with { UsesEngine = false }).Tools]),
            .. scope.Signs ? await new KeylessExamination(context).RunAsync() : [],
        ];
    }

    private static async Task<IEnumerable<Finding>> ReportAsync(IEnumerable<PreflightCheck> checks)
    {
        var findings = new List<Finding>();
        foreach (var check in checks) findings.Add(await check.ReportAsync());
        return findings;
    }

    // What is wrong with its name is a finding of the preflight.
    private IReadOnlyList<Destination> Destinations
    {
        get
        {
            try
            {
                return context.NamedDestinations();
            }
            catch (WrongUseException)
            {
                return [];
            }
        }
    }

    private Finding LookAtSpace()
    {
        var folder = context.Options.CacheDirectory.Path;
        while (!Directory.Exists(folder)) folder = Path.GetDirectoryName(folder)!;
        var free = new DriveInfo(folder).AvailableFreeSpace;
        return new Finding("Disk", $"{free / 1e9:0.0} GB free in {folder}{(free < NeededSpace ? $"; a first publish takes up to {NeededSpace / 1e9:0} GB" : "")}", free < NeededSpace ? Notice : Good);
    }

    private IEnumerable<Finding> LookAtDockerfiles() =>
        from image in context.Options.Images
        let problem = Dockerfiles.ProblemOf(image, context.Options.Root)
        where problem is not null
        select new Finding("Dockerfile", problem, Fatal);

    private IEnumerable<Finding> LookAtSmokeTests() =>
        from image in context.Options.Images
        let reason = image.SmokeTest.SkippedBecause
        where reason is not null
        select new Finding("Smoke test", $"{image.Name} is published without one: {reason}", Notice);

    private Finding LookAtPins()
    {
        const string name = "Pins";
        try
        {
            return context.ImageLocks().Problem(BakeTargets.NeededBy(context.Options.Images)) is { } problem
                ? new Finding(name, $"not pinned to a digest: {problem}", Notice)
                : new Finding(name, $"every base image has its digest in {context.Options.Layout.ImageLocks}", Good);
        }
        catch (DeliveryException exception)
        {
            return new Finding(name, exception.Message, Fatal);
        }
    }

    private async Task<IEnumerable<Finding>> LookAtBaseImagesAsync()
    {
        var findings = await Task.WhenAll(BakeTargets.NeededBy(context.Options.Images).Select(LookAtBaseImageAsync));
        return findings.OrderBy(x => x.Name, StringComparer.Ordinal);
    }

    private async Task<Finding> LookAtBaseImageAsync(ImageReference image)
    {
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        inTime.CancelAfter(AnswerTime);
        try
        {
            var place = BaseImages.PlaceOf(image, context.Options.ImageMirror);
            using var registry = BaseImages.RegistryOf(place, context.Environment, context.AccessTo);
            await registry.ResolveAsync(place, inTime.Token);
            return new Finding("Base image", $"{place} is available", Good);
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            return new Finding("Base image", $"{image}: its registry did not answer within {AnswerTime.TotalSeconds:0} s; Publish waits longer, and fails if it still does not answer", Notice);
        }
        catch (DeliveryException exception)
        {
            var departure = Destinations.Count > 0 ? context.PlannedDeparture() : new Destination("127.0.0.1", "");
            if (context.BaseImagesFor(departure).RefusalOf(image, exception.Message) is { } refusal) return new Finding("Base image", refusal, Fatal);
            return new Finding(
                "Base image",
                image == BakeTargets.SbomGenerator ? $"{image} cannot be reached: the build will write the bills of materials itself" : $"{image} cannot be reached: a stand-in from the distribution's packages will be used",
                Notice);
        }
    }

    private async Task<IEnumerable<Finding>> LookAtRegistriesAsync()
    {
        var findings = new List<Finding>();
        foreach (var destination in Destinations) findings.Add(await LookAtRegistryAsync(destination));
        return findings;
    }

    private async Task<Finding> LookAtRegistryAsync(Destination destination)
    {
        try
        {
            await (await context.RegistryOfAsync(destination.Domain)).EnsureReachableAsync(context.CancellationToken);
            return new Finding("Registry", $"{(Destinations.Count == 1 ? context.Options.Registry : destination)} answers", Good);
        }
        catch (DeliveryException exception)
        {
            return new Finding("Registry", exception.Message, Fatal);
        }
    }
}
