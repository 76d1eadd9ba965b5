using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Oci.Registries;

namespace Acci.Delivery.Scanning;

/// <summary>The scanner that a build uses.</summary>
public static class ScannerOfBuild
{
    /// <summary>What scans, or why there is nothing that does.</summary>
    public static Task<(Trivy? Scanner, string? Obstacle)> ScannerAsync(this DeliveryContext context) =>
        context.Begin<(Trivy? Scanner, string? Obstacle)>(nameof(ScannerAsync), "the scanner, which may have to be fetched", async () =>
        {
            var scan = context.Options.Scan;
            var (scanner, obstacle) = await context.Locator().LocateAsync(context.CancellationToken);
            if (scanner is null) return (null, obstacle);
            // In a container there is no configuration of docker's.
            var own = context.CredentialsForTools();
            var login = scanner.Program is TrivyProgram.Container ? Credentials.From(own, new DockerConfig(context.Environment)) : own;
            return (scanner with { Databases = scan.Databases, Offline = scan.Offline, Login = login }, null);
        });

    /// <summary>What would scan, for people, or why there is nothing that does. Nothing is fetched, so that a dry run may ask.</summary>
    internal static Task<(string? Scanner, string? Obstacle)> PlannedScannerAsync(this DeliveryContext context) =>
        context.Once(nameof(PlannedScannerAsync), () => context.Locator().PlanAsync());

    private static TrivyLocator Locator(this DeliveryContext context)
    {
        var (options, scan) = (context.Options, context.Options.Scan);
        return new TrivyLocator(ToolLocks.Read(options.PathOf(options.Layout.ToolLocks)), options.Layout.ToolLocks, options.CacheDirectory, FindEngineAsync)
        {
            Installed = scan.Program ?? Executables.Find("trivy", context.Environment),
            Process = context.Environment,
            Offline = scan.Offline,
            Folders = [options.Root],
        };

        // An engine that is found may run the scanner's image; none is fetched for it.
        Task<DockerEngine?> FindEngineAsync() => EngineLocator.FindRunningAsync(context.Environment, context.CancellationToken);
    }
}
