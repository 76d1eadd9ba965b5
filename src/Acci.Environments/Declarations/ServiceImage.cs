using Acci.Delivery.Images;

namespace Acci.Environments.Declarations;

/// <summary>The image a service runs. A variable names another one: <c>SHOP_WORKER_IMAGE</c> for the service <c>worker</c>.</summary>
public sealed record ServiceImage
{
    private ServiceImage(string? own, string? reference, string description) => (Own, Reference, Description) = (own, reference, description);

    /// <summary>The build's own image, by the name it is declared under; null where it is somebody else's.</summary>
    public string? Own { get; }

    /// <summary>Somebody else's image, with a tag; null where it is one of the build's.</summary>
    public string? Reference { get; }

    /// <summary>What the variable that names another one is explained with.</summary>
    public string Description { get; init; }

    /// <summary>An image of this build: the one that was published last.</summary>
    public static ServiceImage Of(ImageDefinition image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Of(image.Name);
    }

    /// <summary>The same, by its name.</summary>
    /// <param name="image">The name of its definition.</param>
    public static ServiceImage Of(string image) =>
        new(image, null, $"Image of {image}, by digest; ComposeUp and DeployStack take the one that was published last");

    /// <summary>An image of somebody else's, by the digest it is locked to, or that its tag has now.</summary>
    /// <param name="reference">Its reference, with a tag: <c>docker.io/library/rabbitmq:4</c>.</param>
    public static ServiceImage Upstream(string reference) =>
        new(null, Oci.ImageReference.Parse(reference).ToString(), $"Image to run instead of {reference}");
}
