using Acci.Delivery.Images;

namespace Acci.Delivery.Publishing;

/// <summary>The records of a build's images.</summary>
internal static class RecordsOfBuild
{
    /// <summary>Does something to each image that was built, one after the other, while no other build of the checkout works on them.</summary>
    /// <exception cref="DeliveryException">One was not built.</exception>
    public static async Task ForEachImageAsync(this DeliveryContext context, Func<ImageDefinition, PublishTransaction, Task> action)
    {
        var files = new ImageFiles(context.Options);
        if (!context.Options.DryRun) await context.LockAsync();
        foreach (var image in context.Options.Images) await action(image, PublishTransaction.Resume(files.RecordOf(image), image.Name));
    }
}
