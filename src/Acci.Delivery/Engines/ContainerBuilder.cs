using System.Text;
using Acci.Delivery.Processes;
using Acci.Oci;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>
/// The docker-container builder of an engine that cannot build for several platforms by itself. buildx keeps with a builder's name the engine that it was made on, and
/// goes on building there; so the name tells the engine.
/// </summary>
internal sealed class ContainerBuilder(DockerEngine engine)
{
    private const string Prefix = "acci-";

    /// <summary>Creates the builder if it does not exist.</summary>
    /// <param name="image">The image that it runs from; null leaves it to buildx.</param>
    /// <param name="cancellationToken">Cancels the creation; a builder that did not start is removed.</param>
    /// <returns>Its name.</returns>
    /// <exception cref="DeliveryException">It cannot be created, or does not run.</exception>
    public async Task<string> EnsureAsync(ImageReference? image, CancellationToken cancellationToken)
    {
        var name = await NameAsync(image, cancellationToken);
        if (await engine.AskAsync(["buildx", "inspect", name], cancellationToken) is not null) return name;

        Log.Information("This engine's own builder cannot build for several platforms: making a docker-container builder named '{Builder}'", name);
        // The host's network, because the local registry listens on the host's loopback address.
        string[] from = image is null ? [] : ["--driver-opt", $"image={image}"];
        var isOwn = true;
        try
        {
            string[] options = ["--driver", "docker-container", "--driver-opt", "network=host", .. from];
            isOwn = await engine.CreateBuilderAsync(name, options, cancellationToken);
            await CommandRunner.RunAsync(engine.Docker("buildx", "inspect", "--bootstrap", name), Log.Debug, cancellationToken);
        }
        catch (Exception) when (isOwn)
        {
            await CommandRunner.TryRunAsync(engine.Docker("buildx", "rm", "--force", name), cancellationToken: CancellationToken.None);
            throw;
        }

        return name;
    }

    // Two engines may tell the same identity, where one is a copy of the other's disk.
    private async Task<string> NameAsync(ImageReference? image, CancellationToken cancellationToken)
    {
        var identity = await engine.AskAsync(["info", "--format", "{{.ID}}"], cancellationToken)
            ?? throw new DeliveryException($"{engine} does not tell its identity (`docker info`), which the builder's name is made of.");
        return Prefix + Digest.Of(Encoding.UTF8.GetBytes($"{identity}\n{await engine.EndpointAsync(cancellationToken)}\n{image}")).Hex[..8];
    }
}
