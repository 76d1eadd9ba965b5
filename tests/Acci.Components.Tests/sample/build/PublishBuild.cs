using Acci.Components;
using Acci.Delivery.Images;
using Acci.Oci;
using Nuke.Common;
using Nuke.Common.Tooling;

/// <summary>A build that publishes an image, examines itself, and starts a program of its own.</summary>
class PublishBuild : DeliveryBuild, IPublishImages, IDoctor, IHazGitHub
{
    public static int Run() => Execute<PublishBuild>(x => ((IPublishImages)x).Publish);

    [Parameter("A key of the build's own"), Secret] readonly string? ApiKey = null;

    IEnumerable<ImageDefinition> IHazImages.Images => [new("app") { Dockerfile = "Dockerfile", Platforms = [Platform.LinuxAmd64] }];

    Target Deploy => _ => _
        .Description("Starts a program")
        .Executes(() =>
        {
            ProcessTasks.StartProcess("git", "version").AssertZeroExitCode();
            Assert.NotNull(ApiKey);
        });
}
