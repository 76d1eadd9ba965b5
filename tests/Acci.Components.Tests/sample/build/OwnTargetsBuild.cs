using Acci.Components;
using Acci.Delivery;
using Acci.Delivery.Images;
using Nuke.Common;
using Serilog;

/// <summary>A build of images that has targets of its own, called as those of components that it does not have.</summary>
class OwnTargetsBuild : DeliveryBuild, IBuildImages
{
    public static int Run() => Execute<OwnTargetsBuild>(x => x.Publish);

    IEnumerable<ImageDefinition> IHazImages.Images => [new("app") { Dockerfile = "Dockerfile", Platforms = [Acci.Oci.Platform.LinuxAmd64] }];

    Target ScanImages => _ => _.Executes(() => { });

    Target SignImages => _ => _.DependsOn(ScanImages).Executes(() => { });

    Target Publish => _ => _.DependsOn(SignImages).Runs(this, () => new Telling());

    private sealed class Telling : Verb
    {
        public override Task PrepareAsync(DeliveryScope scope)
        {
            Log.Information("tags {Tags}, signs {Signs}, scans {Scans}", scope.Tags, scope.Signs, scope.Scans);
            return Task.CompletedTask;
        }

        public override Task PlanAsync() => Task.CompletedTask;

        public override Task RunAsync() => Task.CompletedTask;
    }
}
