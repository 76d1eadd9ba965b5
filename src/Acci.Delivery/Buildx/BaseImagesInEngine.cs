using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Oci.Layouts;
using Serilog;

namespace Acci.Delivery.Buildx;

/// <summary>Base images that an engine has whole for a while, so that its BuildKit finds each blob and copies none.</summary>
internal sealed class BaseImagesInEngine : IAsyncDisposable
{
    private readonly DockerEngine _engine;
    private readonly List<string> _loaded = [];

    private BaseImagesInEngine(DockerEngine engine) => _engine = engine;

    /// <summary>Loads them.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="layouts">The folders of their layouts.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What removes them again.</returns>
    /// <exception cref="DeliveryException">The engine does not take one.</exception>
    public static async Task<BaseImagesInEngine> LoadAsync(DockerEngine engine, IEnumerable<string> layouts, CancellationToken cancellationToken)
    {
        var bases = new BaseImagesInEngine(engine);
        try
        {
            foreach (var folder in layouts.Distinct())
            {
                bases._loaded.Add($"{(await OciLayout.OpenAsync(folder, cancellationToken)).Root.Digest}");
                await LayoutArchive.LoadWholeAsync(engine, folder, cancellationToken);
            }
        }
        catch
        {
            await bases.DisposeAsync();
            throw;
        }

        return bases;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (var image in _loaded) await CommandRunner.TryRunAsync(_engine.Errand("image", "rm", image), cancellationToken: CancellationToken.None);
        }
        catch (NoAnswerException exception)
        {
            // What the build came to is more than that.
            Log.Warning("{Problem:l} A base image may be left", exception.Message);
        }
    }
}
