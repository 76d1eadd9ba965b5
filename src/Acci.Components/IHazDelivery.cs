using System.Runtime.CompilerServices;
using Acci.Delivery;
using Acci.Delivery.Diagnosis;
using Nuke.Common;
using Nuke.Common.Tooling;
using Nuke.Components;

namespace Acci.Components;

/// <summary>
/// What targets share, made from the parameters of the components that the build is composed of. One per build: what one target finds out, the next one
/// knows. It has no parameter but <c>--dry-run</c>: the component of each target names those that its target reads.
/// </summary>
public interface IHazDelivery : IHazDryRun, IHazLayout, IHazArtifacts
{
    private static readonly ConditionalWeakTable<INukeBuild, DeliveryContext> Contexts = [];

    /// <summary>What all targets share: the version, the engine, the registry.</summary>
    /// <exception cref="DeliveryException">The build does not derive from <see cref="DeliveryBuild"/>, which keeps stray environment variables from deleting things.</exception>
    sealed DeliveryContext Context => Contexts.GetValue(this, _ => this is DeliveryBuild
        ? new DeliveryContext(DeliveryOptions, Interruption.Token)
        : throw new DeliveryException($"{GetType().Name} has to derive from {nameof(DeliveryBuild)} instead of {nameof(NukeBuild)}: components rely on its checks."));

    /// <summary>What targets share already; null as long as none asked for it.</summary>
    internal static DeliveryContext? Begun(INukeBuild build) => Contexts.TryGetValue(build, out var context) ? context : null;

    /// <summary>What the parameters say, as the build changes it.</summary>
    sealed DeliveryOptions DeliveryOptions => DeliverySettings(ComposedOptions.Of(this));

    /// <summary>Changes what the parameters say before it is used.</summary>
    Configure<DeliveryOptions> DeliverySettings => _ => _;

    /// <summary>A verb after the preflight, which looks at everything that the planned targets need before the first of them begins.</summary>
    sealed PreparedVerb Prepared(Verb verb) => new PreparedVerb(Context, Scope, verb);

    /// <summary>The steps that the build takes.</summary>
    internal sealed DeliveryScope Scope => new()
    {
        Builds = Plans<IBuildImages>(nameof(IBuildImages.BuildImages)),
        UsesEngine = Plans<IBuildImages>(nameof(IBuildImages.BuildImages)) || Plans<ISmokeTestImages>(nameof(ISmokeTestImages.SmokeTestImages))
            || Plans<ICheckImages>(nameof(ICheckImages.CheckImages)),
        Scans = Plans<IScanImages>(nameof(IScanImages.ScanImages)),
        Signs = Plans<ISignImages>(nameof(ISignImages.SignImages)),
        Tags = Plans<IPublishImages>(nameof(IPublishImages.Publish)),
        Skipped = [.. SkippedTargets.Select(x => x.Name)],
    };

    // A build may have a target of its own that is called the same.
    private bool Plans<TComponent>(string target) => this is TComponent && this.IsPlanned(target);
}
