using Nuke.Common.ValueInjection;

namespace Nuke.Common.Execution;

/// <summary>Reads the parameter files.</summary>
public class ArgumentsFromParametersFileAttribute : BuildExtensionAttributeBase, IOnBuildCreated
{
    /// <inheritdoc/>
    public void OnBuildCreated(IReadOnlyCollection<ExecutableTarget> executableTargets)
    {
        NukeBuild.LoadedLocalProfiles = (string[])ParameterService.Instance.GetValue("Profile", typeof(string[]), ownVariablesOnly: true) ?? [];
        ParameterFiles.Loaded = new ParameterFiles(NukeBuild.RootDirectory / ".nuke", NukeBuild.LoadedLocalProfiles);
    }
}
