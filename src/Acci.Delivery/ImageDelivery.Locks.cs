using Acci.Delivery.Engines;
using Acci.Delivery.Locks;
using Acci.Delivery.Registries;
using Acci.Delivery.Scanning;
using Acci.Generation.Workflows;
using Acci.Oci.Registries;
using Acci.Oci.Retries;

namespace Acci.Delivery;

public sealed partial class ImageDelivery
{
    /// <summary>Pins what the lock files pin to what is newest: actions and tools to their newest release, base images to what their tags point at. What the build uses and no file names is added. In a dry run nothing is written.</summary>
    /// <param name="minimumAge">How long a release has to have been out.</param>
    /// <returns>What changed, and what could not be looked up.</returns>
    public async Task<IReadOnlyList<LockChange>> UpdateLocksAsync(TimeSpan minimumAge)
    {
        var changes = new List<LockChange>();
        var layout = context.Options.Layout;
        var locked = ActionLocks.Read(context.Options.PathOf(layout.ActionLocks));
        var gitHub = await context.GitHubAsync();
        var newest = new ActionUpdates(gitHub, minimumAge);
        ActionReference[] actions = [.. await newest.FindAsync(locked.All, changes.Add, Cancellation), .. await newest.FindNewAsync(locked.Unpinned, changes.Add, Cancellation)];
        var tools = ToolLocks.Read(context.Options.PathOf(layout.ToolLocks));
        var trivy = await new ToolUpdates(gitHub, minimumAge) { IsMalicious = TrivyVersion.IsMalicious }.FindAsync("trivy", tools.Trivy ?? FirstPins.Scanner, changes.Add, Cancellation);
        if (trivy != FirstPins.Scanner) tools = tools with { Trivy = trivy };
        // Their registries are not the one that images are published to: its credentials are not for them. One that does not answer is asked the next time.
        var options = new RegistryOptions { Credentials = Credentials.From(new DockerConfig()), Retry = new RetryOptions { Budget = TimeSpan.Zero } };
        var images = await new ImageUpdates(image => OciRegistry.Of(image, options))
            .FindAsync(context.ImageLocks.With(FirstPins.ImagesOf(context.Options.Images)), changes.Add, Cancellation);
        if (context.Options.DryRun) return changes;

        Directory.CreateDirectory(context.Options.PathOf(layout.Locks));
        string[] unpinned = [.. locked.Unpinned.Except(actions.Select(x => x.Name))];
        await File.WriteAllTextAsync(context.Options.PathOf(layout.ActionLocks), ActionLocks.ToJson(actions, unpinned), Cancellation);
        await File.WriteAllTextAsync(context.Options.PathOf(layout.ToolLocks), tools.ToJson(), Cancellation);
        await File.WriteAllTextAsync(context.Options.PathOf(layout.ImageLocks), ImageLocks.ToJson(images), Cancellation);
        return changes;
    }
}
