using System.Net;
using Acci.Delivery.Engines;
using Acci.Oci;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>What a publish's tags point at when it begins.</summary>
public static class TagsAtStart
{
    /// <summary>Makes sure that the registry takes what is about to be built, before minutes are spent on building it.</summary>
    /// <exception cref="DeliveryException">The registry does not answer, or does not let this be pushed.</exception>
    internal static Task EnsurePushAllowedAsync(this DeliveryContext context) => context.Once(nameof(EnsurePushAllowedAsync), async () =>
    {
        // Fetching the engine fetches the local registry, too.
        if (context.Options.Registry is null) await context.EngineAsync();
        foreach (var destination in await context.DestinationsAsync()) await (await context.RegistryOfAsync(destination.Domain)).EnsureReachableAsync(context.CancellationToken);
        foreach (var image in context.Options.Images)
        {
            foreach (var (registry, repository) in await context.PlacesAsync(image)) await registry.EnsurePushAllowedAsync(repository, context.CancellationToken);
        }
    });

    /// <summary>Keeps in mind what the tags point at: what moves them meanwhile is another publish.</summary>
    /// <exception cref="DeliveryException">The registry does not answer, does not let this be pushed, or is of this machine and has another
    /// repository's image under one of these tags.</exception>
    public static Task<IReadOnlyDictionary<ImageReference, Digest?>> TagsAtStartAsync(this DeliveryContext context) =>
        context.Once(nameof(TagsAtStartAsync), () => LookAsync(context));

    /// <summary>The repositories whose image an earlier build made (<c>--skip BuildImages</c>), so that it is not known what their tags pointed at when it was built.</summary>
    internal static async Task<IReadOnlyCollection<string>> BuiltEarlierAsync(this DeliveryContext context)
    {
        var repositories = new List<string>();
        foreach (var image in context.Options.Images.Where(x => !context.BuiltHere().Contains(x.Name)))
        {
            Log.Information("{Image}: built by an earlier build, so a tag that a newer commit has by now stays where it is", image.Name);
            repositories.AddRange((await context.PlacesAsync(image)).Select(x => x.Repository.Repository));
        }

        return repositories;
    }

    private static async Task<IReadOnlyDictionary<ImageReference, Digest?>> LookAsync(DeliveryContext context)
    {
        await context.EnsurePushAllowedAsync();
        var tags = await context.TagsAsync();
        var found = new Dictionary<ImageReference, Digest?>();
        foreach (var image in context.Options.Images)
        {
            foreach (var (registry, repository) in await context.PlacesAsync(image))
            {
                foreach (var tag in tags.All.Select(repository.WithTag)) found[tag] = await FindAsync(registry, tag, context.CancellationToken);
                // Said before minutes are spent on what no tag would point at.
                if (PlannedTags.IsLoopback(repository)) await context.PlanTagsAsync(image, registry, repository);
            }
        }

        return found;
    }

    private static async Task<Digest?> FindAsync(OciRegistry registry, ImageReference tag, CancellationToken cancellationToken)
    {
        try
        {
            return (await registry.FindAsync(tag, cancellationToken))?.Digest;
        }
        catch (RegistryException exception) when (exception.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            // The repository may be pushed to, so this is how the registry says that it is not there yet. What is refused once it is there, is an
            // error.
            return null;
        }
    }
}
