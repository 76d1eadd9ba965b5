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
    /// <summary>Pins what <c>deploy/locks</c> pins to what is newest: actions and tools to their newest release, base images to what their tags point at. In a dry run nothing is written.</summary>
    /// <param name="minimumAge">How long a release has to have been out.</param>
    /// <returns>What changed, and what could not be looked up.</returns>
    public async Task<IReadOnlyList<LockChange>> UpdateLocksAsync(TimeSpan minimumAge)
    {
        var changes = new List<LockChange>();
        var actionFile = LockFile("actions.json");
        var gitHub = await context.GitHubAsync();
        var actions = await new ActionUpdates(gitHub, minimumAge).FindAsync(ActionLocks.Read(actionFile).All, changes.Add, Cancellation);
        var toolFile = LockFile("tools.json");
        var tools = ToolLocks.Read(toolFile);
        if (tools.Trivy is { } trivy) tools = tools with { Trivy = await new ToolUpdates(gitHub, minimumAge) { IsMalicious = TrivyVersion.IsMalicious }.FindAsync("trivy", trivy, changes.Add, Cancellation) };
        var imageFile = LockFile("images.json");
        // Their registries are not the one that images are published to: its credentials are not for them. One that does not answer is asked the next time.
        var options = new RegistryOptions { Credentials = Credentials.From(new DockerConfig()), Retry = new RetryOptions { Budget = TimeSpan.Zero } };
        var images = await new ImageUpdates(image => OciRegistry.Of(image, options))
            .FindAsync(ImageLocks.Read(imageFile).All, changes.Add, Cancellation);
        if (context.Options.DryRun) return changes;

        await File.WriteAllTextAsync(actionFile, ActionLocks.ToJson(actions), Cancellation);
        await File.WriteAllTextAsync(toolFile, tools.ToJson(), Cancellation);
        await File.WriteAllTextAsync(imageFile, ImageLocks.ToJson(images), Cancellation);
        return changes;
    }

    private string LockFile(string name) => Path.Combine(context.Options.Deploy, "locks", name);
}
