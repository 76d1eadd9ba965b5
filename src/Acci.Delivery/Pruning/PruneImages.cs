using Acci.Delivery.Engines;
using Acci.Delivery.GitHub;
using Acci.Delivery.Images;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Pruning;

/// <summary>Deletes old versions of every image's package, or says which would go. What this checkout published last stays.</summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="rules">What stays.</param>
/// <param name="delete">Whether versions are deleted, and not only named.</param>
/// <param name="report">Gets what is decided of each image.</param>
public sealed class PruneImages(DeliveryContext context, KeepRules rules, bool delete, Action<PruneReport> report) : Verb
{
    private readonly ImageFiles _files = new(context.Options);

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">The images are not published to GitHub's container registry, or GitHub cannot be asked.</exception>
    public override async Task PrepareAsync(DeliveryScope scope)
    {
        EnsureRegistryIsNamed();
        // In a fork nothing is done then.
        if (await context.IsOnScheduleAsync()) return;
        (await context.GitHubAsync()).EnsureHasToken("list the versions of packages", delete ? "packages: write" : "packages: read");
    }

    /// <inheritdoc/>
    public override Task PlanAsync() => PruneAsync(false, null);

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">The images are not published to GitHub's container registry, or what belongs together cannot be read in full.</exception>
    public override Task RunAsync() => PruneAsync(delete, JobSummary.Of(context.Environment));

    private async Task PruneAsync(bool really, JobSummary? page)
    {
        EnsureRegistryIsNamed();
        if (await context.IsForkOnScheduleAsync()) return;
        var gitHub = await context.GitHubAsync();
        foreach (var image in context.Options.Images)
        {
            var places = await context.PlacesAsync(image);
            var pruned = places.Where(x => gitHub.Server.HasRegistry(x.Repository)).ToList();
            foreach (var (_, other) in pruned.Count == 0 ? [] : places.Except(pruned)) Log.Information("{Repository:l} is not pruned: use its registry's own clean-up", other.Repository);
            // Where none is GitHub's, that is said of the first.
            foreach (var (registry, repository) in pruned.Count == 0 ? places.Take(1) : pruned) await PruneAsync(gitHub, image, registry, repository, really, page);
        }
    }

    private async Task PruneAsync(GitHubConnection gitHub, ImageDefinition image, OciRegistry registry, ImageReference repository, bool really, JobSummary? page)
    {
        var published = PublishRecord.Read(_files.RecordOf(image)) is { } record && record.Repositories.Contains(repository.Repository) ? [record.Digest] : Array.Empty<Digest>();
        var own = rules with { Digests = rules.Digests.Concat(published).ToHashSet() };
        var pruned = await new ImagePruning(gitHub, registry, own).RunAsync(repository, really, context.CancellationToken);
        report(pruned);
        if (page is not null) await page.AppendAsync(pruned.ToMarkdown(), context.CancellationToken);
    }

    // Asked for without a registry, the local one would only be started to be told that it has no packages.
    private void EnsureRegistryIsNamed()
    {
        if (context.Options.Registry is null) throw new WrongUseException("PruneImages deletes versions of packages in GitHub's container registry: name it with --registry ghcr.io/owner.");
    }
}
