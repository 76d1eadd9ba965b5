using Acci.Delivery.Images;
using Acci.Generation.Workflows;
using Acci.Oci;

namespace Acci.Components;

/// <summary>
/// Jobs of a workflow that build and try each platform on a runner where it is native, and keep its layouts as an artifact. A job that needs them
/// merges the images (<see cref="IHazImageParts"/>), and scans, signs and publishes them. Without runners there are no such jobs, and that job builds
/// all platforms itself.
/// </summary>
/// <param name="Runners">The runner of each platform that is published. Several platforms may have the same one, if it can build them.</param>
/// <param name="BuildCommand">What runs the build: <see cref="Delivery.RepositoryLayout.BuildCommand"/>.</param>
/// <param name="Actions">The actions.</param>
public sealed record NativeJobs(IReadOnlyList<(Platform Platform, Runner Runner)> Runners, string BuildCommand, ActionLocks Actions)
{
    // Below what a checkout ignores: what lies elsewhere would count as a change.
    private const string Folder = "artifacts/parts";

    /// <summary>
    /// They write their build cache into the registry, each platform's beside the others', and their token may write packages. Otherwise it may only
    /// read them, and each run builds without a cache: a job that runs Dockerfiles then changes nothing in the registry.
    /// </summary>
    public bool WritesCache { get; init; }

    /// <summary>The names of the jobs, for <see cref="Job.Needs"/>.</summary>
    public IReadOnlyList<string> Names => [.. Runners.Select(x => NameOf(x.Platform))];

    /// <summary>The platforms, as <c>--platforms</c> takes them.</summary>
    public string Platforms => string.Join(',', Runners.Select(x => x.Platform));

    /// <summary>
    /// The first steps of the job that needs them: each artifact goes into a folder of its own, and one that is missing fails the job.
    /// </summary>
    public IReadOnlyList<Step> Download =>
    [
        .. Runners.Select(x => new ActionStep(Actions["actions/download-artifact"])
        {
            Name = $"Download {x.Platform}",
            // Several at once, by a pattern, would go into one folder where only one is there.
            With = new Dictionary<string, string> { ["name"] = ArtifactOf(x.Platform), ["path"] = $"{Folder}/{x.Platform.Slug}" },
        }),
    ];

    /// <summary>The parameters of its target, as they go into <see cref="BuildCommandLine"/>.</summary>
    public IReadOnlyList<(string Name, string Value)> Parameters => Runners.Count == 0 ? [] : [(nameof(IHazImageParts.ImageParts), Folder)];

    /// <summary>The jobs.</summary>
    /// <param name="preparation">Their first steps: checkout, .NET.</param>
    /// <param name="registry">The registry that the images are for. Only the build cache is pushed there, if <see cref="WritesCache"/> says so.</param>
    /// <param name="environment">Further variables of the build: a login.</param>
    /// <param name="needs">The jobs that have to succeed before.</param>
    /// <param name="condition">When they run.</param>
    public IReadOnlyList<Job> Jobs(
        IReadOnlyList<Step> preparation,
        Expression registry,
        IEnumerable<KeyValuePair<string, string>> environment,
        IReadOnlyList<string> needs,
        Expression? condition) =>
    [
        .. Runners.Select(x => new Job(NameOf(x.Platform))
        {
            Name = $"Build {x.Platform}",
            Needs = needs,
            If = condition,
            RunsOn = x.Runner,
            TimeoutMinutes = 60,
            Steps =
            [
                .. preparation,
                new RunStep(BuildCommandLine.Of(
                    BuildCommand,
                    nameof(ISmokeTestImages.SmokeTestImages),
                    [
                        (nameof(IHazRegistry.Registry), "\"$REGISTRY\""),
                        (nameof(IHazPlatforms.Platforms), x.Platform.ToString()),
                        .. WritesCache ? [] : new[] { (nameof(IBuildImages.Cache), nameof(BuildCache.None)) },
                    ]))
                {
                    Name = nameof(ISmokeTestImages.SmokeTestImages),
                    Environment = new Dictionary<string, string>([new("REGISTRY", registry), .. environment]),
                    Permissions = new() { Packages = WritesCache ? Access.Write : Access.Read },
                },
                new ActionStep(Actions["actions/upload-artifact"])
                {
                    Name = $"Upload {x.Platform}",
                    With = new Dictionary<string, string>
                    {
                        ["name"] = ArtifactOf(x.Platform),
                        // The record says for which registry and from what tree it was built, and whether it was tried.
                        ["path"] = "artifacts/publish\nartifacts/images\n",
                        ["if-no-files-found"] = "error",
                        // What a publish that failed was made of can be looked at as long.
                        ["retention-days"] = "14",
                        // Layers are compressed.
                        ["compression-level"] = "0",
                        ["overwrite"] = "true",
                    },
                },
            ],
        }),
    ];

    private static string NameOf(Platform platform) => $"build-{platform.Slug}";

    private static string ArtifactOf(Platform platform) => $"part-{platform.Slug}";
}
