using Acci.Components;
using Acci.Delivery.Images;
using Acci.Oci;

class Build : DeliveryBuild, IDoctor, IBuildImages, ISmokeTestImages, IScanImages, IPublishImages, IUpdateLocks, IStopEngine
{
    public static int Main() => Execute<Build>(x => ((IPublishImages)x).Publish);

    IEnumerable<ImageDefinition> IHazImages.Images =>
        [new("shop") { Dockerfile = "web/Dockerfile", Platforms = [Platform.LinuxAmd64] }];
}
