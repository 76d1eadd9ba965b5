using Acci.Delivery.Buildx;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Delivery.Scanning;
using Acci.Oci;
using static Acci.Delivery.Diagnosis.FindingSeverity;

namespace Acci.Delivery.Diagnosis;

/// <summary>Looks at what a publish would need and changes nothing: nothing is fetched, started or made.</summary>
public sealed class Examination(DeliveryContext context)
{
    private const long NeededSpace = 6_000_000_000;
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    /// <summary>Examines the machine.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync()
    {
        var engine = LookAtEngineAsync();
        var baseImages = LookAtBaseImagesAsync();
        return
        [
            await LookAtGitAsync(),
            await engine,
            LookAtSpace(),
            .. await baseImages,
            await LookAtRegistryAsync(),
            LookAtScanner(),
            LookAtTool("cosign", "signing", "https://docs.sigstore.dev/cosign"),
            LookAtKey(),
        ];
    }

    private async Task<Finding> LookAtGitAsync()
    {
        try
        {
            var version = await context.VersionAsync();
            return new Finding("Version", $"{version}{(version.IsDirty ? ", with changes that are not committed" : "")}{string.Concat(version.Warnings.Select(x => $" {x}"))}", version.Warnings.Count > 0 ? Notice : Good);
        }
        catch (DeliveryException exception)
        {
            return new Finding("Version", exception.Message, Fatal);
        }
    }

    private async Task<Finding> LookAtEngineAsync()
    {
        const string name = "Docker engine";
        try
        {
            if (await EngineLocator.FindRunningAsync(context.CancellationToken) is { } engine) return new Finding(name, $"{engine}; runs {string.Join(", ", engine.RunnablePlatforms)}", Good);
        }
        catch (DeliveryException exception)
        {
            return new Finding(name, exception.Message, Fatal);
        }

        return PrivateEngine.Obstacle is { } obstacle
            ? new Finding(name, $"none answers, and {obstacle}. Start Docker, or set DOCKER_HOST.", Fatal)
            : new Finding(name, $"none answers: a private one from the distribution's packages will be used, below {context.Options.CacheDirectory}", Notice);
    }

    private Finding LookAtSpace()
    {
        var folder = context.Options.CacheDirectory.Path;
        while (!Directory.Exists(folder)) folder = Path.GetDirectoryName(folder)!;
        var free = new DriveInfo(folder).AvailableFreeSpace;
        return new Finding("Disk", $"{free / 1e9:0.0} GB free in {folder}{(free < NeededSpace ? $"; a first publish takes up to {NeededSpace / 1e9:0} GB" : "")}", free < NeededSpace ? Notice : Good);
    }

    private async Task<IEnumerable<Finding>> LookAtBaseImagesAsync()
    {
        var findings = await Task.WhenAll(BakeTargets.NeededBy(context.Options.Images).Select(LookAtBaseImageAsync));
        return findings.OrderBy(x => x.Name, StringComparer.Ordinal);
    }

    private async Task<Finding> LookAtBaseImageAsync(ImageReference image)
    {
        var standInsAllowed = context.Options.Registry is null || Destination.Parse(context.Options.Registry).IsLoopback;
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        inTime.CancelAfter(AnswerTime);
        try
        {
            var place = BaseImages.PlaceOf(image, context.Options.ImageMirror);
            using var registry = BaseImages.RegistryOf(place);
            await registry.ResolveAsync(place, inTime.Token);
            return new Finding("Base image", $"{place} can be had", Good);
        }
        catch (Exception exception) when (exception is DeliveryException || (exception is OperationCanceledException && !context.CancellationToken.IsCancellationRequested))
        {
            return standInsAllowed && PrivateEngine.Obstacle is null
                ? new Finding("Base image", $"{image} cannot be reached: a stand-in from the distribution's packages will be used", Notice)
                : new Finding("Base image", $"{image} cannot be reached. Name a registry that carries it with --image-mirror.", Fatal);
        }
    }

    private async Task<Finding> LookAtRegistryAsync()
    {
        if (context.Options.Registry is null) return new Finding("Registry", "this machine's own, on 127.0.0.1; name another with --registry", Good);
        try
        {
            await (await context.RegistryAsync()).EnsureReachableAsync(context.CancellationToken);
            return new Finding("Registry", $"{context.Options.Registry} answers", Good);
        }
        catch (DeliveryException exception)
        {
            return new Finding("Registry", exception.Message, Fatal);
        }
    }

    private Finding LookAtScanner()
    {
        const string name = "Scanner";
        if (Executables.Find("trivy") is { } path) return new Finding(name, path, Good);
        var lockFile = context.Options.PathOf(context.Options.Layout.ToolLocks);
        try
        {
            if (!context.Options.Scan.Offline && ToolLocks.Read(lockFile).Trivy is { } pinned && pinned.Archives.GetValueOrDefault(ToolFetch.Machine)?.Sha256 is not null)
                return new Finding(name, $"trivy is not on the PATH: version {pinned.Version} will be fetched, if it can be", Notice);
        }
        catch (DeliveryException exception)
        {
            return new Finding(name, exception.Message, Fatal);
        }

        var needed = context.Options.Scan.Required || (context.Options.Registry is { } registry && !Destination.Parse(registry).IsLoopback);
        return new Finding(name, $"trivy is not on the PATH{(needed ? ", and without it nothing is published there" : ": images are not scanned, and stay on this machine")}. Install it: https://trivy.dev", needed ? Fatal : Notice);
    }

    private static Finding LookAtTool(string tool, string purpose, string home) => (Executables.Find(tool), CanFetch: PrivateEngine.CanFetchPackages) switch
    {
        ({ } path, _) => new Finding(tool, path, Good),
        (null, true) => new Finding(tool, $"not on the PATH: it will be fetched from the distribution's packages for {purpose}", Notice),
        _ => new Finding(tool, $"not on the PATH, needed for {purpose}. Install it: {home}", Fatal),
    };

    private Finding LookAtKey() => context.Options switch
    {
        { Keyless: true } => new Finding("Signing", "keyless, with the workflow's identity", Good),
        { SigningKey: not null } => new Finding("Signing", "with --signing-key", Good),
        _ => new Finding("Signing", $"with this machine's own key pair in {CacheDirectory.KeyDirectory}", Good),
    };
}
