using System.Runtime.ExceptionServices;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Sessions;
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

    /// <summary>Writes the images' bills of materials; null where BuildKit does.</summary>
    public BillsOfMaterials? Bills { get; init; }

    /// <summary>Builds the images.</summary>
    /// <param name="images">What to build.</param>
    /// <param name="targetOf">The bake target of some of an image's platforms.</param>
    /// <param name="sites">Where to build. Each platform of an image has one.</param>
    /// <param name="useCache">Whether steps may come from the cache.</param>
    /// <param name="cancellationToken">Stops the build; the layouts are then those of the build before.</param>
    public async Task<IReadOnlyDictionary<string, OciLayout>> BuildAsync(
        IReadOnlyCollection<ImageDefinition> images, Func<ImageDefinition, IReadOnlyList<Platform>, BakeTarget> targetOf, IReadOnlyList<BuildSite> sites, bool useCache, CancellationToken cancellationToken)
    {
        Dockerfiles.EnsureExist(images, root);
        foreach (var image in images) Directory.CreateDirectory(Path.GetDirectoryName(files.LayoutOf(image))!);
        AtomicFile.Write(files.BakeFile, BakeFile.Of(images.ToDictionary(x => x.Name, x => targetOf(x, x.Platforms))).ToJson());

        foreach (var image in images) TidyUp(files.LayoutOf(image));
        // A name of its own for each run: the docker command of a build that was killed goes on, and still writes.
        var draft = $"{DraftSuffix}{Guid.NewGuid():n}";
        var noted = images.SelectMany(image => Enumerable.Range(-1, sites.Count + 1).Select(site => Session.Current.Note(DraftOf(image, draft, site)))).ToList();
        try
        {
            await BuildPartsAsync(images, targetOf, sites, draft, useCache, cancellationToken);
            var layouts = new Dictionary<string, OciLayout>();
            foreach (var image in images) layouts[image.Name] = await TakeAsync(image, await WholeAsync(image, sites, draft, cancellationToken), cancellationToken);
            return layouts;
        }
        finally
        {
            foreach (var path in noted) path.Dispose();
        }
    }

    /// <summary>Merges images whose platforms were built elsewhere.</summary>
    /// <param name="images">The parts of each image, in the order of its platforms.</param>
    /// <param name="cancellationToken">Stops it; the layouts are then those of the build before.</param>
    /// <exception cref="DeliveryException">A part is damaged, or the parts differ.</exception>
    public async Task<IReadOnlyDictionary<string, OciLayout>> MergeAsync(
        IReadOnlyList<(ImageDefinition Image, IReadOnlyList<ImagePart> Parts)> images, CancellationToken cancellationToken)
    {
        var suffix = $"{DraftSuffix}{Guid.NewGuid():n}";
        foreach (var (image, _) in images)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(files.LayoutOf(image))!);
            TidyUp(files.LayoutOf(image));
        }

        var noted = images.Select(x => Session.Current.Note(DraftOf(x.Image, suffix, site: -1))).ToList();
        try
        {
            // None is taken before all are there.
            foreach (var (image, parts) in images)
            {
                var said = MergedAnnotations.Of(image, parts);
                await OciLayout.MergeAsync(DraftOf(image, suffix, site: -1), [.. parts.Select(x => x.Layout)], image.Platforms, said, cancellationToken);
            }

            var layouts = new Dictionary<string, OciLayout>();
            foreach (var (image, _) in images) layouts[image.Name] = await TakeAsync(image, DraftOf(image, suffix, site: -1), cancellationToken);
            return layouts;
        }
        finally
        {
            foreach (var path in noted) path.Dispose();
        }
    }

    // All sites at once. Where one fails, the others need not go on.
    private async Task BuildPartsAsync(
        IReadOnlyCollection<ImageDefinition> images, Func<ImageDefinition, IReadOnlyList<Platform>, BakeTarget> targetOf, IReadOnlyList<BuildSite> sites, string draft, bool useCache, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Exception? first = null;
        await Task.WhenAll(sites.Select((site, number) => BuildAsync(site, number)));
        cancellationToken.ThrowIfCancellationRequested();
        if (first is not null) ExceptionDispatchInfo.Throw(first);

        async Task BuildAsync(BuildSite site, int number)
        {
            ImageDefinition[] built = [.. images.Where(x => site.PlatformsOf(x).Count > 0)];
            if (built.Length == 0) return;
            var file = site.Name is null ? files.BakeFile : Path.ChangeExtension(files.BakeFile, $".{BuilderNode.SlugOf(site.Platforms)}.json");
            var targets = built.ToDictionary(x => x.Name, x => targetOf(x, site.PlatformsOf(x)));
            if (site.Name is not null) AtomicFile.Write(file, BakeFile.Of(targets).ToJson());
            var bake = new Bake(site.Engine, root) { Retry = retry, BaseLayouts = [.. targets.Values.SelectMany(x => x.BaseLayouts)], OnDefaultPlatforms = [.. built.Where(x => !x.NamesPlatforms)] };
            try
            {
                await WatchedAsync(site, token => bake.BuildAsync(file, built.ToDictionary(x => x.Name, x => DraftOf(x, draft, number)), useCache, token), stop.Token);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref first, ProblemAt(site, exception), null);
                await stop.CancelAsync();
            }
        }
    }

    // Ends the build when its node is gone.
    private async Task WatchedAsync(BuildSite site, Func<CancellationToken, Task> build, CancellationToken cancellationToken)
    {
        if (site.Name is null)
        {
            await build(cancellationToken);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = build(stop.Token);
        var watch = new NodeBuilders(site.Engine).WatchAsync(site, retry.Time, stop.Token);
        var ended = await Task.WhenAny(work, watch);
        await stop.CancelAsync();
        // Neither goes on when this returns.
        await Task.WhenAll(work, watch).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await ended;
    }

    private static Exception ProblemAt(BuildSite site, Exception failure)
    {
        if (site.Name is null || failure is not DeliveryException || failure.Message.Contains(site.Name, StringComparison.Ordinal)) return failure;
        var hint = site.Runs.Length > 0 && failure.Message.Contains("exec format error", StringComparison.Ordinal) ? $"\n    This node runs programs of {site.Runs} only." : "";
        return new DeliveryException($"Build node {site.Name}: {failure.Message}{hint}", failure);
    }

    // The draft of one site where that built all of the image, else of the parts put together.
    private async Task<string> WholeAsync(ImageDefinition image, IReadOnlyList<BuildSite> sites, string draft, CancellationToken cancellationToken)
    {
        int[] builders = [.. Enumerable.Range(0, sites.Count).Where(x => sites[x].PlatformsOf(image).Count > 0)];
        if (builders is [var only]) return DraftOf(image, draft, only);
        var parts = new List<OciLayout>();
        foreach (var site in builders) parts.Add(await OciLayout.OpenAsync(DraftOf(image, draft, site), cancellationToken));
        var whole = DraftOf(image, draft, site: -1);
        await OciLayout.MergeAsync(whole, parts, image.Platforms, cancellationToken);
        return whole;
    }

    private string DraftOf(ImageDefinition image, string draft, int site) => $"{files.LayoutOf(image)}{draft}{(site < 0 ? "" : $"-{site}")}";

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
        if (Bills is not null) built = await Bills.AttestAsync(built, image.Name, cancellationToken);
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
