using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Oci;
using Acci.Oci.Layouts;
using Serilog;

namespace Acci.Delivery.Buildx;

/// <summary>Base images that an engine has whole for a while, so that its BuildKit finds each blob and copies none.</summary>
/// <param name="engine">The engine.</param>
internal sealed class BaseImagesInEngine(DockerEngine engine) : IAsyncDisposable
{
    private readonly List<(ImageReference Name, IDisposable Noted)> _images = [];

    /// <summary>Loads them, each under a name that no other build has: two builds at once may need the same image.</summary>
    /// <param name="layouts">The folders of their layouts.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="DeliveryException">The engine does not take one.</exception>
    public async Task LoadAsync(IEnumerable<string> layouts, CancellationToken cancellationToken)
    {
        foreach (var folder in layouts.Distinct())
        {
            var digest = (await OciLayout.OpenAsync(folder, cancellationToken)).Root.Digest;
            var name = ImageReference.Parse($"acci-base/{Session.Current.Id}:sha256-{digest.Hex}");
            _images.Add((name, Session.Current.Note(engine.Leftover(Session.Current.Label, name))));
            await LayoutArchive.LoadWholeAsync(engine, folder, name, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var (name, noted) in _images)
        {
            // What the build came to is more than that.
            if (await TryRemoveAsync(name) is { } problem)
                Log.Warning("The base image {Image:l} stays in the engine, and the next build tries to remove it: {Problem:l}", name.ToString(), problem);
            else
                noted.Dispose();
        }
    }

    private async Task<string?> TryRemoveAsync(ImageReference name)
    {
        try
        {
            var result = await CommandRunner.TryRunAsync(engine.Errand("image", "rm", "--force", name.ToString()), cancellationToken: CancellationToken.None);
            return result.Succeeded ? null : string.Concat(result.LastLines(1));
        }
        catch (DeliveryException exception)
        {
            return exception.Message;
        }
    }
}
