using Acci.Components;
using Acci.Delivery.Images;
using Acci.Oci;

partial class Build : DeliveryBuild, IDoctor, IBuildImages, ISmokeTestImages, IScanImages, ISignImages, IVerifyImages, IPublishImages,
    IGenerateCompose, IComposeUp, IComposeLogs, IComposeDown, IUpdateLocks, IStopEngine
{
    public static int Main() => Execute<Build>(x => ((IPublishImages)x).Publish);

    static readonly BaseImage Sdk = new(ImageReference.Parse("mcr.microsoft.com/dotnet/sdk:10.0"));
    static readonly BaseImage Runtime = new(ImageReference.Parse("docker.io/ubuntu/dotnet-aspnet:10.0-26.04_stable"));
    static readonly BaseImage Redis = new(ImageReference.Parse("docker.io/library/redis:7"));

    IEnumerable<ImageDefinition> IHazImages.Images =>
    [
        new("shop") { Dockerfile = "src/Shop/Dockerfile", Platforms = [Platform.LinuxAmd64], BaseImages = [Sdk, Runtime], Health = new("/health", 8080) },
        new("shop-stock") { Dockerfile = "src/stock/Dockerfile", Platforms = [Platform.LinuxAmd64], BaseImages = [Redis] },
    ];
}
