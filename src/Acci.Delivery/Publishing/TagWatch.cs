using Acci.Oci;

namespace Acci.Delivery.Publishing;

/// <summary>Looks at tags, which a registry may move late.</summary>
/// <param name="registries">The registries.</param>
/// <param name="time">The clock.</param>
/// <param name="limit">How long one is looked at.</param>
internal sealed class TagWatch(RegistrySet registries, TimeProvider time, TimeSpan limit)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Looks at a tag until it is as awaited, for a limited time, and gives where it was last.</summary>
    public async Task<Digest?> UntilAsync(ImageReference tag, Predicate<Digest?> isAwaited, CancellationToken cancellationToken)
    {
        for (var begun = time.GetTimestamp(); ; await Task.Delay(Pause, time, cancellationToken))
        {
            var there = (await registries.Of(tag).FindAsync(tag, cancellationToken))?.Digest;
            if (isAwaited(there) || time.GetElapsedTime(begun) >= limit) return there;
        }
    }
}
