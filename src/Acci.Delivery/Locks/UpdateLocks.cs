using Acci.Delivery.Engines;
using Acci.Delivery.GitHub;
using Acci.Delivery.Registries;
using Acci.Delivery.Scanning;
using Acci.Generation;
using Acci.Generation.Workflows;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Oci.Retries;

namespace Acci.Delivery.Locks;

/// <summary>
/// Pins what the lock files pin to what is newest: actions and tools to their newest release, base images to what their tags point at. What the build uses and no file
/// names is added.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="minimumAge">How long a release has to have been out.</param>
/// <param name="report">Gets what changed, or would change, and what could not be looked up.</param>
public sealed class UpdateLocks(DeliveryContext context, TimeSpan minimumAge, Action<IReadOnlyList<LockChange>> report) : Verb
{
    /// <summary>Images that are used besides those the build's own images start from: what environments run.</summary>
    public IReadOnlyList<ImageReference> FurtherImages { get; init; } = [];

    /// <inheritdoc/>
    public override Task PlanAsync() => UpdateAsync(isWritten: false);

    /// <inheritdoc/>
    public override Task RunAsync() => UpdateAsync(isWritten: true);

    private async Task UpdateAsync(bool isWritten)
    {
        var changes = new List<LockChange>();
        var layout = context.Options.Layout;
        // Their registries are not the one that images are published to: its credentials are not for them. One that does not answer is asked the next time.
        var retry = new RetryOptions { Budget = TimeSpan.Zero };
        var options = new RegistryOptions { Credentials = new DockerConfig(context.Environment), Retry = retry };
        var images = await new ImageUpdates(image => OciRegistry.Of(image, context.AccessTo(image.Normalize().Domain!).ClientOptions(options)))
            .FindAsync(context.ImageLocks().With([.. FirstPins.ImagesOf(context.Options.Images), .. FurtherImages]), changes.Add, context.CancellationToken);
        if (isWritten) Write(layout.ImageLocks, ImageLocks.ToJson(images));
        try
        {
            // Last: without a token images are pinned all the same.
            var locked = ActionLocks.Read(context.Options.PathOf(layout.ActionLocks));
            var (actions, tools) = await AskGitHubAsync(locked, ToolLocks.Read(context.Options.PathOf(layout.ToolLocks)), changes);
            if (!isWritten) return;
            string[] unpinned = [.. locked.Unpinned.Except(actions.Select(x => x.Name))];
            Write(layout.ActionLocks, ActionLocks.ToJson(actions, unpinned));
            Write(layout.ToolLocks, tools.ToJson());
        }
        finally
        {
            report(changes);
        }
    }

    private void Write(string file, string content)
    {
        Directory.CreateDirectory(context.Options.PathOf(context.Options.Layout.Locks));
        AtomicFile.Write(context.Options.PathOf(file), content);
    }

    // Where nothing of GitHub's is pinned yet, images can be pinned without it.
    internal async Task<(IReadOnlyList<ActionReference> Actions, ToolLocks Tools)> AskGitHubAsync(ActionLocks locked, ToolLocks tools, List<LockChange> changes)
    {
        try
        {
            var gitHub = await context.GitHubAsync();
            var newest = new ActionUpdates(gitHub, minimumAge);
            ActionReference[] actions =
            [
                .. await newest.FindAsync(locked.All, changes.Add, context.CancellationToken),
                .. await newest.FindNewAsync(locked.Unpinned, changes.Add, context.CancellationToken),
            ];
            var trivy = await new ToolUpdates(gitHub, minimumAge) { IsMalicious = TrivyVersion.IsMalicious }
                .FindAsync("trivy", tools.Trivy ?? FirstPins.Scanner, changes.Add, context.CancellationToken);
            return (actions, trivy == FirstPins.Scanner ? tools : tools with { Trivy = trivy });
        }
        catch (DeliveryException exception) when (locked.All.Count == 0 && locked.Unpinned.Count == 0 && tools.Trivy is null)
        {
            changes.Add(LockChange.Left("trivy", "no version", exception.Message));
            return ([], tools);
        }
    }
}
