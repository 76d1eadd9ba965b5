using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Generation;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Oci.Retries;
using Serilog;

namespace Acci.Delivery.Buildx;

/// <summary>Builds images, all in one graph, each into an OCI layout of its own.</summary>
/// <param name="root">The repository's root, where contexts and Dockerfiles are relative to.</param>
/// <param name="files">Where the bake file and the layouts go.</param>
/// <param name="builtBefore">The digest that an image's last build had; null where that is not known. A layout with another digest is not kept.</param>
/// <param name="retry">How long a build is tried again for which a registry failed.</param>
internal sealed class ImageBuilder(string root, ImageFiles files, Func<ImageDefinition, Digest?> builtBefore, RetryOptions retry)
{
    private const string DraftSuffix = ".new-";
    private const string OldSuffix = ".old";

    /// <summary>Builds the images.</summary>
    /// <param name="images">What to build.</param>
    /// <param name="targets">Each image's bake target.</param>
    /// <param name="engine">Where to build.</param>
    /// <param name="useCache">Whether steps may come from the cache.</param>
    /// <param name="cancellationToken">Stops the build; the layouts are then those of the build before.</param>
    public async Task<IReadOnlyDictionary<string, OciLayout>> BuildAsync(
        IReadOnlyCollection<ImageDefinition> images, IReadOnlyDictionary<string, BakeTarget> targets, DockerEngine engine, bool useCache, CancellationToken cancellationToken)
    {
        foreach (var image in images.Where(image => !File.Exists(Path.Combine(root, image.Dockerfile))))
            throw new DeliveryException($"The image '{image.Name}' has no Dockerfile: {Path.Combine(root, image.Dockerfile)} does not exist.");

        foreach (var image in images) Directory.CreateDirectory(Path.GetDirectoryName(files.LayoutOf(image))!);
        AtomicFile.Write(files.BakeFile, BakeFile.Of(targets).ToJson());

        foreach (var image in images) TidyUp(files.LayoutOf(image));
        // A name of its own for each run: the docker command of a build that was killed goes on, and still writes.
        var drafts = images.ToDictionary(image => image.Name, image => $"{files.LayoutOf(image)}{DraftSuffix}{Guid.NewGuid():n}");
        try
        {
            await new Bake(engine, root) { Retry = retry }.BuildAsync(files.BakeFile, drafts, useCache, cancellationToken);
            var layouts = new Dictionary<string, OciLayout>();
            foreach (var image in images) layouts[image.Name] = await TakeAsync(image, drafts[image.Name], cancellationToken);
            return layouts;
        }
        finally
        {
            foreach (var draft in drafts.Values) Delete(draft);
        }
    }

    // What a build leaves that was killed: drafts, and, when it was killed between two renames, the layout under its other name.
    private static void TidyUp(string place)
    {
        var old = place + OldSuffix;
        if (Directory.Exists(old) && !Directory.Exists(place)) Directory.Move(old, place);
        Delete(old);
        foreach (var draft in Directory.EnumerateDirectories(Path.GetDirectoryName(place)!, Path.GetFileName(place) + DraftSuffix + "*")) Delete(draft);
    }

    // Attestations carry the time of their build, so every build has another index. Where all platforms are what they were, the image that is there already,
    // and may be signed and published, is kept.
    private async Task<OciLayout> TakeAsync(ImageDefinition image, string draft, CancellationToken cancellationToken)
    {
        var built = await OciLayout.OpenAsync(draft, cancellationToken);
        var place = files.LayoutOf(image);
        if (await IsSameAsync(place, built, builtBefore(image), cancellationToken))
        {
            Log.Information("{Image}: unchanged since the last build", image.Name);
            return await OciLayout.OpenAsync(place, cancellationToken);
        }

        var old = place + OldSuffix;
        if (Directory.Exists(place)) Directory.Move(place, old);
        Directory.Move(draft, place);
        Delete(old);
        return await OciLayout.OpenAsync(place, cancellationToken);
    }

    private static async Task<bool> IsSameAsync(string place, OciLayout built, Digest? before, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(place)) return false;
        try
        {
            var existing = await OciLayout.OpenAsync(place, cancellationToken);
            // Its attestations would be signed as those of this build.
            if (existing.Root.Digest != before) return false;
            await existing.VerifyAsync(cancellationToken);
            var old = await existing.ReadPlatformsAsync(cancellationToken);
            var now = await built.ReadPlatformsAsync(cancellationToken);
            return old.Select(x => x.Manifest.Digest).SequenceEqual(now.Select(x => x.Manifest.Digest))
                && SameAnnotations(await existing.ReadManifestAsync(existing.Root, cancellationToken), await built.ReadManifestAsync(built.Root, cancellationToken));
        }
        catch (DeliveryException damaged)
        {
            Log.Debug("The layout of the build before is of no use: {Reason:l}", damaged.Message);
            return false;
        }
    }

    private static bool SameAnnotations(Manifest a, Manifest b) => a.Annotations.OrderBy(x => x.Key, StringComparer.Ordinal).SequenceEqual(b.Annotations.OrderBy(x => x.Key, StringComparer.Ordinal));

    private static void Delete(string directory)
    {
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }
}
