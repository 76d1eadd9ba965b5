using Acci.Components;
using Acci.Delivery.Images;

/// <summary>A build that prunes and does nothing else; what can be typed is written for shells.</summary>
class PruneBuild : DeliveryBuild, IPruneImages, IGenerateRunConfigurations
{
    public static int Run() => Execute<PruneBuild>(x => ((IPruneImages)x).PruneImages);

    IEnumerable<ImageDefinition> IHazImages.Images => [new("app") { Dockerfile = "Dockerfile" }];
}
