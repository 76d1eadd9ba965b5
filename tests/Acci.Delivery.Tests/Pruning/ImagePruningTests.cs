using System.Net;
using Acci.Delivery.GitHub;
using Acci.Delivery.Pruning;
using Acci.Delivery.Publishing;
using Acci.Delivery.Tests.GitHub;
using Acci.GitHub.StandIn;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;
using Fault = Acci.GitHub.StandIn.Fault;
using PackageVersion = Acci.GitHub.StandIn.PackageVersion;

namespace Acci.Delivery.Tests.Pruning;

/// <summary>Images in a real registry, multi-platform, attested and signed; the stand-in for GitHub lists them as its container packages.</summary>
public sealed class ImagePruningTests(RegistryServer server) : GitHubFixture, IClassFixture<RegistryServer>
{
    // Index, two platforms, signature, referrer and its list; the attestations of both images happen to be the same ones, and stay.
    private const int OldVersions = 6;

    private const string Signature = "application/vnd.dev.sigstore.bundle.v0.3+json";

    private readonly TemporaryFolder _folder = new();
    private readonly RegistryServer _server = server;
    private readonly KeepRules _rules = new() { Newest = 1, Days = 30 };

    public override async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_goes_unless_it_is_said()
    {
        using var world = await World.CreateAsync(this);

        var report = await world.PruneAsync(delete: false);

        Assert.Equal(OldVersions, report.Plan.Deletions.Count);
        Assert.DoesNotContain(GitHub.Requests, x => x.Method == "DELETE");
        Assert.Contains("Nothing was deleted; --prune-delete deletes them.", report.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_old_image_goes_with_all_that_belongs_to_it_and_the_kept_one_stays_whole()
    {
        using var world = await World.CreateAsync(this);
        var before = await world.ReadAsync(world.Kept);

        var report = await world.PruneAsync(delete: true);

        Assert.Equal(before, await world.ReadAsync(world.Kept));
        Assert.Equal(OldVersions, report.Plan.Deletions.Count);
        Assert.Empty(report.Refusals);
        Assert.Null(await world.Registry.FindAsync(world.Repository.WithDigest(world.Old), Cancellation));
        Assert.Equal(world.Old.ToString(), world.Deleted[0]);
        Assert.Equal(["1.0.0", "latest"], world.Package.Versions.Where(x => x.DeletedAt is null).SelectMany(x => x.Tags).Where(x => !x.StartsWith("sha256-", StringComparison.Ordinal)).Order());
        Assert.True(report.Plan.FreedBytes > 60_000);
        Assert.All(GitHub.Requests.Where(x => x.Operation.StartsWith("packages/", StringComparison.Ordinal)), x => Assert.Contains("/packages/container/team%2Fapp", x.Target, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pruned_twice_nothing_more_goes()
    {
        using var world = await World.CreateAsync(this);
        await world.PruneAsync(delete: true);

        Assert.Empty((await world.PruneAsync(delete: true)).Plan.Deletions);
    }

    [Fact]
    public async Task What_a_digest_names_stays()
    {
        using var world = await World.CreateAsync(this);

        var report = await world.PruneAsync(delete: true, _rules with { Digests = new HashSet<Digest> { world.Old } });

        Assert.Empty(report.Plan.Deletions);
    }

    [Fact]
    public async Task What_was_published_last_from_here_stays_and_the_job_s_summary_tells_what_would_go()
    {
        using var world = await World.CreateAsync(this);
        var owner = world.Repository.Repository[..^"/app".Length];
        var page = _folder.Combine("summary.md");
        var context = new DeliveryContext(
            new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Path, Registry = owner, Images = [new("app") { Dockerfile = "Dockerfile" }], GitHubToken = Token }, Cancellation)
        {
            Environment = TestEnvironment.OutsideWorkflows.With(("GITHUB_API_URL", GitHub.Url), ("GITHUB_STEP_SUMMARY", page)),
        };
        var reports = new List<PruneReport>();

        await new PruneImages(context, _rules, delete: true, reports.Add).PlanAsync();
        Assert.False(File.Exists(page));
        reports.Clear();
        await new PruneImages(context, _rules, delete: false, reports.Add).RunAsync();
        Assert.Equal(OldVersions, Assert.Single(reports).Plan.Deletions.Count);
        Assert.Contains("| goes | `pr-7` ", await File.ReadAllTextAsync(page, Cancellation), StringComparison.Ordinal);

        new PublishRecord { Image = "app", Digest = world.Old, Repository = world.Repository.Repository, Version = "1.0.0", Revision = "", Platforms = [] }.Write(_folder.Combine("publish", "app.json"));
        reports.Clear();
        await new PruneImages(context, _rules, delete: true, reports.Add).RunAsync();
        Assert.Empty(Assert.Single(reports).Plan.Deletions);
    }

    [Fact]
    public async Task Each_of_several_places_in_GitHub_s_registry_is_pruned()
    {
        using var world = await World.CreateAsync(this);
        using var second = await World.CreateAsync(this);
        World[] worlds = [world, second];
        var owners = worlds.Select(x => x.Repository.Repository[..^"/app".Length]);
        var context = new DeliveryContext(
            new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Path, Registry = string.Join(',', owners), Images = [new("app") { Dockerfile = "Dockerfile" }], GitHubToken = Token }, Cancellation)
        {
            Environment = TestEnvironment.OutsideWorkflows.With(("GITHUB_API_URL", GitHub.Url)),
        };
        var reports = new List<PruneReport>();

        await new PruneImages(context, _rules, delete: true, reports.Add).RunAsync();

        Assert.Equal(2, reports.Count);
        Assert.All(worlds, x => Assert.Equal(OldVersions, x.Deleted.Count));
    }

    [Fact]
    public async Task A_manifest_that_cannot_be_read_stays_with_all_that_may_belong_to_it_and_the_rest_goes()
    {
        using var world = await World.CreateAsync(this);
        var lost = Digest.Of("lost"u8);
        world.Package.AddVersion(lost.ToString(), DateTimeOffset.UtcNow.AddDays(-90));
        var before = await world.ReadAsync(world.Kept);

        var report = await world.PruneAsync(delete: true);

        // The old index and its signature; its platforms have no tag.
        Assert.Equal(2, world.Deleted.Count);
        Assert.Equal(world.Old.ToString(), world.Deleted[0]);
        Assert.Equal(before, await world.ReadAsync(world.Kept));
        Assert.Contains($"{lost.Abbreviation}  {DateTimeOffset.UtcNow.AddDays(-90):yyyy-MM-dd}  cannot be read: ", report.ToText(), StringComparison.Ordinal);
        Assert.Contains($"`{lost.Abbreviation}` cannot be read", report.ToMarkdown(), StringComparison.Ordinal);
        Assert.Contains(", 1 that cannot be read", report.Kept, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "not JSON", 2)]
    [InlineData(200, """{"schemaVersion":1,"fsLayers":[]}""", 2)]
    [InlineData(404, "", 2)]
    // No answer says nothing of the manifest.
    [InlineData(403, "", null)]
    [InlineData(429, "", null)]
    [InlineData(503, "", null)]
    public async Task What_is_no_manifest_is_as_one_that_is_lost_and_what_is_no_answer_lets_nothing_go(int status, string body, int? deleted)
    {
        using var world = await World.CreateAsync(this);
        var digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(body));
        world.Package.AddVersion(digest.ToString(), DateTimeOffset.UtcNow.AddDays(-90), []);
        await using var proxy = await FaultProxy.StartAsync(_server);
        proxy.Decide = x => x.Path.EndsWith(digest.ToString(), StringComparison.Ordinal) ? new NetworkFault.Answer(status) { Body = body } : null;

        var pruning = world.PruneAsync(delete: true, through: proxy.Domain);

        if (deleted is null) Assert.Contains("Nothing is deleted", (await Assert.ThrowsAnyAsync<DeliveryException>(() => pruning)).Message, StringComparison.Ordinal);
        else Assert.Equal(digest, Assert.Single((await pruning).Plan.Unreadable).Node.Digest);
        Assert.Equal(deleted ?? 0, world.Deleted.Count);
    }

    [Fact]
    public async Task A_version_whose_digest_nobody_here_can_check_is_one_that_cannot_be_read()
    {
        using var world = await World.CreateAsync(this);
        world.Package.AddVersion("blake3:af1349b9f5f9a1a6a0404dea36dcc949", DateTimeOffset.UtcNow.AddDays(-90), "odd");

        var report = await world.PruneAsync(delete: true);

        Assert.Contains("odd", report.ToText(), StringComparison.Ordinal);
        Assert.Equal(2, world.Deleted.Count);
    }

    [Fact]
    public async Task A_list_that_leaves_tags_out_lets_nothing_go()
    {
        using var world = await World.CreateAsync(this);
        world.Package.HiddenVersions = world.Package.Versions.FindIndex(x => x.Tags.Contains("latest")) + 1;

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => world.PruneAsync(delete: true));

        Assert.Contains("latest", failure.Message, StringComparison.Ordinal);
        Assert.Contains("does not list", failure.Message, StringComparison.Ordinal);
        Assert.Empty(world.Deleted);
    }

    [Fact]
    public async Task A_push_in_the_midst_of_it_stops_it()
    {
        using var world = await World.CreateAsync(this);
        world.AfterDeletion = () => world.Package.AddVersion(Digest.Of("new"u8).ToString(), DateTimeOffset.UtcNow, "3.0.0");

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => world.PruneAsync(delete: true));

        Assert.Contains("3.0.0", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Stopped after 1 deletions", failure.Message, StringComparison.Ordinal);
        Assert.Equal([world.Old.ToString()], world.Deleted);
    }

    [Fact]
    public async Task A_failure_in_the_midst_of_it_says_what_is_gone_and_what_is_not_known()
    {
        using var world = await World.CreateAsync(this);
        world.AfterDeletion = () => GitHub.Fail(Fault.Broken(502) with { When = x => x.Method == "DELETE", Times = int.MaxValue });

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => world.PruneAsync(delete: true));

        Assert.EndsWith("is deleted as well is not known. Run PruneImages again.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Stopped after 1 deletions, none of which anything needs; whether sha256", failure.Message, StringComparison.Ordinal);
        Assert.Equal([world.Old.ToString()], world.Deleted);
    }

    [Fact]
    public async Task A_list_that_fails_in_the_midst_of_it_says_what_is_gone()
    {
        using var world = await World.CreateAsync(this);
        world.AfterDeletion = () => GitHub.Fail(Fault.Broken(502) with { When = x => x.Method == "GET", Times = int.MaxValue });

        var failure = await Assert.ThrowsAnyAsync<DeliveryException>(() => world.PruneAsync(delete: true));

        Assert.EndsWith("Stopped after 1 deletions, none of which anything needs. Run PruneImages again.", failure.Message, StringComparison.Ordinal);
        Assert.Equal([world.Old.ToString()], world.Deleted);
    }

    [Fact]
    public async Task What_GitHub_does_not_let_go_keeps_its_platforms()
    {
        using var world = await World.CreateAsync(this);
        world.Package.Versions.Single(x => x.Digest == world.Old.ToString()).IsMuchDownloaded = true;
        var before = await world.ReadAsync(world.Old);

        var report = await world.PruneAsync(delete: true);

        Assert.Equal(before, await world.ReadAsync(world.Old));
        Assert.Equal(OldVersions, report.Refusals.Count);
        Assert.Contains("5000 downloads", report.ToMarkdown(), StringComparison.Ordinal);
        Assert.Empty(world.Deleted);
    }

    [Fact]
    public async Task A_token_that_may_not_delete_is_told_what_it_lacks()
    {
        using var world = await World.CreateAsync(this);
        GitHub.Fail(Fault.Forbidden("packages=write") with { When = x => x.Method == "DELETE" });

        var failure = await Assert.ThrowsAsync<GitHubException>(() => world.PruneAsync(delete: true));

        Assert.Equal(HttpStatusCode.Forbidden, failure.StatusCode);
        Assert.Contains("administrator of the package", failure.Message, StringComparison.Ordinal);
        Assert.Contains("`packages: write`", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_GitHub_does_not_find_may_be_gone_where_it_cannot_be_listed()
    {
        using var world = await World.CreateAsync(this);
        var isAsked = false;
        GitHub.Fail(new Fault { Status = 404, Message = "Not Found", Times = int.MaxValue, When = x => x.Method == "DELETE" && (isAsked = true) });
        GitHub.Fail(Fault.Forbidden("packages=read") with { Times = int.MaxValue, When = x => x.Method == "GET" && isAsked });

        var failure = await Assert.ThrowsAnyAsync<DeliveryException>(() => world.PruneAsync(delete: true));

        Assert.EndsWith("Stopped after 0 deletions, none of which anything needs; whether pr-7 is deleted as well is not known. Run PruneImages again.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_GitHub_does_not_find_and_still_lists_is_not_said_to_be_deleted()
    {
        using var world = await World.CreateAsync(this);
        GitHub.Fail(new Fault { Status = 404, Message = "Not Found", Times = int.MaxValue, When = x => x.Method == "DELETE" });

        var failure = await Assert.ThrowsAsync<GitHubException>(() => world.PruneAsync(delete: true));

        Assert.Contains("404", failure.Message, StringComparison.Ordinal);
        Assert.Contains("packages: write", failure.Message, StringComparison.Ordinal);
        Assert.Empty(world.Deleted);
    }

    [Fact]
    public async Task Faults_that_pass_do_no_harm()
    {
        using var world = await World.CreateAsync(this);
        GitHub.Fail(Fault.Broken(502) with { When = x => x.Method == "DELETE", AfterIsDone = true });
        GitHub.Fail(Fault.SecondaryRateLimit(1) with { When = x => x.Method == "DELETE" });
        GitHub.Fail(Fault.Drop() with { When = x => x.Method == "GET" });

        var report = await world.PruneAsync(delete: true);

        Assert.Empty(report.Refusals);
        Assert.Equal(OldVersions, world.Deleted.Count);
    }

    [Theory]
    [InlineData("users/octo", true, null)]
    [InlineData("user", true, "octo")]
    [InlineData("orgs/octo", false, null)]
    [InlineData("orgs/octo", false, "someone")]
    public async Task A_package_is_found_whoever_owns_it(string holder, bool isUser, string? tokenOwner)
    {
        if (isUser) GitHub.Users.Add("octo");
        GitHub.TokenOwner = tokenOwner;
        var package = GitHub.AddPackage("octo", "app");
        package.IsPrivate = tokenOwner == "octo";
        package.AddVersion(Digest.Of("one"u8).ToString(), DateTimeOffset.UtcNow, "latest");

        var found = await ContainerPackage.OpenAsync(Connect(), ImageReference.Parse("127.0.0.1:1/octo/app"), Cancellation);
        var versions = await found.ListAsync(Cancellation);

        Assert.Equal(["latest"], Assert.Single(versions).Tags);
        Assert.StartsWith($"/{holder}/packages/container/app/versions?", GitHub.Requests[^1].Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_list_is_read_to_its_end()
    {
        var package = GitHub.AddPackage("octo", "app");
        for (var i = 0; i < 250; i++) package.AddVersion(Digest.Of([(byte)i, (byte)(i >> 8)]).ToString(), DateTimeOffset.UtcNow);
        var found = await ContainerPackage.OpenAsync(Connect(), ImageReference.Parse("127.0.0.1:1/octo/app"), Cancellation);

        var versions = await found.ListAsync(Cancellation);

        Assert.Equal(250, versions.Count);
        Assert.All(versions, x => Assert.True(x.Id > int.MaxValue));
    }

    [Theory]
    [InlineData("docker.io/octo/app", "own container registry")]
    [InlineData("127.0.0.1:1/app", "names no owner")]
    [InlineData("127.0.0.1:1/octo/other", "knows no container package octo/other")]
    public async Task An_image_that_is_no_package_of_GitHub_s_is_refused(string repository, string problem)
    {
        GitHub.AddPackage("octo", "app");

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => ContainerPackage.OpenAsync(Connect(), ImageReference.Parse(repository), Cancellation));

        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Two images in a repository <c>owner/team/app</c>: an old one that only a pull request's tag names, and a new one that is the latest.</summary>
    private sealed class World : IDisposable
    {
        private readonly ImagePruningTests _test;

        private World(ImagePruningTests test, OciRegistry registry, ImageReference repository, Package package) =>
            (_test, Registry, Repository, Package) = (test, registry, repository, package);

        public OciRegistry Registry { get; }

        public ImageReference Repository { get; }

        public Package Package { get; }

        public Digest Old { get; private set; }

        public Digest Kept { get; private set; }

        public List<string> Deleted { get; } = [];

        public Action AfterDeletion { get; set; } = () => { };

        public static async Task<World> CreateAsync(ImagePruningTests test)
        {
            var owner = $"octo-{Guid.NewGuid():n}";
            var repository = ImageReference.Parse($"{test._server.Domain}/{owner}/team/app");
            var world = new World(test, test._server.Connect(), repository, test.GitHub.AddPackage(owner, "team/app"));
            world.Old = await world.PublishAsync(1, DateTimeOffset.UtcNow.AddDays(-90), "pr-7");
            world.Kept = await world.PublishAsync(101, DateTimeOffset.UtcNow.AddDays(-60), "1.0.0", "latest");
            world.Package.Deleted = world.Delete;
            return world;
        }

        public async Task<PruneReport> PruneAsync(bool delete, KeepRules? rules = null, string? through = null)
        {
            var repository = through is null ? Repository : ImageReference.Parse($"{through}/{Repository.Path}");
            using var registry = through is null ? null : OciRegistry.Of(repository, new RegistryOptions { Retry = new() { Budget = TimeSpan.Zero }, FirstContactBudget = TimeSpan.Zero });
            return await new ImagePruning(_test.Connect(), registry ?? Registry, rules ?? _test._rules) { ListLifetime = TimeSpan.Zero }.RunAsync(repository, delete, Cancellation);
        }

        /// <summary>Everything of an image, read through a copy of it, down to the last blob and signature.</summary>
        public async Task<string> ReadAsync(Digest digest)
        {
            var copy = _test._server.NewRepository("copy");
            using var target = _test._server.Connect();
            await Registry.CopyAsync(Repository.WithDigest(digest), target, copy, leftOut: [], cancellationToken: Cancellation);
            var index = await target.GetManifestAsync(copy.WithDigest(digest), Cancellation);
            var referrers = new List<Digest>();
            foreach (var subject in index.Manifests.Select(x => x.Digest).Prepend(digest))
                referrers.AddRange((await target.ListReferrersAsync(copy.WithDigest(subject), cancellationToken: Cancellation)).Select(x => x.Digest));
            var signed = await target.FindAsync(copy.WithTag($"sha256-{digest.Hex}.sig"), Cancellation);
            return string.Join('\n', index.Manifests.Select(x => x.Digest).Concat(referrers).Append(signed!.Digest));
        }

        public void Dispose() => Registry.Dispose();

        // The index's signature as cosign 2 attaches it, that of one platform as a referrer with its list.
        private async Task<Digest> PublishAsync(int seed, DateTimeOffset time, params string[] tags)
        {
            var layout = await LayoutBuilder.WriteSmallAsync(Folder("image"), seed);
            await Registry.PushAsync(layout, Repository, cancellationToken: Cancellation);
            foreach (var tag in tags) await Registry.PutTagAsync(Repository, tag, layout.Root.Digest, Cancellation);
            var platform = (await layout.ReadManifestAsync(layout.Root, Cancellation)).Manifests[0];

            var attached = await new LayoutBuilder(Folder("attached")).WriteArtifactAsync(null, $"{Signature}.{seed}");
            await Registry.PushAsync(attached, Repository, cancellationToken: Cancellation);
            await Registry.PutTagAsync(Repository, $"sha256-{layout.Root.Digest.Hex}.sig", attached.Root.Digest, Cancellation);

            var referrer = await new LayoutBuilder(Folder("referrer")).WriteArtifactAsync(platform, $"{Signature}.{seed}");
            await Registry.PushAsync(referrer, Repository, cancellationToken: Cancellation);
            var list = await Registry.ResolveAsync(Repository.WithTag($"sha256-{platform.Digest.Hex}"), Cancellation);

            foreach (var manifest in (await layout.ReadContentAsync(Cancellation)).Manifests.Where(x => !x.IsIndex && !Package.Versions.Exists(y => y.Digest == x.Digest.ToString()))) Package.AddVersion(manifest.Digest.ToString(), time);
            Package.AddVersion(layout.Root.Digest.ToString(), time, tags);
            Package.AddVersion(attached.Root.Digest.ToString(), time, $"sha256-{layout.Root.Digest.Hex}.sig");
            Package.AddVersion(referrer.Root.Digest.ToString(), time);
            Package.AddVersion(list.Digest.ToString(), time, $"sha256-{platform.Digest.Hex}");
            return layout.Root.Digest;

            string Folder(string name) => Directory.CreateDirectory(_test._folder.Combine($"{name}-{seed}")).FullName;
        }

        // What is deleted at GitHub is gone from its registry.
        private void Delete(PackageVersion version)
        {
            Deleted.Add(version.Digest);
            Registry.DeleteManifestAsync(Repository, Digest.Parse(version.Digest), CancellationToken.None).GetAwaiter().GetResult();
            AfterDeletion();
        }
    }
}
