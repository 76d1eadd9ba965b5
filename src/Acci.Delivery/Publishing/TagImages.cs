using Acci.Delivery.Engines;
using Acci.Delivery.GitHub;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>
/// Verifies all images where they are published, and moves their tags: the last step of a publish, and the first that anyone sees.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="report">Gets what was published.</param>
public sealed class TagImages(DeliveryContext context, Func<IReadOnlyList<PublishSummary>, Task> report) : Verb
{
    private readonly ImageFiles _files = new(context.Options);

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">Which tags were moved could not be written down.</exception>
    public override Task PrepareAsync(DeliveryScope scope)
    {
        context.EnsureMayWriteArtifacts(_files.Publishes);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task PlanAsync()
    {
        var tags = await context.TagsAsync();
        foreach (var image in context.Options.Images)
        {
            Log.Information("{Repository:l}: would verify signatures and attestations before any tag moves", context.PlaceOf(image));
            if (context.Options.Registry is null)
            {
                Log.Information(
                    "{Repository:l}: would tag {Tags:l}; a dry run does not start the local registry, so which of them stay where they are is not known",
                    context.PlaceOf(image), string.Join(", ", tags.All));
                continue;
            }

            foreach (var (registry, repository) in await context.PlacesAsync(image))
            {
                await registry.EnsureReachableAsync(context.CancellationToken);
                (await context.PlanTagsAsync(image, registry, repository)).Say(repository.ToString());
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">A step before it has not been done for what is to be tagged, or a tag could not be written; then none has
    /// moved.</exception>
    public override async Task RunAsync()
    {
        var plans = new List<TagPlan>();
        var verified = new Dictionary<string, IReadOnlyList<PublishedImage>>();
        await context.ForEachImageAsync(async (image, publish) =>
        {
            var policy = DeparturePolicy.Of(context, await context.DepartureAsync());
            policy.EnsureMayBeTagged(publish.Record, await context.VersionAsync());
            await policy.EnsureTreeWasItsTagsAsync(publish.Record, await context.VersionAsync());
            var places = await context.PlacesAsync(image);
            publish.Record.EnsureGoesTo([.. places.Select(x => x.Repository)]);
            await context.EnsureUnchangedAsync(image, publish.Record);
            verified[image.Name] = await EnsureSignedAsync(policy, image, publish);
            foreach (var (registry, repository) in places)
            {
                var plan = await context.DecideTagsAsync(image, registry, repository, publish.Record.Digest, ImageOrigin.Of(verified[image.Name][0].Root));
                // This machine's own registry gets every build of a commit, with changes that are not committed, too.
                plans.Add(await (PlannedTags.IsLoopback(repository)
                    ? plan.TakingNoneOfOthersAsync(registry, PlannedTags.ReplaceVersion, context.Options.ReplaceVersion, context.CancellationToken)
                    : plan.WritingOnceAsync(registry, PlannedTags.ReplaceVersion, context.Options.ReplaceVersion, context.CancellationToken)));
            }
        });

        // What could not be said of the tags afterwards is known before they move.
        StepOutputs.Of(context.Environment)?.EnsureWritable();
        var atStart = await context.TagsAtStartAsync();
        foreach (var image in context.Options.Images) await CompareAsync(image, atStart, verified[image.Name][0].Root);
        foreach (var plan in plans) await new TagHistory(await RegistryOfAsync(plan.Repository), context.Time).TryNoteAsync([plan], context.CancellationToken);
        // Who is named is meant exactly, for whatever branch or tag the other image was signed.
        var signer = context.Options.SignedBy is not null ? await context.ExpectedSignerAsync()
            : verified.Values.First()[0].Signer switch { ExpectedSigner.Workflow workflow => workflow.OrSibling, var own => own };
        var writes = await new TagTransaction(await context.RegistryAsync())
        {
            Others = await context.OtherRegistriesAsync(),
            AtStart = atStart,
            BuiltEarlier = await context.BuiltEarlierAsync(),
            Time = context.Time,
            IsTrustedAsync = async other => await context.IsSignedAsync(await RegistryOfAsync(other), other, signer),
        }.RunAsync(plans, context.CancellationToken);
        try
        {
            await report(await ConcludeAsync(plans, writes, verified));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DeliveryException or OperationCanceledException)
        {
            var lost = string.Join("; ", writes.Where(x => x.IsLost).Select(x => $"{x.Tag}: {x.WhyLost}"));
            var moved = $"The images are published and their tags have moved{(lost.Length == 0 ? "" : $", but not all: {lost}")}.";
            if (exception is not OperationCanceledException)
                throw new DeliveryException($"{moved} What comes after that failed: {exception.Message}", exception);
            Log.Warning("{Outcome:l}", moved);
            throw new OperationCanceledException(moved, exception, context.CancellationToken);
        }
    }

    // Writes down and says where the tags are.
    private async Task<List<PublishSummary>> ConcludeAsync(
        IReadOnlyList<TagPlan> plans, IReadOnlyList<TagWrite> writes, Dictionary<string, IReadOnlyList<PublishedImage>> verified)
    {
        var summaries = new List<PublishSummary>();
        await context.ForEachImageAsync(async (image, publish) =>
        {
            await publish.RedoAsync(PublishStep.Tag, () =>
            {
                var results = publish.Record.Repositories.Select(repository =>
                {
                    var plan = plans.Single(x => x.Repository.Repository == repository);
                    var own = writes.Where(x => x.Tag.Repository == repository).ToList();
                    var result = TagReport.Of(plan, own).Log(publish.Record.Copies is null ? image.Name : repository);
                    publish.Update(record => record.WithTags(repository, result));
                    return publish.Record.Copies is null ? result.ToString() : $"{repository}: {result}";
                }).ToList();
                return Task.FromResult(string.Join("; ", results));
            });
            summaries.Add(await SummarizeAsync(image, publish, [.. verified[image.Name].Select(x => x.Signer)]));
        });
        return summaries;
    }

    private Task<OciRegistry> RegistryOfAsync(ImageReference repository) => context.RegistryOfAsync(repository.Domain!);

    // In each registry, and each time, whatever the record says: a file can be edited, and signatures can be deleted.
    private async Task<IReadOnlyList<PublishedImage>> EnsureSignedAsync(DeparturePolicy policy, ImageDefinition image, PublishTransaction publish)
    {
        var place = publish.Reference;
        try
        {
            var found = new List<PublishedImage>();
            foreach (var reference in publish.References)
            {
                place = reference;
                found.Add(await new OwnSignatures(context).EnsureThereAsync(image, publish, place, await context.ExpectedSignerAsync(publish.Record.SignedBy)));
                policy.EnsureHasNoStandIns(image.Name, found[^1].Root);
            }

            await publish.RedoAsync(PublishStep.Verify, () => Task.FromResult(found[0].Result + (found.Count == 1 ? "" : $" in {found.Count} registries")));
            return found;
        }
        catch (DeliveryException exception) when (exception is CommandFailedException || ImageVerifier.IsVerdict(exception))
        {
            var problem = ImageVerifier.IsVerdict(exception)
                ? $"{publish.Record.Digest} is not signed and attested there by the expected signer. Run Publish as a whole, or with --republish, which signs anew."
                : $"whether {publish.Record.Digest} is signed and attested there is not known.";
            throw new DeliveryException($"No tag of {place.Repository} moves: {problem} {exception.Message}", exception);
        }
    }

    // Says what is another image under the same commit. What its author changed and did not commit is no news.
    private async Task CompareAsync(ImageDefinition image, IReadOnlyDictionary<ImageReference, Digest?> atStart, Manifest root)
    {
        if ((await context.VersionAsync()).IsDirty) return;
        foreach (var (registry, repository) in await context.PlacesAsync(image)) await CompareAsync(image, registry, repository, atStart, root);
    }

    private async Task CompareAsync(ImageDefinition image, OciRegistry registry, ImageReference repository, IReadOnlyDictionary<ImageReference, Digest?> atStart, Manifest root)
    {
        foreach (var earlier in atStart.Where(x => x.Key.Repository == repository.Repository).Select(x => x.Value).OfType<Digest>().Distinct())
        {
            try
            {
                if (await EarlierBuild.FindDifferenceAsync(registry, repository.WithDigest(earlier), root, context.CancellationToken) is not { } difference) continue;
                Log.Warning("{Image}: {Difference:l}", image.Name, difference);
                return;
            }
            catch (DeliveryException exception)
            {
                Log.Debug("{Image}: what its tags pointed at before cannot be compared with it: {Problem:l}", image.Name, exception.Message);
            }
        }
    }

    private async Task<PublishSummary> SummarizeAsync(ImageDefinition image, PublishTransaction publish, IReadOnlyList<ExpectedSigner> signers)
    {
        var commands = new List<((string Verify, string Run) Here, (string Verify, string Run) Readers)>();
        foreach (var (place, signer) in publish.References.Zip(signers)) commands.Add(await CommandsAsync(image, place, signer));
        return new PublishSummary(publish.Record, commands[0].Here.Verify, commands[0].Here.Run)
        {
            At = context.Time.GetUtcNow(),
            ForReaders = commands[0].Readers,
            OfCopies = [.. commands.Skip(1)],
            NotPinned = context.ImageLocks().Problem(image.BaseImages.Select(x => x.Reference)),
        };
    }

    private async Task<((string Verify, string Run) Here, (string Verify, string Run) Readers)> CommandsAsync(ImageDefinition image, ImageReference place, ExpectedSigner signer)
    {
        var cosign = await context.VerifierAsync();
        var engine = await context.ShownEngineAsync();
        var shown = signer is ExpectedSigner.PublicKey { File: var file } ? new ExpectedSigner.PublicKey(_files.Relative(file)) : signer;
        var arguments = shown.VerifyArguments(place, cosign.Sigstore.TrustedRoot is { } root ? _files.Relative(root) : null);
        var access = await context.AccessOfProgramsAsync(place.Domain!);
        var authorities = access.AuthorityFiles.Count == 0 ? null : _files.Relative(await WriteAuthoritiesAsync(access));
        var verify = new Command(cosign.Executable, [.. arguments, .. access.CosignArguments(authorities)]) { Environment = ToolVariables.Cosign.With() };
        var docker = new Command("docker", PublishSummary.RunArguments(image, place));
        var run = engine is null ? docker.ToString() : await RunCommandAsync(engine, image, place, access);
        // As CreateRelease takes it.
        var hasRoot = cosign.Sigstore.TrustedRoot is not null || TufCache.TryReadTrustedRoot(context.Environment) is not null;
        return (
            (Shortcut.ToTyped(verify.ToString(), context.Environment), run),
            (ReadersCommand.Of(signer, place, SigstoreService.NeedsOwnRoot(cosign.Sigstore, context.Environment), hasRoot, access), docker.ToString()));
    }

    private async Task<string> RunCommandAsync(DockerEngine engine, ImageDefinition image, ImageReference place, RegistryAccess access)
    {
        var isReached = !PlannedTags.IsLoopback(place) || (await context.LocationAsync(engine)).ReachesLoopback;
        return $"{Shortcut.ToTyped(engine.Docker(PublishSummary.RunArguments(image, place)).ToString(), context.Environment)}"
            + (isReached ? "" : "  # where the engine reaches that registry, which is on this machine's loopback; name another with --registry")
            + (access.Remark is null ? "" : $"  {await EngineRemarkAsync(engine, access)}").TrimEnd();
    }

    // cosign takes one file, and believes nobody else then.
    private async Task<string> WriteAuthoritiesAsync(RegistryAccess access)
    {
        var file = Path.Combine(_files.Publishes, $"{access.Domain.Replace(':', '-')}-{RegistryAccess.ReadersAuthority}");
        await access.WriteAuthoritiesAsync(file, context.CancellationToken);
        return file;
    }

    private async Task<string> EngineRemarkAsync(DockerEngine engine, RegistryAccess access) =>
        await new EngineRegistries(engine, CertificateFolders.Of(context.Environment)).FindAdviceAsync(access, context.CancellationToken) is { } advice ? $"# {advice}" : "";
}
