using Acci.Components;
using Acci.Generation.Workflows;
using Acci.Oci;
using Nuke.Components;
using static Acci.Generation.Workflows.Expression;

/// <summary>
/// What GitHub Actions does with this repository, written to .github/workflows by GenerateWorkflows: each step that matters is a target, as anyone
/// runs it. Repository variables change where images go (REGISTRY, REGISTRY_USER) and, without native runners, for which platforms (PLATFORMS),
/// secrets with what they are signed (SIGNING_KEY, SIGNING_PASSWORD) and pushed (REGISTRY_TOKEN); with none of them they go to ghcr.io, with the
/// workflow's own token, and are signed with its own identity.
/// </summary>
partial class Build
{
    private const string Trunk = "main";
    private const string VersionTags = "v*";
    private const string PublishedArtifacts = "published";
    private const string GitHubRegistry = "ghcr.io";

    // What Publish sets where there is one image; with several, 'images' has them all.
    private static readonly (string Name, string Description)[] PublishOutputs =
    [
        ("images", "Every published image, a JSON list: name, image, digest, tags, version"),
        ("image", "The repository of the image, where there is one image"),
        ("digest", "Its digest"),
        ("tags", "Its tags, separated by commas"),
        ("version", "Its version"),
    ];

    private static readonly Expression Registry = Variable("REGISTRY") | Format($"{GitHubRegistry}/{{0}}", GitHubContext.RepositoryOwner);
    private static readonly Expression PublishedPlatforms = Variable("PLATFORMS").Or("linux/amd64,linux/arm64,linux/ppc64le");

    // With any, each platform is built by a job of its own on its runner, and 'publish' publishes exactly these platforms, whatever PLATFORMS says,
    // so all of them are named here: docs/images.md, "One job a platform", has an example. Without any, one job builds all.
    private static readonly (Platform Platform, Runner Runner)[] NativeRunners = [];

    IEnumerable<Workflow> IGenerateWorkflows.Workflows => [Ci, PublishWorkflow, PublishImagesWorkflow, ReleaseWorkflow, RescanWorkflow, PruneWorkflow];

    private Workflow Ci => new("ci")
    {
        Description = "Tests every change, and finds generated files and Dockerfiles that are not as they should be.",
        // What gets to the trunk, and what becomes a version, 'publish' has tested first.
        On = new() { PullRequestsTo = [Trunk], Dispatch = [], Call = new() },
        // Named beside its caller, whose group it would wait for; what a pull request was before need not be tested to its end.
        Concurrency = new($"ci-{GitHubContext.Workflow}-{GitHubContext.Ref}", GitHubContext.EventName.Is("pull_request")),
        Jobs =
        [
            new("test")
            {
                Name = "Test",
                TimeoutMinutes = 60,
                Steps =
                [
                    .. Preparation(),
                    new ActionStep(Actions["sigstore/cosign-installer"]),
                    Run(nameof(ITest.Test), (nameof(ITestWithSummary.Coverage), "")),
                    Upload("test-results", "artifacts/test-results") with { If = NotCancelled },
                ],
            },
            new("check")
            {
                Name = "Check",
                Steps =
                [
                    .. Preparation(),
                    Run(nameof(IVerifyGenerated.VerifyGenerated)),
                    Run(nameof(ICheckImages.CheckImages), (nameof(IHazRegistry.Registry), "\"$REGISTRY\"")) with { Environment = new Dictionary<string, string> { ["REGISTRY"] = Registry }, If = NotCancelled },
                    UploadFindings("artifacts/checks/*.sarif", (nameof(IUploadSarif.SarifFiles), "artifacts/checks")),
                ],
            },
        ],
    };

    private Workflow PublishWorkflow => new("publish")
    {
        Description = "Publishes the images of the trunk and of every version, once they are tested: built, tried, scanned, pushed by digest, signed, verified; tags move last.",
        On = new() { Push = new() { Branches = [Trunk], Tags = [VersionTags] }, Dispatch = [] },
        // One after the other, each branch and tag by itself: what is under way is not cut off, and of those that wait only the newest stays.
        Concurrency = Concurrency.PerRef(cancelInProgress: false),
        Jobs =
        [
            new("ci") { Name = "Check", Calls = Ci },
            .. Native.Jobs(Preparation(writesCache: false), Registry, Login, ["ci"], !GitHubContext.IsFork),
            new("publish")
            {
                Name = "Publish",
                Needs = ["ci", .. Native.Names],
                If = !GitHubContext.IsFork,
                TimeoutMinutes = 60,
                Outputs = PublishOutputs.ToDictionary(x => x.Name, x => StepOutput("publish", x.Name)),
                Steps = [.. PublishSteps(Registry, NativeRunners.Length == 0 ? PublishedPlatforms : Of(Native.Platforms), Native)],
            },
            new("release")
            {
                Name = "Release",
                Needs = ["publish"],
                // What was published is released, although a step that came after it has failed.
                If = NotCancelled & GitHubContext.Ref.StartsWith("refs/tags/v") & !GitHubContext.IsFork & JobOutput("publish", "images").IsNot(""),
                Calls = ReleaseWorkflow,
            },
        ],
    };

    private Workflow ReleaseWorkflow
    {
        get
        {
            Input run = new("run", "Run of 'publish' whose images are released; the tag is the one this is started on");
            return new("release")
            {
                Description = "Makes the GitHub release of a version that was published, or brings it up to date.",
                On = new() { Call = new() { Secrets = [RegistrySecret] }, Dispatch = [run with { Default = null }] },
                Jobs =
                [
                    new("release")
                    {
                        Name = "Release",
                        If = !GitHubContext.IsFork,
                        Steps =
                        [
                            .. Preparation(writesCache: false),
                            new ActionStep(Actions["actions/download-artifact"])
                            {
                                Name = $"Fetch {PublishedArtifacts}",
                                Permissions = new() { Actions = Access.Read },
                                With = new Dictionary<string, string>
                                {
                                    ["name"] = PublishedArtifacts,
                                    ["path"] = "artifacts",
                                    ["run-id"] = run.Value | GitHubContext.RunId,
                                    ["github-token"] = GitHubContext.Token,
                                },
                            },
                            // The signatures of what is released are verified where it is published.
                            new ActionStep(Actions["sigstore/cosign-installer"]),
                            Run(nameof(ICreateRelease.CreateRelease), (nameof(IHazRegistry.Registry), "\"$REGISTRY\"")) with
                            {
                                Permissions = new() { Contents = Access.Write, Packages = Access.Read },
                                Environment = new Dictionary<string, string>([new("REGISTRY", Registry), .. Login, new("GITHUB_TOKEN", GitHubContext.Token)]),
                            },
                        ],
                    },
                ],
            };
        }
    }

    private Workflow PruneWorkflow
    {
        get
        {
            Input dryRun = new("dry-run", "Only say what would go") { IsBoolean = true, Default = "true" };
            return new("prune")
            {
                Description = "Deletes old versions of the images every week; nothing that a version that stays needs.",
                On = new() { Schedules = [Schedule.Weekly(DayOfWeek.Sunday, new TimeOnly(3, 41))], Dispatch = [dryRun] },
                Concurrency = new("prune", CancelInProgress: false),
                Jobs =
                [
                    new("prune")
                    {
                        Name = "Prune",
                        // Other registries have clean-up rules of their own.
                        If = !GitHubContext.IsFork & (Variable("REGISTRY").Is("") | Variable("REGISTRY").StartsWith($"{GitHubRegistry}/")),
                        Steps =
                        [
                            .. Preparation(),
                            Run(nameof(IPruneImages.PruneImages), (nameof(IHazRegistry.Registry), "\"$REGISTRY\""), (nameof(IPruneImages.PruneDelete), "\"$DELETE\"")) with
                            {
                                Permissions = new() { Packages = Access.Write },
                                Environment = new Dictionary<string, string>(
                                    [new("REGISTRY", Registry), new("DELETE", GitHubContext.EventName.Is("schedule") | !dryRun.Value), .. Login, new("GITHUB_TOKEN", GitHubContext.Token)]),
                            },
                        ],
                    },
                ],
            };
        }
    }

    private Workflow RescanWorkflow => new("rescan")
    {
        Description = "Scans what is published again every week, because new vulnerabilities become known in old images.",
        On = new() { Schedules = [Schedule.Weekly(DayOfWeek.Monday, new TimeOnly(4, 23))], Dispatch = [] },
        Concurrency = new("rescan", CancelInProgress: false),
        Jobs =
        [
            new("rescan")
            {
                Name = "Rescan",
                If = !GitHubContext.IsFork,
                Steps =
                [
                    .. Preparation(),
                    Run(nameof(IRescanImages.RescanImages), (nameof(IHazRegistry.Registry), "\"$REGISTRY\"")) with
                    {
                        Permissions = new() { Packages = Access.Read, SecurityEvents = Access.Write },
                        Environment = new Dictionary<string, string>([new("REGISTRY", Registry), .. Login, new("GITHUB_TOKEN", GitHubContext.Token)]),
                    },
                ],
            },
        ],
    };

    /// <summary>For other repositories whose build has the same components: <c>uses: owner/name/.github/workflows/publish-images.yml@v1</c>.</summary>
    private Workflow PublishImagesWorkflow
    {
        get
        {
            Input registry = new("registry", "Registry and owner to publish to; default: ghcr.io and the repository's owner");
            Input platforms = new("platforms", "Platforms to build for, separated by commas; default: those each image names");
            return new("publish-images")
            {
                Description = "Publishes the images of a repository whose build has ACCI's components; for `uses:` in other repositories' workflows.",
                On = new()
                {
                    Call = new()
                    {
                        Inputs = [registry, platforms],
                        Secrets = [.. SigningSecrets, RegistrySecret],
                        Outputs = [.. PublishOutputs.Select(x => new CallOutput(x.Name, x.Description, OutputOf("publish", x.Name)))],
                    },
                },
                Jobs =
                [
                    new("publish")
                    {
                        Name = "Publish",
                        TimeoutMinutes = 60,
                        Outputs = PublishOutputs.ToDictionary(x => x.Name, x => StepOutput("publish", x.Name)),
                        Steps = [.. PublishSteps(registry.Value | Registry, platforms.Value)],
                    },
                ],
            };
        }
    }

    private static Dictionary<string, string> Login => new()
    {
        [nameof(IHazRegistry.RegistryUser)] = Variable("REGISTRY_USER") | GitHubContext.Actor,
        [nameof(IHazRegistry.RegistryToken)] = Secret("REGISTRY_TOKEN") | GitHubContext.Token,
    };

    private static Dictionary<string, string> Signing => new()
    {
        ["KEYLESS"] = Secret("SIGNING_KEY").Is(""),
        [nameof(IHazSigning.SigningKey)] = Secret("SIGNING_KEY"),
        [nameof(IHazSigning.SigningPassword)] = Secret("SIGNING_PASSWORD"),
    };

    private static IReadOnlyList<KeyValuePair<string, string>> SigningSecrets =>
        [new("SIGNING_KEY", "Key to sign with; default: the workflow's own identity"), new("SIGNING_PASSWORD", "What the key is encrypted with")];

    private static KeyValuePair<string, string> RegistrySecret => new("REGISTRY_TOKEN", "Token for the registry; default: the job's own");

    private IEnumerable<Step> PublishSteps(Expression registry, Expression platforms, NativeJobs? native = null) =>
    [
        .. Preparation(writesCache: false),
        .. native?.Download ?? [],
        new ActionStep(Actions["sigstore/cosign-installer"]),
        Run(
            nameof(IPublishImages.Publish),
            [
                (nameof(IHazRegistry.Registry), "\"$REGISTRY\""),
                (nameof(IHazPlatforms.Platforms), "\"$PLATFORMS\""),
                (nameof(IHazSigning.Keyless), "\"$KEYLESS\""),
                .. native?.Parameters ?? [],
            ]) with
        {
            Id = "publish",
            Permissions = new() { Packages = Access.Write, IdToken = Access.Write },
            Environment = new Dictionary<string, string>([new("REGISTRY", registry), new("PLATFORMS", platforms), .. Signing, .. Login]),
        },
        // First of all, because a release needs it, whatever becomes of the findings.
        Upload(PublishedArtifacts, "artifacts/publish\nartifacts/images\n"),
        UploadFindings("artifacts/scan/**/*.sarif"),
        Upload("findings", "artifacts/scan") with { If = NotCancelled & HashOfFiles("artifacts/scan/report.html").IsNot("") },
    ];

    private IReadOnlyList<Step> Preparation(bool writesCache = true) =>
    [
        // All commits, because the version is counted from the last tag; and no token left in the checkout for what runs after it.
        new ActionStep(Actions["actions/checkout"])
        {
            Permissions = new() { Contents = Access.Read },
            With = new Dictionary<string, string> { ["fetch-depth"] = "0", ["persist-credentials"] = "false" },
        },
        new ActionStep(Actions["actions/setup-dotnet"]),
        // Each job has its own, because each needs other packages; what signs or releases takes what others have left and leaves nothing itself.
        new ActionStep(Actions[writesCache ? "actions/cache" : "actions/cache/restore"])
        {
            With = new Dictionary<string, string>
            {
                ["path"] = "~/.nuget/packages",
                ["key"] = $"nuget-{GitHubContext.RunnerSystem}-{GitHubContext.Job}-{HashOfFiles("global.json", "Directory.Packages.props", "**/*.csproj")}",
                ["restore-keys"] = $"nuget-{GitHubContext.RunnerSystem}-",
            },
        },
    ];

    private RunStep Run(string target, params IEnumerable<(string Name, string Value)> parameters) => new(BuildCommandLine.Of(((IHazLayout)this).Layout.BuildCommand, target, parameters)) { Name = target };

    // What was found is shown when it stopped what came before, too.
    private RunStep UploadFindings(string files, params IEnumerable<(string Name, string Value)> parameters) => Run(nameof(IUploadSarif.UploadSarif), parameters) with
    {
        If = NotCancelled & HashOfFiles(files).IsNot(""),
        Permissions = new() { SecurityEvents = Access.Write },
        Environment = new Dictionary<string, string> { ["GITHUB_TOKEN"] = GitHubContext.Token },
    };

    private ActionStep Upload(string name, string path) => new(Actions["actions/upload-artifact"])
    {
        Name = $"Keep {name}",
        With = new Dictionary<string, string> { ["name"] = name, ["path"] = path, ["retention-days"] = "14", ["overwrite"] = "true" },
    };

    private NativeJobs Native => new(NativeRunners, ((IHazLayout)this).Layout.BuildCommand, Actions);

    private ActionLocks Actions => ((IHazActions)this).Actions;
}
