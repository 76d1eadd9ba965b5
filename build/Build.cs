using Acci;
using Acci.Components;
using Acci.Delivery.Images;
using Acci.Generation.RunConfigurations;
using Acci.Oci;
using Nuke.Common.ProjectModel;
using Nuke.Components;

/// <summary>
/// From source to a published image. Each component brings one target and its parameters:
/// <code>
/// Doctor                                                      what this machine has
/// Restore → Compile → Test                                    the code
/// BuildImages → SmokeTestImages → ScanImages →
///   SignImages                                                the images, step by step
/// VerifyImages                                                their signatures and attestations in the registry
/// CheckImages                                                 the Dockerfiles
/// Publish, PromoteImages                                      all of these, tags last; other tags for what is published
/// UploadSarif, RescanImages                                   findings on GitHub, and in what is published already
/// CreateRelease, PruneImages                                  on GitHub: what goes with the images, and what need not stay
/// WriteAdmissionPolicy                                        what a cluster asks of the images before it runs them
/// GenerateCompose → ComposeUp, ComposeLogs, ComposeDown       environments of the app on this machine
/// DeployStack                                                 the same on Docker Swarm
/// GenerateWorkflows, …RunConfigurations, …BakeFile            what others read, from what is declared here; VerifyGenerated
/// Pack                                                        the components as NuGet packages
/// UpdateLocks                                                 newer versions of what is pinned
/// StopEngine, Clean                                           tidying up
/// </code>
/// </summary>
partial class Build : DeliveryBuild, IDoctor, ICompile, ITestWithSummary, ICheckImages,
    IBuildImages, ISmokeTestImages, IScanImages, ISignImages, IVerifyImages, IPublishImages, IPromoteImages, IHazRegistryAuthority, IHazImageParts,
    IUploadSarif, IRescanImages, ICreateRelease, IPruneImages, IWriteAdmissionPolicy,
    IGenerateCompose, IComposeUp, IComposeLogs, IComposeDown, IDeployStack,
    IGenerateWorkflows, IGenerateRunConfigurations, IGenerateBakeFile, IVerifyGenerated, IUpdateLocks,
    IStopEngine, IClean
{
    public static int Main() => Execute<Build>(x => ((IPublishImages)x).Publish);

    [Solution] readonly Solution Solution = null!;

    Solution IHazSolution.Solution => Solution;

    // The two longest first: beside them, which wait for engines, registries and programs most of the time, the others run one after the other.
    IEnumerable<Project> ITest.TestProjects => Solution.GetAllProjects("*.Tests")
        .OrderBy(x => x.Name switch { "Acci.EndToEnd.Tests" => 0, "Acci.Delivery.Tests" => 1, _ => 2 });

    int ITest.TestDegreeOfParallelism => 3;

    IEnumerable<DebuggedProgram> IGenerateRunConfigurations.DebuggedPrograms =>
    [
        new("App", "src/Acci/Acci.csproj", $"src/Acci/bin/Debug/net10.0/{AppSettings.AppName}.dll")
        {
            Environment = new Dictionary<string, string> { ["RUN_MODE"] = "dev" },
        },
    ];

    IEnumerable<ImageDefinition> IHazImages.Images =>
    [
        new(AppSettings.AppName)
        {
            Platforms = [Platform.LinuxAmd64, Platform.LinuxPpc64le],
            BaseImages =
            [
                new(ImageReference.Parse("mcr.microsoft.com/dotnet/sdk:10.0-noble-aot")),
                new(ImageReference.Parse("gcr.io/distroless/cc-debian13:nonroot")) { Platforms = [Platform.LinuxAmd64, Platform.LinuxArm64] },
                new(ImageReference.Parse("docker.io/ubuntu/dotnet-aspnet:10.0-26.04_stable")) { Platforms = [Platform.LinuxPpc64le] },
            ],
            Health = new("/health", new ServerSettings().BackendPort),
            // Said here and not taken from GitHub, so that a build anywhere gives the same digest.
            Labels = new Dictionary<string, string>
            {
                ["org.opencontainers.image.description"] = "The ACCI app: tenants over PostgreSQL and Redis",
                ["org.opencontainers.image.licenses"] = "Apache-2.0",
            },
        },
    ];
}
