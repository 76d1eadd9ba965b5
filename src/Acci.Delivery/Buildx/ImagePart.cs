using Acci.Delivery.Images;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Delivery.Versioning;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.Delivery.Buildx;

/// <summary>Platforms of an image that another machine has built, and its record of that.</summary>
/// <param name="Layout">The layout.</param>
/// <param name="Root">Its index.</param>
/// <param name="Platforms">The platforms.</param>
/// <param name="Bases">What each platform's manifest says of it, in the order of the platforms.</param>
/// <param name="Record">What the image does not say of itself: for which registry and from what tree it was built, and whether it was tried.</param>
internal sealed record ImagePart(
    OciLayout Layout, Manifest Root, IReadOnlyList<PlatformImage> Platforms, IReadOnlyList<IReadOnlyDictionary<string, string>> Bases,
    PublishRecord Record)
{
    /// <summary>The part of an image among a machine's artifacts; null where there is none.</summary>
    /// <param name="machine">The options of that machine's build, as far as they say where its artifacts are.</param>
    /// <param name="image">The image.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DeliveryException">It is damaged, or has no record.</exception>
    public static async Task<ImagePart?> FindAsync(DeliveryOptions machine, ImageDefinition image, CancellationToken cancellationToken)
    {
        var files = new ImageFiles(machine);
        var (place, file) = (files.LayoutOf(image), files.RecordOf(image));
        if (!InputFile.IsFolder(place)) return null;
        var layout = await OciLayout.OpenAsync(place, cancellationToken);
        var root = await layout.ReadManifestAsync(layout.Root, cancellationToken);
        if (!root.IsIndex) throw new DeliveryException($"{place} is no image that BuildImages has built: it has no index.");
        var record = PublishRecord.Read(file)
            ?? throw new DeliveryException(
                $"{place} has no record: there is no {file}. Copy artifacts/publish together with artifacts/images from the machine that built it.");
        if (record.Image != image.Name) throw new DeliveryException($"{file} is the record of the image '{record.Image}', not of '{image.Name}'.");
        record.EnsureDescribes(image, root, place);
        var platforms = await layout.ReadPlatformsAsync(cancellationToken);
        var bases = new List<IReadOnlyDictionary<string, string>>();
        foreach (var platform in platforms) bases.Add((await layout.ReadManifestAsync(platform.Manifest, cancellationToken)).Annotations);
        return new ImagePart(layout, root, platforms, bases, record);
    }

    /// <summary>Makes sure that it was built as this build would have built it: from this commit, for these registries and platforms.</summary>
    /// <exception cref="DeliveryException">It was not.</exception>
    public void EnsureIsOf(ImageDefinition image, VersionInfo version, IReadOnlyList<Destination> destinations)
    {
        EnsureBuiltAs("version", Record.Version, version.ToString());
        EnsureBuiltAs("commit", Record.Revision, version.Revision ?? "");
        if (!IsFor(destinations, image))
        {
            throw new DeliveryException(
                $"{Layout.Folder} was built for {string.Join(", ", Record.Repositories)}, and this build is for {string.Join(", ", destinations)}: "
                + "build all parts for the same --registry.");
        }

        if (Platforms.Select(x => x.Platform).Except(image.Platforms).FirstOrDefault() is { } other)
        {
            throw new DeliveryException(
                $"{Layout.Folder} has {other}, which is not among this build's platforms of '{image.Name}': "
                + "name it with --platforms, or leave that part out.");
        }
    }

    /// <summary>What the record of the whole image says of it.</summary>
    /// <param name="policy">What holds for a reason against a smoke test here, holds for one from there.</param>
    public PublishedPart ToPublished(DeparturePolicy policy) => new([.. Platforms.Select(x => x.Platform)])
    {
        SmokeTest = Record.Steps.GetValueOrDefault(PublishStep.SmokeTest)?.Result,
        NotSmokeTested = policy.HoldsReason(Record) ? Record.NotSmokeTested : null,
    };

    // The local registries of two machines have different ports. What holds for one, holds for the other.
    private bool IsFor(IReadOnlyList<Destination> destinations, ImageDefinition image) =>
        destinations.All(x => x.IsLoopback) ? Record.Repositories.All(x => Destination.Parse(x).IsLoopback)
        : Record.Repositories.SequenceEqual(destinations.Select(x => x.RepositoryOf(image).Repository));

    // A tag that was pushed while a workflow ran makes two versions of one commit.
    private void EnsureBuiltAs(string what, string theirs, string own)
    {
        if (theirs == own) return;
        throw new DeliveryException(
            $"{Layout.Folder} was built as {what} '{theirs}', and '{own}' is checked out here: build all parts, and merge them, at one commit "
            + "with the same tags. In GitHub Actions, re-run all jobs, not only the failed ones.");
    }
}
