using System.Runtime.CompilerServices;
using Acci.Delivery;
using Acci.Delivery.Diagnosis;
using Nuke.Common;
using Nuke.Components;

namespace Acci.Components;

/// <summary>What the targets of the build's images share, made from its parameters. One per build: what one target finds out, the next one knows.</summary>
public interface IHazDelivery : IHazImages, IHazRegistry, IHazSigning, IHazScanning, IHazGitHub, IHazDryRun, IHazLayout, IHazArtifacts
{
    private static readonly ConditionalWeakTable<INukeBuild, DeliveryContext> Contexts = [];

    /// <summary>What all targets share: the version, the engine, the registry.</summary>
    /// <exception cref="DeliveryException">The build does not derive from <see cref="DeliveryBuild"/>, which keeps stray environment variables from deleting things.</exception>
    sealed DeliveryContext Context => Contexts.GetValue(this, _ => this is DeliveryBuild
        ? new DeliveryContext(DeliveryOptions, Interruption.Token)
        : throw new DeliveryException($"{GetType().Name} has to derive from {nameof(DeliveryBuild)} instead of {nameof(NukeBuild)}: components rely on its checks."));

    /// <summary>A verb after the preflight, which looks at everything that the planned targets need before the first of them begins.</summary>
    sealed Verb Prepared(Verb verb) => new PreparedVerb(Context, Scope, verb);

    private DeliveryScope Scope => new()
    {
        Builds = IsPlanned(nameof(IBuildImages.BuildImages)),
        Scans = IsPlanned(nameof(IScanImages.ScanImages)),
        Signs = IsPlanned(nameof(ISignImages.SignImages)),
        Tags = IsPlanned(nameof(IPublishImages.Publish)),
    };

    private bool IsPlanned(string target) => ExecutionPlan.Any(x => x.Name == target);

    /// <summary>What the parameters say; a build may change it before it is used.</summary>
    DeliveryOptions DeliveryOptions => new()
    {
        Root = RootDirectory,
        Artifacts = ArtifactsDirectory,
        Layout = Layout,
        Images = [.. Images.Select(image => Platforms is { Length: > 0 } platforms ? image with { Platforms = [.. platforms.Select(x => WrongUseException.Read("--platforms", () => Oci.Platform.Parse(x)))] } : image)],
        Registry = Registry,
        RegistryUser = RegistryUser,
        RegistryToken = RegistryToken,
        RetryBudget = TimeSpan.FromSeconds(RetryBudget),
        ImageMirror = ImageMirror,
        Cache = Cache,
        NoCache = NoCache,
        Republish = Republish,
        AllowDirty = AllowDirty,
        TagRules = TagRules,
        SigningKey = SigningKey,
        SigningPassword = SigningPassword,
        Keyless = Keyless,
        SignedBy = SignedBy,
        // What is signed has to be what was scanned.
        Scan = ScanImage is { Length: > 0 } && IsPlanned(nameof(ISignImages.SignImages))
            ? throw new WrongUseException("--scan-image cannot be combined with SignImages, which signs the images that were built: leave it out, or run ScanImages by itself.")
            : ScanOptions,
        GitHubToken = GitHubToken,
        DryRun = DryRun,
    };
}
