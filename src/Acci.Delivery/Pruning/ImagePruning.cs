using System.Collections.Concurrent;
using Acci.Delivery.GitHub;
using Acci.Delivery.Sessions;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Pruning;

/// <summary>
/// Deletes old versions of an image's package, so that no image that stays loses anything. The list of versions is GitHub's, what belongs together is read from every
/// manifest in the registry. Where the list cannot be read in full, or the registry gives no answer, nothing is deleted. A version whose manifest is missing or
/// cannot be read stays, and so does what may belong to it.
/// </summary>
/// <param name="GitHub">Where the versions are listed and deleted.</param>
/// <param name="Registry">Where the manifests are.</param>
/// <param name="Rules">What stays.</param>
public sealed record ImagePruning(GitHubConnection GitHub, OciRegistry Registry, KeepRules Rules)
{
    private const int Parallelism = 8;
    private const int ShownFailures = 3;
    private const int MostPlans = 3;

    /// <summary>How long a list of versions counts while versions are deleted; then it is looked whether someone else has changed any. Default: 30 seconds.</summary>
    public TimeSpan ListLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The time that ages are counted back from.</summary>
    public DateTimeOffset Now { get; init; } = GitHub.Time.GetUtcNow();

    /// <summary>Plans, and deletes if that is wanted.</summary>
    /// <param name="repository">The image.</param>
    /// <param name="delete">Whether the versions are deleted, or it is only said which would be.</param>
    /// <param name="cancellationToken">Ends the work; what is deleted by then leaves nothing broken behind.</param>
    /// <exception cref="DeliveryException">The versions or their manifests cannot be read in full, change all the time, or may not be deleted.</exception>
    public async Task<PruneReport> RunAsync(ImageReference repository, bool delete, CancellationToken cancellationToken = default)
    {
        var package = await ContainerPackage.OpenAsync(GitHub, repository, cancellationToken);
        var (plan, versions) = await PlanAsync(package, cancellationToken);
        foreach (var (node, _, reason) in plan.Unreadable)
        {
            Log.Warning(
                "{Image:l}: {Version:l} {Reason:l} It stays, and so does what may belong to it, which is each version without a tag and each image of one platform: "
                + "delete it by hand if nothing needs it",
                repository.Path, node.Version.Name, SafeText.Terminal(reason));
        }

        var report = new PruneReport(repository, plan);
        return delete ? report with { Deleted = true, Refusals = await DeleteAsync(package, plan, versions, cancellationToken) } : report;
    }

    // A plan counts only when nothing changed while it was made.
    private async Task<(PrunePlan Plan, IReadOnlyList<PackageVersion> Versions)> PlanAsync(ContainerPackage package, CancellationToken cancellationToken)
    {
        var manifests = new ConcurrentDictionary<Digest, Manifest>();
        var versions = await package.ListAsync(cancellationToken);
        for (var i = 0; i < MostPlans; i++)
        {
            var graph = await ReadAsync(package.Repository, versions, manifests, cancellationToken);
            var tags = await Registry.ListTagsAsync(package.Repository, cancellationToken: cancellationToken).ToListAsync(cancellationToken);
            var unlisted = tags.Except(versions.SelectMany(x => x.Tags)).Order(StringComparer.Ordinal).ToList();
            var again = await package.ListAsync(cancellationToken);
            if (unlisted.Count == 0 && again.Select(State).ToHashSet().SetEquals(versions.Select(State))) return (PrunePlan.Make(graph, Rules, Now), versions);
            if (unlisted.Count > 0 && i == MostPlans - 1)
                throw new DeliveryException($"The registry has tags of {package.Repository} that {GitHub.Server} does not list ({Some(unlisted)}), so what belongs together is not known. Nothing is deleted.");
            versions = again;
        }

        throw new DeliveryException($"{package.Repository} changes faster than it is read. Nothing is deleted; run PruneImages when nothing is being published.");
    }

    private async Task<PackageGraph> ReadAsync(
        ImageReference repository, IReadOnlyList<PackageVersion> versions, ConcurrentDictionary<Digest, Manifest> manifests, CancellationToken cancellationToken)
    {
        var failures = new ConcurrentQueue<string>();
        var unreadable = new ConcurrentDictionary<Digest, string>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(versions.Where(x => !manifests.ContainsKey(x.Digest)), options, async (version, token) =>
        {
            // Once one cannot be read there is nothing to be planned; a few more are asked for so that the message can name them.
            if (failures.Count >= ShownFailures) return;
            try
            {
                manifests[version.Digest] = await Registry.GetManifestAsync(repository.WithDigest(version.Digest), token);
            }
            catch (ContentException exception)
            {
                unreadable[version.Digest] = exception.Message;
            }
            catch (DeliveryException exception)
            {
                failures.Enqueue($"{version.Name}: {exception.Message}");
            }
        });
        return failures.IsEmpty
            ? new PackageGraph([.. versions.Select(NodeOf)])
            : throw new DeliveryException($"Not every version of {repository.Repository} can be read, so what belongs together is not known. Nothing is deleted.{string.Concat(failures.Order(StringComparer.Ordinal).Select(x => $"\n    {x}"))}");

        PackageNode NodeOf(PackageVersion version) => unreadable.TryGetValue(version.Digest, out var reason)
            ? new PackageNode(version) { Unreadable = reason }
            : PackageNode.Of(version, manifests[version.Digest]);
    }

    private async Task<IReadOnlyDictionary<Digest, string>> DeleteAsync(
        ContainerPackage package, PrunePlan plan, IReadOnlyList<PackageVersion> versions, CancellationToken cancellationToken)
    {
        var refusals = new Dictionary<Digest, string>();
        var known = versions.Select(State).ToHashSet();
        var listed = GitHub.Time.GetTimestamp();
        var gone = 0;
        PackageVersion? asked = null;
        using var unfinished = Unfinished.Note(() => Volatile.Read(ref asked) is { } unanswered ? Stopped(unanswered) : null);
        foreach (var (node, _, _) in plan.Deletions)
        {
            if (refusals.ContainsKey(node.Digest)) continue;
            if (GitHub.Time.GetElapsedTime(listed) >= ListLifetime)
            {
                await EnsureUnchangedAsync();
                listed = GitHub.Time.GetTimestamp();
            }

            Volatile.Write(ref asked, node.Version);
            string? refusal;
            try
            {
                refusal = await package.DeleteAsync(node.Version, cancellationToken);
            }
            catch (OperationCanceledException exception)
            {
                throw Interrupted(exception, node.Version);
            }
            catch (DeliveryException exception) when (exception is not GitHubException { IsUndecided: false } || gone > 0)
            {
                throw exception.With($"{exception.Message} {Stopped(exception is GitHubException { IsUndecided: false } ? null : node.Version)}");
            }

            Volatile.Write(ref asked, null);
            if (refusal is not null)
            {
                Log.Warning("{Image:l}: {Version:l} stays: {Reason:l}", package.Repository.Path, node.Version.Name, refusal);
                foreach (var held in plan.HeldBy(node)) refusals.TryAdd(held, $"belongs to {node.Version.Name}, which GitHub does not let go");
                refusals[node.Digest] = refusal;
                continue;
            }

            gone++;
            Log.Debug("{Image:l}: {Version:l} deleted", package.Repository.Path, node.Version.Name);
        }

        return refusals.Where(x => plan.Deletions.Any(deletion => deletion.Node.Digest == x.Key)).ToDictionary();

        async Task EnsureUnchangedAsync()
        {
            IReadOnlyList<PackageVersion> now;
            try
            {
                now = await package.ListAsync(cancellationToken);
            }
            catch (OperationCanceledException exception) when (gone > 0)
            {
                throw Interrupted(exception, null);
            }
            catch (DeliveryException exception) when (gone > 0)
            {
                throw exception.With($"{exception.Message} {Stopped(null)}");
            }

            string[] changed = [.. now.Where(x => !known.Contains(State(x))).Select(x => x.Name)];
            if (changed.Length == 0) return;
            throw new DeliveryException(
                $"Someone has pushed to {package.Repository.Repository} or tagged it meanwhile ({Some(changed)}), which may need what was to go. "
                + $"{After()}; run PruneImages again.");
        }

        OperationCanceledException Interrupted(Exception exception, PackageVersion? unanswered)
        {
            Log.Warning("{Outcome:l}", Stopped(unanswered));
            return new OperationCanceledException(Stopped(unanswered), exception, cancellationToken);
        }

        string Stopped(PackageVersion? unanswered) =>
            $"{After()}{(unanswered is null ? "" : $"; whether {unanswered.Name} is deleted as well is not known")}. Run PruneImages again.";

        string After() => $"Stopped after {gone} deletions, none of which anything needs";
    }

    // What has to be as it was for a plan to count: which versions there are, and their tags.
    private static (long Id, string Tags) State(PackageVersion version) => (version.Id, string.Join(',', version.Tags.Order(StringComparer.Ordinal)));

    private static string Some(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(ShownFailures)) + (names.Count > ShownFailures ? $" and {names.Count - ShownFailures} more" : "");
}
