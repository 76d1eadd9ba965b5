using Acci.Delivery.Images;
using Acci.Delivery.Registries;

namespace Acci.Delivery.Publishing;

/// <summary>The records of a build's images.</summary>
internal static class RecordsOfBuild
{
    /// <summary>Begins an image's publish with what has just been built.</summary>
    public static PublishTransaction BeginPublish(this DeliveryContext context, ImageDefinition image, PublishRecord built)
    {
        context.BuiltHere().Add(image.Name);
        return PublishTransaction.Begin(new ImageFiles(context.Options).RecordOf(image), built, context.Options.Republish, context.Time);
    }

    /// <summary>The images that this build has built, by name; the others it goes on with were built by an earlier one.</summary>
    public static ISet<string> BuiltHere(this DeliveryContext context) => context.Once(nameof(BuiltHere), () => new HashSet<string>());

    /// <summary>The images that this build has scanned, or whose earlier scan it has judged, by name: what takes hours after that is no reason to begin again.</summary>
    public static ISet<string> ScannedHere(this DeliveryContext context) => context.Once(nameof(ScannedHere), () => new HashSet<string>());

    /// <summary>How old the scan is that a record tells of, where it does not count any more; null where it does, or none was made.</summary>
    public static TimeSpan? FindOldScan(this DeliveryContext context, PublishRecord record) =>
        !context.ScannedHere().Contains(record.Image) && record.Steps.GetValueOrDefault(PublishStep.Scan)?.At is { } at
        && context.Time.GetUtcNow() - at is var age && age >= ScanAge.Lifetime ? age : null;

    /// <summary>Does something to each image that was built, one after the other, while no other build of the checkout works on them.</summary>
    /// <param name="context">What the targets of the build share.</param>
    /// <param name="action">What is done.</param>
    /// <param name="writes">Whether it writes anything to the folder of the artifacts.</param>
    /// <exception cref="DeliveryException">One was not built, or its record cannot be used, or is of another registry than was named.</exception>
    public static async Task ForEachImageAsync(this DeliveryContext context, Func<ImageDefinition, PublishTransaction, Task> action, bool writes = true)
    {
        if (!context.Options.DryRun) await (writes ? context.LockAsync() : context.LockToReadAsync());
        foreach (var image in context.Options.Images) await action(image, context.ResumePublish(image));
    }

    /// <summary>Makes sure that each image was built, where the build is not going to build it. A dry run opens its layout, too, as the run does when it is its turn.</summary>
    /// <param name="context">The build.</param>
    /// <param name="scope">The steps that it takes.</param>
    /// <param name="isHere">The image has to be here, and what is done with it is written down; else it may be in the registry alone.</param>
    /// <exception cref="DeliveryException">One was not, or is not what was built; or nothing can be written down.</exception>
    public static async Task EnsureBuiltAsync(this DeliveryContext context, DeliveryScope scope, bool isHere = true)
    {
        if (!context.Options.DryRun && context.IsBusyElsewhere) return;
        foreach (var image in scope.Builds ? [] : context.Options.Images)
        {
            var record = context.ResumePublish(image).Record;
            if (context.Options.DryRun) await (isHere ? context.LayoutAsync(image, record) : context.EnsureUnchangedAsync(image, record));
        }

        if (isHere) context.EnsureMayWriteArtifacts(new ImageFiles(context.Options).Publishes);
    }

    private static PublishTransaction ResumePublish(this DeliveryContext context, ImageDefinition image)
    {
        var file = new ImageFiles(context.Options).RecordOf(image);
        var repeated = context.Once(
            $"{nameof(context.Options.Republish)} {image.Name}", () => context.Options.Republish ? Enum.GetValues<PublishStep>().ToHashSet() : []);
        var publish = PublishTransaction.Resume(file, image.Name, context.Time, repeated);
        if (context.NamedDestinations() is { Count: > 0 } named) publish.Record.EnsureGoesTo([.. named.Select(x => x.RepositoryOf(image))]);
        return publish;
    }
}
