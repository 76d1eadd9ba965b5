using Acci.Components;
using Acci.Delivery.Images;
using Acci.Environments.Declarations;
using Acci.Oci;
using Acci.Settings;
using Nuke.Common;
using Nuke.Common.Tooling;

/// <summary>A build that publishes an image and does all else that the components can, and starts a program of its own.</summary>
class PublishBuild : DeliveryBuild, IPublishImages, IDoctor, IPromoteImages, IPruneImages, IRescanImages, ICreateRelease, IUploadSarif, IWriteAdmissionPolicy, IUpdateLocks,
    IComposeUp, IComposeDown, IComposeLogs, IDeployStack, IGenerateBakeFile, IGenerateCompose, IStopEngine, IHazRegistryAuthority
{
    public static int Run() => Execute<PublishBuild>(x => ((IPublishImages)x).Publish);

    [Parameter("A key of the build's own"), Nuke.Common.Secret] readonly string? ApiKey = null;

    IEnumerable<ImageDefinition> IHazImages.Images => [new("app") { Dockerfile = "Dockerfile", Platforms = [Platform.LinuxAmd64] }];

    EnvironmentDeclaration IHazEnvironments.Environments => new()
    {
        Settings = [new SettingsDefinition<Settings>(NamingRule.Configuration())], Define = _ => new EnvironmentDefinition { Services = [] },
    };

    Target Deploy => _ => _
        .Description("Starts a program")
        .Executes(() =>
        {
            ProcessTasks.StartProcess("git", "version").AssertZeroExitCode();
            Assert.NotNull(ApiKey);
        });
}

/// <summary>The settings of the image's app.</summary>
record Settings
{
    public StoreSettings Store { get; init; } = new();
}

record StoreSettings
{
    [Acci.Settings.Secret]
    public string Password { get; init; } = "";
}
