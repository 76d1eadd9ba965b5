using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Sessions;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Serilog;

namespace Acci.Delivery.SmokeTests;

/// <summary>
/// Starts every platform of every image that this machine can run. An image that it can run on no platform is not smoke-tested, and everything that
/// is said of it says so; it may be published all the same, since what builds a platform often cannot run it.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
public sealed class SmokeTestImages(DeliveryContext context) : Verb
{
    /// <inheritdoc/>
    /// <exception cref="DeliveryException">An image was not built, and is not going to be.</exception>
    public override Task PrepareAsync(DeliveryScope scope) => context.EnsureBuiltAsync(scope);

    /// <inheritdoc/>
    public override Task PlanAsync()
    {
        foreach (var image in context.Options.Images)
        {
            if (image.SmokeTest.SkippedBecause is { } reason) Log.Warning("{Image}: would NOT be smoke-tested: {Reason:l}", image.Name, reason);
            else Log.Information("{Image}: would start every platform that this machine can run, {Conditions:l}", image.Name, Conditions(image));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">One does not become healthy.</exception>
    public override Task RunAsync() => context.ForEachImageAsync(async (image, publish) =>
    {
        var runnable = (await context.RunEngineAsync()).RunnablePlatforms;
        var isRunnable = publish.Record.Platforms.Any(x => runnable.Contains(x.Platform));
        // What this machine cannot run was started where it was built.
        var elsewhere = (publish.Record.Parts ?? []).Select(x => x.For(x.Platforms.Except(runnable))).Where(x => x.Platforms.Count > 0).ToList();
        var reason = image.SmokeTest.SkippedBecause ?? (isRunnable || elsewhere.Any(x => x.SmokeTest is not null) ? null : publish.Record.NoneRuns);
        if (image.SmokeTest.SkippedBecause is null) await EnsureTriedAsync(image, elsewhere);
        var layout = await context.LayoutAsync(image, publish.Record);
        if (reason is not null && !publish.Has(PublishStep.SmokeTest))
        {
            publish.Reopen(PublishStep.SmokeTest);
            publish.LeaveOut(PublishStep.SmokeTest, reason);
            Log.Warning("{Image}: NOT smoke-tested: {Reason:l}", image.Name, reason);
            return;
        }

        await publish.StepAsync(PublishStep.SmokeTest, async () =>
        {
            var results = new List<string>();
            foreach (var platform in await layout.ReadPlatformsAsync(context.CancellationToken))
            {
                var there = runnable.Contains(platform.Platform) ? null : elsewhere.Find(x => x.Platforms.Contains(platform.Platform))?.SmokeTest;
                results.Add(there is null ? await TryOutAsync(image, layout, platform) : $"{there} (where it was built)");
            }

            publish.Update(record => record.TriedHere(runnable));
            return string.Join(", ", results.Distinct());
        });
    });

    // To the local registry goes what nobody has tried, as long as that is said.
    private async Task EnsureTriedAsync(ImageDefinition image, IReadOnlyList<PublishedPart> elsewhere)
    {
        foreach (var part in elsewhere)
        {
            DeparturePolicy.Of(context, await context.DepartureAsync()).EnsurePartIsSmokeTested(image.Name, part);
            if (part.SmokeTest is not null) continue;
            Log.Warning(
                "{Image}: {Platforms:l} NOT smoke-tested where it was built, and this machine cannot run it{Reason:l}",
                image.Name, string.Join(", ", part.Platforms), part.NotSmokeTested is { } reason ? $": {reason}" : "");
        }
    }

    /// <summary>How an image is started, as plans say it.</summary>
    internal static string Conditions(ImageDefinition image)
    {
        var options = image.SmokeTest;
        var files = options switch
        {
            { ReadOnly: false } => "with a writable file system",
            { Tmpfs: [_, ..] folders } => $"read-only but for {string.Join(", ", folders)}",
            _ => "read-only",
        };
        var rights = options.Capabilities.Count == 0 ? "without capabilities" : $"with no capability but {string.Join(", ", options.Capabilities)}";
        var variables = options.Variables.Count == 0 ? "" : $", with {string.Join(", ", options.Variables.Keys)}";
        var command = $"{(options.Arguments.Count == 0 ? "" : $", with the arguments {string.Join(' ', options.Arguments.Select(Command.Quote))}")}{(options.Init ? ", by an init process" : "")}";
        var question = options.Ends ? $", and wait until it ends with {string.Join(" or ", options.ExitCodes)}"
            : image.Health is { } health ? $", and ask {health.Path} on port {health.Port}" : "";
        return $"{files} and {rights}{variables}{command}{question}";
    }

    private async Task<string> TryOutAsync(ImageDefinition image, OciLayout layout, PlatformImage platform)
    {
        var engine = await context.RunEngineAsync();
        if (!engine.RunnablePlatforms.Contains(platform.Platform)) return $"{platform.Platform} skipped (this machine cannot run it)";
        if (image is { Health: null, SmokeTest.Arguments: [] } && !await ImageProgram.IsInAsync(layout, platform, context.CancellationToken)) return $"{platform.Platform} not started (it names no program: its files are for others)";
        var name = ImageReference.Parse($"acci-smoke-test/{image.Name}:{Session.Current.Id}-{platform.Manifest.Digest.Hex[..12]}");
        var ports = (await context.LocationAsync(engine)).Ports;
        var test = new SmokeTest(engine, Session.Current) 
        {
            Time = context.Time,
            Ports = ports,
            Options = image.SmokeTest,
            Subject = $"The container of {image.Name} ({platform.Platform})",
        };
        var (view, deletion) = await layout.ViewAsync(platform, context.CancellationToken);
        using (deletion) return $"{platform.Platform} {await test.RunAsync(view.Folder, name, image.Health, context.CancellationToken)}";
    }
}
