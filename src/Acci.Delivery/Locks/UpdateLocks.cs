using Acci.Delivery.Engines;
using Acci.Delivery.Registries;
using Acci.Delivery.Scanning;
using Acci.Generation.Workflows;
using Acci.Oci.Registries;
using Acci.Oci.Retries;

namespace Acci.Delivery.Locks;

/// <summary>Pins what <c>deploy/locks</c> pins to what is newest: actions and tools to their newest release, base images to what their tags point at.</summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="minimumAge">How long a release has to have been out.</param>
/// <param name="report">Gets what changed, or would change, and what could not be looked up.</param>
public sealed class UpdateLocks(DeliveryContext context, TimeSpan minimumAge, Action<IReadOnlyList<LockChange>> report) : Verb
{
    /// <inheritdoc/>
    public override Task PlanAsync() => UpdateAsync(isWritten: false);

    /// <inheritdoc/>
    public override Task RunAsync() => UpdateAsync(isWritten: true);

    private async Task UpdateAsync(bool isWritten)
    {
        var changes = new List<LockChange>();
        var actionFile = LockFile("actions.json");
        var gitHub = await context.GitHubAsync();
        var actions = await new ActionUpdates(gitHub, minimumAge).FindAsync(ActionLocks.Read(actionFile).All, changes.Add, context.CancellationToken);
        var toolFile = LockFile("tools.json");
        var tools = ToolLocks.Read(toolFile);
        if (tools.Trivy is { } trivy) tools = tools with { Trivy = await new ToolUpdates(gitHub, minimumAge) { IsMalicious = TrivyVersion.IsMalicious }.FindAsync("trivy", trivy, changes.Add, context.CancellationToken) };
        var imageFile = LockFile("images.json");
        // Their registries are not the one that images are published to: its credentials are not for them. One that does not answer is asked the next time.
        var options = new RegistryOptions { Credentials = Credentials.From(new DockerConfig()), Retry = new RetryOptions { Budget = TimeSpan.Zero } };
        var images = await new ImageUpdates(image => OciRegistry.Of(image, options))
            .FindAsync(ImageLocks.Read(imageFile).All, changes.Add, context.CancellationToken);
        if (isWritten)
        {
            await File.WriteAllTextAsync(actionFile, ActionLocks.ToJson(actions), context.CancellationToken);
            await File.WriteAllTextAsync(toolFile, tools.ToJson(), context.CancellationToken);
            await File.WriteAllTextAsync(imageFile, ImageLocks.ToJson(images), context.CancellationToken);
        }

        report(changes);
    }

    private string LockFile(string name) => Path.Combine(context.Options.Deploy, "locks", name);
}
