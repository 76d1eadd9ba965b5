using Acci.Delivery;
using Acci.Delivery.Images;
using Acci.Delivery.Registries;
using Acci.Generation.RunConfigurations;
using Nuke.Common;
using Nuke.Common.Execution;

namespace Acci.Components;

/// <summary>
/// What the parameters of a build say: those of the components that it is composed of. A parameter that no component has leaves the option's default,
/// so that a verb that is taken alone brings only its own parameters.
/// </summary>
internal static class ComposedOptions
{
    /// <summary>The options.</summary>
    /// <exception cref="WrongUseException">A parameter cannot be what it was given, or not beside the targets that are planned.</exception>
    public static DeliveryOptions Of(IHazDelivery build)
    {
        var options = new DeliveryOptions { Root = build.RootDirectory, Artifacts = build.ArtifactsDirectory };
        return options with
        {
            Layout = build.Layout,
            DryRun = build.DryRun,
            Images = ImagesOf(build),
            Registry = (build as IHazDestination)?.Registry,
            RegistryCa = (build as IHazRegistryAuthority)?.RegistryCa,
            RegistryUser = (build as IHazRegistry)?.RegistryUser,
            RegistryToken = (build as IHazRegistry)?.RegistryToken,
            RetryBudget = build is IHazRetries retries ? TimeSpan.FromSeconds(retries.RetryBudget) : options.RetryBudget,
            ImageMirror = (build as IHazImageMirror)?.ImageMirror is { } mirror ? LoginInAddress.Refuse("--image-mirror", mirror) : null,
            EngineHost = (build as IHazEngineHost)?.EngineHost,
            Cache = (build as IBuildImages)?.Cache,
            ImageParts = PartsOf(build),
            BuilderNodes = PartsOf(build) is null ? NodesOf(build) : null,
            NoCache = build is IBuildImages { NoCache: true },
            Republish = build is IBuildImages { Republish: true },
            AllowDirty = build is IHazDirtyTree { AllowDirty: true },
            AllowOlder = build is IPublishImages { AllowOlder: true },
            ReplaceVersion = build is IPublishImages { ReplaceVersion: true },
            TagRules = (build as IHazTags)?.TagRules ?? options.TagRules,
            SigningKey = (build as IHazSigning)?.SigningKey,
            SigningPassword = (build as IHazSigning)?.SigningPassword,
            Keyless = build is IHazSigning { Keyless: true },
            SigstoreSigningConfig = (build as IHazSigning)?.SigstoreSigningConfig,
            SigstoreTrustedRoot = (build as IHazSigning)?.SigstoreTrustedRoot,
            SignedBy = (build as IHazExpectedSigner)?.SignedBy,
            SignedByRepository = (build as IHazExpectedSigner)?.SignedByRepository,
            SignedByIssuer = (build as IHazExpectedSigner)?.SignedByIssuer,
            Scan = ScanOf(build) with
            {
                Required = build is IHazScanRequirement { RequireScan: true },
                SarifFiles = (build as IUploadSarif)?.SarifFiles ?? [],
            },
            GitHubToken = (build as IHazGitHub)?.GitHubToken,
        };
    }

    /// <summary>Whether the build is going to run a target.</summary>
    public static bool IsPlanned(this INukeBuild build, string target) => build.ExecutionPlan.Any(x => x.Name == target && x.Status != ExecutionStatus.Skipped);

    private static ImageDefinition[] ImagesOf(INukeBuild build) =>
    [
        .. from image in (build as IHazImages)?.PlacedImages ?? []
        select build is IHazPlatforms { Platforms: { Length: > 0 } platforms }
            ? image.BuiltFor([.. platforms.Select(PlatformOf)])
            : image,
    ];

    // Otherwise the build fails later, on a base image that does not exist.
    private static Oci.Platform PlatformOf(string text)
    {
        var platform = WrongUseException.Read("--platforms", () => Oci.Platform.Parse(text));
        return platform.Unknown is not { } unknown ? platform
            : throw new WrongUseException(
                $"--platforms: '{text}' is not a platform: there is no '{unknown.Name}'. "
                + (ClosestMatch.Of(unknown.Name, unknown.Known) is { } match ? $"Did you mean '{match}'?"
                : $"There are: {string.Join(", ", unknown.Known)}."));
    }

    // Nothing is built then. A file of parameters may say for all runs how images are built.
    private static string? PartsOf(INukeBuild build)
    {
        if (build is not IHazImageParts { ImageParts: { } parts }) return null;
        var typed = TypedArguments.Read(Environment.GetCommandLineArgs().Skip(1));
        string[] ofBuilding = [nameof(IBuildImages.BuilderNodes), nameof(IBuildImages.Cache), nameof(IBuildImages.NoCache)];
        return ofBuilding.FirstOrDefault(x => typed.ValuesOf(x) is not null and not ["false"]) is not { } name ? parts
            : throw new WrongUseException(
                $"--{BuildParameter.Typed(name)} says how images are built, and with --image-parts none is built here: leave it out, "
                + "and give it to the builds of the parts.");
    }

    private static IReadOnlyList<BuilderNode>? NodesOf(INukeBuild build)
    {
        if (build is not IBuildImages { BuilderNodes: { } text }) return null;
        var nodes = WrongUseException.Read("--builder-nodes", () => BuilderNode.ParseAll(text));
        var built = nodes.SelectMany(x => x.Platforms).ToHashSet();
        foreach (var (image, platform) in ImagesOf(build).SelectMany(x => x.Platforms.Select(platform => (x, platform)))
            .Where(x => !built.Contains(x.platform)))
            throw new WrongUseException($"--builder-nodes has no node for {platform}, for which '{image.Name}' is built: add one, or leave the platform out with --platforms.");
        return nodes;
    }

    private static ScanOptions ScanOf(INukeBuild build)
    {
        if (build is not IHazScanning scanning) return new ScanOptions();
        // What is signed has to be what was scanned.
        return scanning.ScanImage is { Length: > 0 } && build is ISignImages && build.IsPlanned(nameof(ISignImages.SignImages))
            ? throw new WrongUseException(
                "--scan-image cannot be combined with SignImages, which signs the images that were built: leave it out, or run ScanImages by itself.")
            : scanning.ScanOptions;
    }
}
