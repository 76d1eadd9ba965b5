using Nuke.Common.ValueInjection;

namespace Nuke.Common.Execution;

/// <summary>Gives members that are no parameters their values.</summary>
internal sealed class InjectNonParameterValuesAttribute : BuildExtensionAttributeBase, IOnBuildInitialized
{
    public void OnBuildInitialized(IReadOnlyCollection<ExecutableTarget> executableTargets, IReadOnlyCollection<ExecutableTarget> executionPlan)
    {
        var build = (NukeBuild)Build;
        InjectionMembers.Inject(
            build.InjectionMembers
                .Where(x => x.Attribute is not ParameterAttribute)
                .Where(x => !x.Member.IsDefined(typeof(OnDemandAttribute), inherit: true)),
            build);
    }
}
