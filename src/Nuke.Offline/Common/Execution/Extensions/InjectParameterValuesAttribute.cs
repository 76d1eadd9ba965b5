using Nuke.Common.ValueInjection;

namespace Nuke.Common.Execution;

/// <summary>Gives parameters their values.</summary>
internal sealed class InjectParameterValuesAttribute : BuildExtensionAttributeBase, IOnBuildCreated
{
    // These are looked at before there is a build.
    private static readonly string[] Known =
    [
        nameof(NukeBuild.Host),
        nameof(NukeBuild.RootDirectory),
        nameof(NukeBuild.LoadedLocalProfiles),
        nameof(NukeBuild.InvokedTargetNames),
        nameof(NukeBuild.SkippedTargetNames),
    ];

    public void OnBuildCreated(IReadOnlyCollection<ExecutableTarget> executableTargets)
    {
        var build = (NukeBuild)Build;
        InjectionMembers.Inject(
            build.InjectionMembers
                .Where(x => x.Attribute is ParameterAttribute)
                .Where(x => !x.Member.IsDefined(typeof(OnDemandAttribute), inherit: true))
                .Where(x => x.Member.DeclaringType != typeof(NukeBuild) || !Known.Contains(x.Member.Name)),
            build);
    }
}
