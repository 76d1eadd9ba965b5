using Acci.Delivery.Caching;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;

namespace Acci.Delivery;

/// <summary>What a build says about its delivery: its images, and what was set on the command line, in the environment or in a profile.</summary>
public sealed record DeliveryOptions
{
    /// <summary>The repository's root.</summary>
    public required string Root { get; init; }

    /// <summary>Where results go.</summary>
    public required string Artifacts { get; init; }

    /// <summary>Where the repository keeps its files.</summary>
    public RepositoryLayout Layout { get; init; } = new();

    /// <summary>The images, with the platforms they are to be built for; none where the build only works on other things.</summary>
    /// <exception cref="DeliveryException">Two have one name, which their repository, bake target and folder have, too.</exception>
    public IReadOnlyList<ImageDefinition> Images
    {
        get;
        init => field = ImageDefinition.Distinct(value);
    } = [];

    /// <summary>What ACCI keeps between builds.</summary>
    public CacheDirectory CacheDirectory { get; init; } = CacheDirectory.Default;

    /// <summary>Registry and path to publish below; null means the local registry.</summary>
    public string? Registry { get; init; }

    /// <summary>File with an authority that registries' certificates may be signed by, relative to the root; null means the machine's own authorities, and docker's.</summary>
    public string? RegistryCa { get; init; }

    /// <summary>User to log in with.</summary>
    public string? RegistryUser { get; init; }

    /// <summary>Password or token to log in with.</summary>
    public string? RegistryToken { get; init; }

    /// <summary>How long a registry that does not answer is tried again, counted from its first failure.</summary>
    public TimeSpan RetryBudget { get; init; } = DefaultRetryBudget;

    /// <summary>How long that is where nobody says otherwise.</summary>
    public static TimeSpan DefaultRetryBudget => TimeSpan.FromMinutes(2);

    /// <summary>Every step of a publish is done, whatever an earlier run did for the same digest.</summary>
    public bool Republish { get; init; }

    /// <summary>A working tree that differs from its version tag's commit may be published under that version.</summary>
    public bool AllowDirty { get; init; }

    /// <summary>Tags that stand for the newest version may move to an older image, or to one that is not known to be newer.</summary>
    public bool AllowOlder { get; init; }

    /// <summary>A tag that names a full version may point at another image from now on.</summary>
    public bool ReplaceVersion { get; init; }

    /// <summary>A registry that carries the base images.</summary>
    public string? ImageMirror { get; init; }

    /// <summary>The host under which ports are reached that containers publish; null where that is found out.</summary>
    public string? EngineHost { get; init; }

    /// <summary>The BuildKits that build the platforms; null means that the engine builds all of them.</summary>
    public IReadOnlyList<BuilderNode>? BuilderNodes { get; init; }

    /// <summary>Folder with platforms that other machines have built, relative to the root; null means that they are built here.</summary>
    public string? ImageParts { get; init; }

    /// <summary>Where build results are kept between builds; null leaves it to each image.</summary>
    public BuildCache? Cache { get; init; }

    /// <summary>Steps must not come from the cache.</summary>
    public bool NoCache { get; init; }

    /// <summary>Which tags the images get.</summary>
    public TagRules TagRules { get; init; } = DefaultTagRules;

    /// <summary>
    /// The tags where nobody says otherwise: a version tag's version, its minor and major, a branch's or pull request's name, a schedule's, and always the commit.
    /// </summary>
    public static TagRules DefaultTagRules { get; } = new()
    {
        Rules =
        [
            TagRule.SemVer("{{version}}"), TagRule.SemVer("{{major}}.{{minor}}"), TagRule.SemVer("{{major}}"),
            TagRule.Schedule(), TagRule.Branch(), TagRule.PullRequest(), TagRule.Sha(),
        ],
    };

    /// <summary>Key to sign with; null means this machine's own.</summary>
    public string? SigningKey { get; init; }

    /// <summary>What that key is encrypted with.</summary>
    public string? SigningPassword { get; init; }

    /// <summary>Sign with the workflow's identity.</summary>
    public bool Keyless { get; init; }

    /// <summary>Signing configuration of a Sigstore of one's own, relative to the root; null means the one that cosign finds by TUF.</summary>
    public string? SigstoreSigningConfig { get; init; }

    /// <summary>Trusted root of a Sigstore of one's own, relative to the root; null means the one that cosign finds by TUF.</summary>
    public string? SigstoreTrustedRoot { get; init; }

    /// <summary>Who must have signed what is promoted or verified; null means whoever signs here, which without a key is any workflow of the repository.</summary>
    public string? SignedBy { get; init; }

    /// <summary>The repository that a workflow must have run in to be trusted, <c>owner/name</c>; null means this one.</summary>
    public string? SignedByRepository { get; init; }

    /// <summary>Who must have issued the identity token of a workflow; null means the issuer of the repository's server.</summary>
    public string? SignedByIssuer { get; init; }

    /// <summary>What is scanned, how, and what it takes to stop a publish.</summary>
    public ScanOptions Scan { get; init; } = new();

    /// <summary>Token for GitHub's API.</summary>
    public string? GitHubToken { get; init; }

    /// <summary>Only say what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>A file or folder of the repository, by its path from the root.</summary>
    public string PathOf(string path) => Path.GetFullPath(path, Path.GetFullPath(Root));

    /// <summary>The record of an image's publish.</summary>
    public string RecordOf(string image) => Path.Combine(Artifacts, "publish", $"{image}.json");

    /// <summary>Where a dry run shows what would be sent, apart from everything that builds make.</summary>
    public string Drafts => Path.Combine(Root, ".nuke", "temp");
}
