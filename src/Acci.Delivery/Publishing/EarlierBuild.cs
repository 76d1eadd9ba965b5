using Acci.Delivery.Engines;
using Acci.Delivery.Images.Tags;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;

namespace Acci.Delivery.Publishing;

/// <summary>
/// An earlier image of the same commit. Its platforms should have the same digests; where they do not, something that the commit does not pin was another: BuildKit, a base
/// image, a package.
/// </summary>
internal static class EarlierBuild
{
    /// <summary>How an image differs from an earlier one of its commit.</summary>
    /// <param name="registry">The registry that has the earlier one.</param>
    /// <param name="earlier">The earlier one, by digest.</param>
    /// <param name="now">The image.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns>A sentence without its full stop; null where the earlier one is gone, is of another commit or version, or has the same platforms.</returns>
    /// <exception cref="DeliveryException">The registry cannot be asked.</exception>
    public static async Task<string?> FindDifferenceAsync(OciRegistry registry, ImageReference earlier, Manifest now, CancellationToken cancellationToken)
    {
        if (earlier.Digest == now.Digest || await registry.FindManifestAsync(earlier, cancellationToken) is not { } before) return null;
        // The version is part of every platform's labels.
        if (RevisionOf(now) is not { } revision || RevisionOf(before) != revision || VersionOf(now) != VersionOf(before)) return null;
        // Who pushed the earlier one may have given a platform twice.
        var then = PlatformImage.Of(before.Manifests).ToLookup(x => x.Platform, x => x.Manifest.Digest);
        var differing = PlatformImage.Of(now.Manifests)
            .Where(x => then.Contains(x.Platform) && !then[x.Platform].Contains(x.Manifest.Digest)).Select(x => x.Platform).ToList();
        return differing.Count == 0 ? null
            : $"the same commit was published before as {earlier.Digest}, with other digests for {string.Join(", ", differing)}: {Reason(BuildKitOf(before), BuildKitOf(now))}";
    }

    private static string Reason(string? then, string? now) =>
        then is not null && then == now ? $"both were built with BuildKit {now}, so a base image or something that the build fetches is another"
        : $"it was built with {Name(then)}, and this one with {Name(now)}";

    private static string Name(string? buildKit) => buildKit is null ? "a BuildKit that is not recorded" : $"BuildKit {buildKit}";

    private static string? BuildKitOf(Manifest manifest) => manifest.Annotations.GetValueOrDefault(BuildKitVersion.Annotation);

    private static string? VersionOf(Manifest manifest) => manifest.Annotations.GetValueOrDefault(OciLabels.VersionKey);

    private static string? RevisionOf(Manifest manifest) => manifest.Annotations.GetValueOrDefault(OciLabels.RevisionKey);
}
