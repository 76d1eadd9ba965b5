using Nuke.Common;
using Nuke.Common.ProjectModel;
using Nuke.Common.Tooling;
using Nuke.Common.Tools.DotNet;
using Nuke.Common.Utilities;
using static Nuke.Common.Tools.DotNet.DotNetTasks;

namespace Nuke.Components;

/// <summary>Compiles the solution, and publishes projects if a build names some.</summary>
public interface ICompile : IRestore, IHazConfiguration
{
    /// <summary>Compiles the solution.</summary>
    Target Compile => _ => _
        .DependsOn(Restore)
        .WhenSkipped(DependencyBehavior.Skip)
        .Executes(() =>
        {
            DotNetBuild(_ => _
                .Apply(CompileSettingsBase)
                .Apply(CompileSettings));

            DotNetPublish(
                _ => _
                    .Apply(PublishSettingsBase)
                    .Apply(PublishSettings)
                    .CombineWith(PublishConfigurations, (options, x) => options
                        .SetProject(x.Project)
                        .SetFramework(x.Framework)),
                PublishDegreeOfParallelism);
        });

    /// <summary>What always holds for compiling.</summary>
    sealed Configure<DotNetBuildSettings> CompileSettingsBase => _ => _
        .SetProjectFile(Solution)
        .SetConfiguration(Configuration)
        .When(_ => IsServerBuild, options => options.EnableContinuousIntegrationBuild())
        .SetNoRestore(SucceededTargets.Contains(Restore))
        .WhenNotNull(this as IHazGitRepository, (options, x) => options.SetRepositoryUrl(x.GitRepository.HttpsUrl));

    /// <summary>What always holds for publishing.</summary>
    sealed Configure<DotNetPublishSettings> PublishSettingsBase => _ => _
        .SetConfiguration(Configuration)
        .When(_ => IsServerBuild, options => options.EnableContinuousIntegrationBuild())
        .EnableNoBuild()
        .EnableNoLogo()
        .WhenNotNull(this as IHazGitRepository, (options, x) => options.SetRepositoryUrl(x.GitRepository.HttpsUrl));

    /// <summary>What a build changes for compiling.</summary>
    Configure<DotNetBuildSettings> CompileSettings => _ => _;

    /// <summary>What a build changes for publishing.</summary>
    Configure<DotNetPublishSettings> PublishSettings => _ => _;

    /// <summary>The projects that are published, each for a framework.</summary>
    IEnumerable<(Project Project, string Framework)> PublishConfigurations => [];

    /// <summary>How many projects are published at a time.</summary>
    int PublishDegreeOfParallelism => 1;
}
