using Acci.Components;
using Acci.Delivery.Images;
using Acci.Environments.Declarations;

/// <summary>A build with a service of an image that it does not have.</summary>
class MisnamedBuild : DeliveryBuild, IGenerateCompose, IHazImages
{
    public static int Run() => Execute<MisnamedBuild>(x => ((IGenerateCompose)x).GenerateCompose);

    IEnumerable<ImageDefinition> IHazImages.Images => [new("shop")];

    EnvironmentDeclaration IHazEnvironments.Environments => new()
    {
        Name = "shop",
        Define = _ => new() { Services = [new("shop") { Image = ServiceImage.Of("shpo") }] },
    };
}
