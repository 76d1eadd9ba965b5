using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Publishing;

namespace Acci.Delivery.Buildx;

/// <summary>What the index of a merged image says: what one build of all its platforms would have said.</summary>
internal static class MergedAnnotations
{
    private const string BaseName = "org.opencontainers.image.base.name";
    private const string BaseDigest = "org.opencontainers.image.base.digest";

    // What one machine says of the platforms that it built. All else is said of the image.
    private static readonly string[] OfPlatforms = [BaseName, BaseDigest, BuildKitVersion.Annotation, DeparturePolicy.StandInAnnotation];

    /// <summary>The annotations.</summary>
    /// <param name="image">The image.</param>
    /// <param name="parts">Its parts, in the order of its platforms.</param>
    /// <exception cref="DeliveryException">The parts differ in what one build says once.</exception>
    public static IReadOnlyDictionary<string, string> Of(ImageDefinition image, IReadOnlyList<ImagePart> parts)
    {
        foreach (var part in parts.Skip(1)) EnsureSame(parts[0], part);
        var standIns = parts.SelectMany(x => PublishRecord.StandInsOf(x.Root)).Distinct().Order(StringComparer.Ordinal).ToList();
        EnsureSameBases(parts, standIns);

        var said = OfImage(parts[0]).ToDictionary();
        if (standIns.Count > 0) said[DeparturePolicy.StandInAnnotation] = string.Join(' ', standIns);
        var buildKits = parts.Select(x => (x.Platforms.Select(y => y.Platform), x.Root.Annotations.GetValueOrDefault(BuildKitVersion.Annotation)));
        if (BuildKitVersion.Together(buildKits) is { } buildKit) said[BuildKitVersion.Annotation] = buildKit;
        // The index, which can name only one, names the first platform's, as its manifest does.
        var first = parts.SelectMany(x => x.Platforms.Zip(x.Bases)).First(x => x.First.Platform == image.Platforms[0]).Second;
        foreach (var key in (string[])[BaseName, BaseDigest])
            if (first.TryGetValue(key, out var value)) said[key] = value;
        return said;
    }

    private static void EnsureSame(ImagePart first, ImagePart other)
    {
        var (one, two) = (OfImage(first).ToList(), OfImage(other).ToList());
        if (one.SequenceEqual(two)) return;
        var difference = one.Except(two).Concat(two.Except(one)).First();
        throw new DeliveryException(
            $"{first.Layout.Folder} and {other.Layout.Folder} differ in the annotation {difference.Key}: build all parts with the same settings.");
    }

    // Each machine makes stand-ins of its own.
    private static void EnsureSameBases(IReadOnlyList<ImagePart> parts, List<string> standIns)
    {
        var bases = from part in parts
                    from said in part.Bases
                    where said.ContainsKey(BaseName) && !standIns.Contains(said[BaseName])
                    group (part.Layout.Folder, Digest: said.GetValueOrDefault(BaseDigest, "")) by said[BaseName];
        if (bases.FirstOrDefault(x => x.DistinctBy(one => one.Digest).Count() > 1) is not { } different) return;
        var found = different.Distinct().Select(x => $"{x.Digest} in {x.Folder}");
        throw new DeliveryException(
            $"The parts are made from several images called {different.Key}: {string.Join(", ", found)}. "
            + "Pin it in the lock file, or name one registry for all parts with --image-mirror, and build them again.");
    }

    private static IEnumerable<KeyValuePair<string, string>> OfImage(ImagePart part) =>
        part.Root.Annotations.Where(x => !OfPlatforms.Contains(x.Key)).OrderBy(x => x.Key, StringComparer.Ordinal);
}
