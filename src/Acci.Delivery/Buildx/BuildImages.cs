using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Delivery.Versioning;
using Acci.Oci;
using Acci.Oci.Layouts;
using Serilog;

namespace Acci.Delivery.Buildx;

/// <summary>Builds every image for every platform, each into its layout.</summary>
/// <param name="context">What the targets of the build share.</param>
public sealed class BuildImages(DeliveryContext context) : Verb
{
    private readonly ImageFiles _files = new(context.Options);

    private IReadOnlyList<ImageDefinition> Images => context.Options.Images;

    /// <inheritdoc/>
    /// <exception cref="WrongUseException">The folder of parts is not there.</exception>
    public override Task PrepareAsync(DeliveryScope scope)
    {
        ImageParts.Of(context.Options);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task PlanAsync()
    {
        var version = await context.VersionAsync();
        foreach (var warning in version.Warnings) Log.Warning("{Warning:l}", warning);
        var destination = context.PlannedDeparture();
        await DeparturePolicy.Of(context, destination).EnsureTreeIsItsTagsAsync(version, context.CancellationToken);
        await DeparturePolicy.WarnAsync(context);
        if (ImageParts.Of(context.Options) is { } parts)
        {
            await PlanMergeAsync(parts, version);
            return;
        }

        foreach (var node in context.Options.BuilderNodes ?? []) Log.Information("Would build {Platforms:l} on {Address:l}", string.Join(", ", node.Platforms), node.Address);
        foreach (var line in await context.BaseImagesFor(destination).DescribeAsync(BakeTargets.NeededBy(Images), context.CancellationToken))
            Log.Information("{Line:l}", line);
        Dockerfiles.EnsureExist(Images, context.Options.Root);
        foreach (var image in Images)
        {
            Log.Information(
                "{Image}: would build version {Version:l} for {Platforms:l} from {Dockerfile:l}",
                image.Name, version.ToString(), string.Join(", ", image.Platforms), image.Dockerfile);
            foreach (var loose in LooseBases.Of(image, context.Options.Root)) Log.Warning("{Base:l}", loose);
        }

        string[] options = context.Options.NoCache ? ["--no-cache"] : [];
        string[] arguments = ["buildx", "bake", "--file", _files.Relative(_files.BakeFile), .. Images.Select(x => x.Name), .. options];
        Log.Information("  {Command:l}", new Command("docker", arguments) { Environment = ToolVariables.Docker.With() }.ToString());
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">The working tree is not what its version's tag names, a base image is not available, or a build
    /// failed.</exception>
    public override async Task RunAsync()
    {
        await context.LockAsync();
        var version = await context.VersionAsync();
        foreach (var warning in version.Warnings) Log.Warning("{Warning:l}", warning);
        var parts = ImageParts.Of(context.Options);
        // Now, and not in the preflight: a target before this one may have written them. Engine, stand-ins and nodes take minutes.
        if (parts is null)
        {
            Dockerfiles.EnsureExist(Images, context.Options.Root);
            if (Dockerfiles.FindBadIgnoreFile(Images, context.Options.Root) is { } bad) throw new DeliveryException(bad);
        }

        // The local registry is not started where there is nothing to build with.
        if (context.Options.Registry is null) await context.EngineAsync();
        var destination = await context.DestinationAsync();
        var policy = DeparturePolicy.Of(context, await context.DepartureAsync());
        await policy.EnsureTreeIsItsTagsAsync(version, context.CancellationToken);
        await DeparturePolicy.WarnAsync(context);
        if (parts is not null)
        {
            await MergeAsync(parts, version);
            return;
        }

        var secrets = Images.ToDictionary(x => x.Name, x => ContextSecrets.Find(x, context.Options));
        foreach (var (_, problem) in secrets.Values.OfType<(string, string)>())
        {
            policy.EnsureMayBeBuilt(problem);
            Log.Warning("{Problem:l} Until then the image stays on this machine", problem);
        }

        var engine = await context.BuildEngineAsync();
        Log.Information("Building version {Version:l} on {Engine:l}", version.ToString(), engine.ToString());
        if ((await context.LocationAsync(engine)).ToString() is { Length: > 0 } differences)
            Log.Debug("{Engine:l}: {Differences:l}", engine.ToString(), differences);
        foreach (var loose in Images.SelectMany(x => LooseBases.Of(x, context.Options.Root))) Log.Warning("{Base:l}", loose);
        // For the cache beside the image.
        using var login = await context.LoginAsync(engine);
        var sites = await SitesAsync(engine with { Login = login, BuildKitRegistries = context.BuildKitRegistries() });
        // A builder that ACCI made has been told.
        if (sites is [{ Engine.Builder: null }]) await context.WarnOfBuilderAsync(engine);
        var targets = await context.BakeTargetsAsync(destination) with { BuildKit = await BuildKitVersion.FindAsync(sites, context.CancellationToken) };
        if (!targets.HasGenerator)
        {
            Log.Warning(
                "{Generator} is not available: this build writes the SBOMs itself. They list Debian packages (/var/lib/dpkg/status.d), NuGet packages and the files below /app",
                BakeTargets.SbomGenerator.ToString());
        }

        var builder = new ImageBuilder(context.Options.Root, _files, BuiltBefore, context.Retry.ForFirstContact()) { Bills = targets.HasGenerator ? null : new BillsOfMaterials(context.Scripts()) };
        var layouts = await builder.BuildAsync(
            Images, targets.Of, sites, !context.Options.NoCache, context.CancellationToken);
        await EnsureTreeIsTheSameAsync(version);
        foreach (var image in Images)
        {
            var built = await DescribeAsync(image, layouts[image.Name], version, targets.StandInsOf(image));
            // Or one was written meanwhile.
            Begin(image, built with { ContextSecret = (secrets[image.Name] ?? ContextSecrets.Find(image, context.Options))?.Path }, "built");
        }
    }

    private async Task PlanMergeAsync(ImageParts parts, VersionInfo version)
    {
        var destinations = context.NamedDestinations() is { Count: > 0 } named ? named : [context.PlannedDestination()];
        var policy = DeparturePolicy.Of(context, context.PlannedDeparture());
        foreach (var (image, found) in await FindAsync(parts, version, destinations, policy))
        {
            MergedAnnotations.Of(image, found);
            foreach (var part in found) await part.Layout.VerifyAsync(context.CancellationToken);
            Log.Information("{Image}: would merge version {Version:l} from {Parts:l}", image.Name, version.ToString(), FoldersOf(found));
            if (image.SmokeTest.SkippedBecause is not null) continue;
            // What this machine can run is known once it has an engine.
            foreach (var part in found.Where(x => x.ToPublished(policy).IsUntried))
            {
                Log.Warning(
                    "{Image}: {Platforms:l} NOT smoke-tested in {Folder:l}: if this machine cannot run a platform of it, the image goes to no registry but the local one",
                    image.Name, string.Join(", ", part.Platforms.Select(x => x.Platform)), _files.Relative(part.Layout.Folder));
            }
        }
    }

    private async Task MergeAsync(ImageParts parts, VersionInfo version)
    {
        var policy = DeparturePolicy.Of(context, await context.DepartureAsync());
        var found = await FindAsync(parts, version, await context.DestinationsAsync(), policy);
        foreach (var (image, own) in found) Log.Information("{Image}: merges {Parts:l}", image.Name, FoldersOf(own));
        var builder = new ImageBuilder(context.Options.Root, _files, BuiltBefore, context.Retry.ForFirstContact());
        var layouts = await builder.MergeAsync(found, context.CancellationToken);
        foreach (var (image, own) in found)
        {
            var whole = layouts[image.Name];
            var root = await whole.ReadManifestAsync(whole.Root, context.CancellationToken);
            var built = await DescribeAsync(image, whole, version, PublishRecord.StandInsOf(root));
            // A clean tree here says nothing of those that the parts were built from.
            var changedSince = own.Select(x => x.Record.ChangedSince).FirstOrDefault(x => x is not null) ?? built.ChangedSince;
            var secret = own.Select(x => x.Record.ContextSecret).FirstOrDefault(x => x is not null);
            var merged = built with { Parts = [.. own.Select(x => x.ToPublished(policy))], ChangedSince = changedSince, ContextSecret = secret };
            Begin(image, merged with { IsTreeChanged = built.IsTreeChanged || own.Any(x => x.Record.IsTreeChanged) }, "merged");
        }
    }

    // Those of all images, before the first one is merged.
    private async Task<IReadOnlyList<(ImageDefinition Image, IReadOnlyList<ImagePart> Parts)>> FindAsync(
        ImageParts parts, VersionInfo version, IReadOnlyList<Destination> destinations, DeparturePolicy policy)
    {
        var found = new List<(ImageDefinition Image, IReadOnlyList<ImagePart> Parts)>();
        foreach (var image in Images)
        {
            var own = await parts.FindAsync(image, version, destinations, context.CancellationToken);
            foreach (var part in own)
                await policy.EnsureTreeWasItsTagsAsync(part.Record, version, $"Build {_files.Relative(part.Layout.Folder)} again from a clean checkout");
            found.Add((image, own));
        }

        return found;
    }

    private string FoldersOf(IEnumerable<ImagePart> parts) => string.Join(", ", parts.Select(x => _files.Relative(x.Layout.Folder)));

    private void Begin(ImageDefinition image, PublishRecord built, string done)
    {
        context.BeginPublish(image, built);
        Log.Information(
            "{Image}: {Done:l} for {Platforms:l}, {Digest:l}",
            image.Name, done, string.Join(", ", built.Platforms.Select(x => x.Platform)), built.Digest.ToString());
    }

    // What was read of the tree before the build is said of the images.
    private async Task EnsureTreeIsTheSameAsync(VersionInfo before)
    {
        var now = await VersionInfo.ReadAsync(context.Options.Root, before.Prefix, context.CancellationToken);
        if (now.Revision == before.Revision && now.IsDirty == before.IsDirty && now.ToString() == before.ToString()) return;
        var changes = now.IsDirty ? (await TreeChanges.ReadAsync(context.Options.Root, now, context.CancellationToken)).ToString() : $"commit {now.Revision}";
        throw new DeliveryException($"The working tree changed while images were built from it ({changes}): what they would be called is not what they are. Run the build again.");
    }

    private async Task<IReadOnlyList<BuildSite>> SitesAsync(DockerEngine engine) => context.Options.BuilderNodes is { Count: > 0 } nodes
        ? await new NodeBuilders(engine).PrepareAsync(nodes, context.CancellationToken)
        : [new BuildSite(await engine.WithBuilderAsync(context.BuilderImage(), context.CancellationToken), [])];

    // What a record that cannot be used is about is not known; that it cannot be is said where it is replaced.
    private Digest? BuiltBefore(ImageDefinition image)
    {
        try
        {
            return PublishRecord.Read(_files.RecordOf(image))?.Digest;
        }
        catch (DeliveryException)
        {
            return null;
        }
    }

    private async Task<PublishRecord> DescribeAsync(ImageDefinition image, OciLayout layout, VersionInfo version, IReadOnlyList<string> standIns)
    {
        var destinations = await context.DestinationsAsync();
        var platforms = new List<PublishedPlatform>();
        foreach (var platform in await layout.ReadPlatformsAsync())
        {
            var manifest = await layout.ReadManifestAsync(platform.Manifest);
            platforms.Add(new PublishedPlatform(platform.Platform, platform.Manifest.Digest, manifest.Blobs.Sum(x => x.Size)));
        }

        return new PublishRecord
        {
            Image = image.Name,
            Digest = layout.Root.Digest,
            Repository = destinations[0].RepositoryOf(image).Repository,
            Copies = destinations.Count == 1 ? null : [.. destinations.Skip(1).Select(x => new PublishedCopy { Repository = x.RepositoryOf(image).Repository })],
            Version = version.ToString(),
            Revision = version.Revision ?? "",
            Platforms = platforms,
            StandIns = standIns,
            IsTreeChanged = version.IsDirty,
            ChangedSince = version.IsDirty ? (await context.FactsAsync()).Tag ?? DeparturePolicy.NamingTag(version) : null,
            // Of the layout, because one that is kept may have been built by another.
            BuildKit = (await layout.ReadManifestAsync(layout.Root)).Annotations.GetValueOrDefault(BuildKitVersion.Annotation),
        };
    }
}
