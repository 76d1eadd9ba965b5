using System.Text.Json.Nodes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>Signed images in a real registry get other tags.</summary>
public sealed class PromotionTests(RegistryServer server, SignedImages images) : IClassFixture<RegistryServer>, IClassFixture<SignedImages>, IAsyncLifetime
{
    private readonly TemporaryRepository _checkout = new();
    private readonly TemporaryFolder _folder = new();
    private readonly string _owner = $"owner-{Guid.NewGuid():n}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ImageReference Repository => ImageReference.Parse($"{server.Domain}/{_owner}/app");

    public async ValueTask InitializeAsync() => await _checkout.Run("git init --quiet --initial-branch main", "git commit --quiet --allow-empty --message one");

    public ValueTask DisposeAsync()
    {
        _checkout.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Latest_stays_with_the_newest_release_however_an_older_one_is_named()
    {
        using var registry = server.Connect();
        var newest = await PublishAsync(registry, "2.0.0", "2.0.0", "2", "latest");
        var backport = await PublishAsync(registry, "1.2.9", "stable");
        await PublishAsync(registry, "3.0.0-rc.1", "3.0.0-rc.1");

        await PromoteAsync("stable", "latest");
        await PromoteAsync(backport.ToString(), "1", "latest");
        await PromoteAsync("3.0.0-rc.1", "latest", "3");

        Assert.Equal([newest, backport, null], [await AtAsync(registry, "latest"), await AtAsync(registry, "1"), await AtAsync(registry, "3")]);
    }

    [Fact]
    public async Task An_image_that_says_no_version_of_its_own_has_the_one_its_tag_names()
    {
        using var registry = server.Connect();
        var newest = await PublishAsync(registry, "2.0.0", "2.0.0", "latest");
        await PublishAsync(registry, null, "1.2.9");

        await PromoteAsync("1.2.9", "latest");

        Assert.Equal(newest, await AtAsync(registry, "latest"));
    }

    [Theory]
    [InlineData("1:2")]
    [InlineData("blake3:af1349b9f5f9a1a6a0404dea36dcc949")]
    [InlineData("ghcr.io/o/app:1.2.3")]
    [InlineData("sha256:12")]
    public void What_is_neither_a_tag_nor_a_digest_is_wrong_use(string from) => Assert.StartsWith(
        $"--promote-from cannot be '{from}': ",
        Assert.Throws<WrongUseException>(() => new Promotion { From = from, To = ["1"] }.SourceIn(ImageReference.Parse("ghcr.io/o/app"))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_version_s_tag_that_points_at_another_version_promotes_nothing()
    {
        using var registry = server.Connect();
        var image = await PublishAsync(registry, "1.0.0", "1.0.0", "1.3.0", "1.3.0-rc.1");

        foreach (var from in (string[])["1.3.0", "1.3.0-rc.1"])
        {
            var refused = await Assert.ThrowsAsync<DeliveryException>(() => PromoteAsync(from, "stable"));
            Assert.Contains($"app:{from} points at {image}, which says that it is version 1.0.0: the tag may have been moved", refused.Message, StringComparison.Ordinal);
        }

        Assert.Null(await AtAsync(registry, "stable"));
        await PromoteAsync(image.ToString(), "stable");
        Assert.Equal(image, await AtAsync(registry, "stable"));
    }

    [Fact]
    public async Task An_image_that_says_it_is_another_one_is_not_promoted()
    {
        using var registry = server.Connect();
        await PublishAsync(registry, "1.0.0", ["1.0.0"], title: "admin");
        await PublishAsync(registry, "1.0.1", ["1.0.1"], title: "app");

        var refused = await Assert.ThrowsAnyAsync<DeliveryException>(() => PromoteAsync("1.0.0", "stable"));

        Assert.Contains("is 'admin', and not 'app': somebody has put another image there", refused.Message, StringComparison.Ordinal);
        Assert.Null(await AtAsync(registry, "stable"));
        await PromoteAsync("1.0.1", "stable");
    }

    [Fact]
    public async Task A_release_candidate_that_is_called_a_release_from_now_on_is_one()
    {
        using var registry = server.Connect();
        var candidate = await PublishAsync(registry, "1.2.3-rc.1", "1.2.3-rc.1");

        await PromoteAsync("1.2.3-rc.1", "1.2.3", "latest");

        Assert.Equal(candidate, await AtAsync(registry, "latest"));
    }

    [Fact]
    public async Task Allowed_to_a_tag_moves_back_to_an_older_version_and_a_rollback_undoes_it()
    {
        using var registry = server.Connect();
        var newest = await PublishAsync(registry, "2.0.0", "2.0.0", "latest");
        var older = await PublishAsync(registry, "1.2.9", "1.2.9");

        await new PromoteImages(await ContextAsync(), new Promotion { From = "1.2.9", To = ["latest"], AllowOlder = true }).RunAsync();
        Assert.Equal(older, await AtAsync(registry, "latest"));

        await new PromoteImages(await ContextAsync(), new Promotion { Rollback = true, To = ["latest"] }).RunAsync();
        Assert.Equal(newest, await AtAsync(registry, "latest"));
    }

    [Theory]
    [InlineData("1.0.0", "2", "does not get the tag 2: it does not stand for version 1.0.0")]
    [InlineData("1.0.0", "stable,2.1", "does not get the tag 2.1: it does not stand for version 1.0.0")]
    [InlineData("1.0.0", "1.4", "does not get the tag 1.4: it does not stand for version 1.0.0")]
    [InlineData("1.0.0", "3", "does not get the tag 3: it does not stand for version 1.0.0")]
    [InlineData("1.0.0", "1.3.0", "is version 1.0.0 and does not become 1.3.0")]
    [InlineData("1.0.0", "v3.0.0,stable", "is version 1.0.0 and does not become 3.0.0")]
    [InlineData("1.0.0", "0.9.0,1.0.0", "is version 1.0.0 and does not become 0.9.0")]
    [InlineData("1.4.0-rc.1", "1.4.0,2", "does not get the tag 2: it does not stand for version 1.4.0")]
    [InlineData("1.4.0-rc.1", "1.3.0", "is version 1.4.0-rc.1 and does not become 1.3.0")]
    [InlineData("named", "1.3.0,1.4.0", "does not become both 1.3.0 and 1.4.0")]
    public async Task An_image_gets_no_tag_of_versions_that_it_is_none_of_also_where_tags_may_move_back(string from, string to, string problem)
    {
        using var registry = server.Connect();
        await PublishAsync(registry, "2.1.0", "2.1.0", "2.1", "2", "latest", "stable");
        await PublishAsync(registry, "1.0.0", "1.0.0");
        await PublishAsync(registry, "1.4.0-rc.1", "1.4.0-rc.1");
        await PublishAsync(registry, null, "named");
        var before = await AllAsync(registry);

        foreach (var allowOlder in (bool[])[false, true])
        {
            var promotion = new Promotion { From = from, To = to.Split(','), AllowOlder = allowOlder, ReplaceVersion = allowOlder };
            var verb = new PromoteImages(await ContextAsync(), promotion);
            var refused = await Assert.ThrowsAsync<DeliveryException>(verb.RunAsync);
            Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await AllAsync(registry));
    }

    [Fact]
    public async Task A_tag_to_promote_from_points_at_what_it_stands_for_with_all_platforms()
    {
        using var registry = server.Connect();
        var (alpha, image) = (await PublishAsync(registry, "0.9.0-alpha.1", "1.3.0"), await PublishAsync(registry, "2.1.0", "1", "1.4", "2", "2026"));
        var platform = (await registry.GetManifestAsync(Repository.WithDigest(image), Cancellation)).Manifests[0].Digest;
        foreach (var tag in (string[])["stable", "9", "9.0.0"]) await registry.PutTagAsync(Repository, tag, platform, Cancellation);
        foreach (var (from, problem) in new[]
        {
            ("1.3.0", $"points at {alpha}, which says that it is version 0.9.0-alpha.1"),
            ("1", $"points at {image}, which says that it is version 2.1.0"),
            ("1.4", $"points at {image}, which says that it is version 2.1.0"),
            ("stable", $"points at {platform}, which is the image of one platform"),
            ("9", $"points at {platform}, which is the image of one platform"),
            ("9.0.0", $"points at {platform}, which is the image of one platform"),
        })
        {
            var refused = await Assert.ThrowsAsync<DeliveryException>(() => PromoteAsync(from, "taken"));
            Assert.Contains($"app:{from} {problem}: the tag may have been moved", refused.Message, StringComparison.Ordinal);
        }

        Assert.Null(await AtAsync(registry, "taken"));
        // Two names, one a build's number, and what it is.
        foreach (var from in (string[])["2", "2026", image.ToString()]) await PromoteAsync(from, "taken");
    }

    [Fact]
    public async Task A_full_version_is_written_once_and_replaced_only_where_that_is_said()
    {
        using var registry = server.Connect();
        var published = await PublishAsync(registry, "1.2.3", "1.2.3");
        var other = await PublishAsync(registry, "1.2.3-rc.2", "main");

        var refused = await Assert.ThrowsAsync<DeliveryException>(() => PromoteAsync("main", "stable", "1.2.3"));

        Assert.Contains(
            $"app:1.2.3 points at {published} already, which is another image than {other}, and a full version is written once: no tag moves.",
            refused.Message, StringComparison.Ordinal);
        Assert.Contains("--promote-replace-version", refused.Message, StringComparison.Ordinal);
        Assert.Equal([published, null], [await AtAsync(registry, "1.2.3"), await AtAsync(registry, "stable")]);
        await PromoteAsync("1.2.3", "1.2.3", "1.2");
        // To move tags back to what is older replaces no version.
        var promotion = new Promotion { From = "main", To = ["1.2.3"] };
        await Assert.ThrowsAsync<DeliveryException>(async () => await new PromoteImages(await ContextAsync(), promotion with { AllowOlder = true }).RunAsync());
        await new PromoteImages(await ContextAsync(), promotion with { ReplaceVersion = true }).RunAsync();
        Assert.Equal(other, await AtAsync(registry, "1.2.3"));
    }

    [Fact]
    public async Task What_another_key_signed_is_promoted_with_its_public_half_alone()
    {
        using var registry = server.Connect();
        var image = await PublishAsync(registry, "1.0.0", "1.0.0");
        var theirs = _folder.Combine("theirs.pub");
        await (await images.CosignAsync("keys")).WritePublicKeyAsync(theirs, Cancellation);

        await Assert.ThrowsAsync<DeliveryException>(async () => await new PromoteImages(await ContextAsync(keys: "mine"), new Promotion { From = "1.0.0", To = ["latest"] }).RunAsync());
        await new PromoteImages(await ContextAsync(keys: null, signedBy: theirs), new Promotion { From = "1.0.0", To = ["latest"] }).RunAsync();

        Assert.Equal(image, await AtAsync(registry, "latest"));
    }

    [Fact]
    public async Task The_public_key_of_a_publish_stays_whatever_key_another_machine_has_or_has_not()
    {
        using var registry = server.Connect();
        var image = await PublishAsync(registry, "1.0.0", "1.0.0");
        var promotion = new Promotion { From = "1.0.0", To = ["latest"] };
        var published = Path.Combine(_checkout.Directory, "artifacts", "publish", "cosign.pub");
        await (await images.CosignAsync("keys")).WritePublicKeyAsync(published, Cancellation);
        var before = await File.ReadAllTextAsync(published, Cancellation);
        var home = _folder.Combine("home");

        await Assert.ThrowsAsync<DeliveryException>(async () => await new PromoteImages(await ContextAsync(keys: "mine"), promotion).RunAsync());
        var unknown = await Assert.ThrowsAsync<DeliveryException>(async () => await new PromoteImages(await ContextAsync(keys: null, home: home), promotion).RunAsync());

        Assert.StartsWith($"Who must have signed is not known: there is no signing key in {home}", unknown.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(home), "No key was made.");
        Assert.Equal(before, await File.ReadAllTextAsync(published, Cancellation));
        await PromoteAsync("1.0.0", "latest");
        Assert.Equal(image, await AtAsync(registry, "latest"));
    }

    [Fact]
    public async Task What_is_signed_and_not_attested_is_not_promoted()
    {
        using var registry = server.Connect();
        await PublishAsync(registry, "1.0.0", ["1.0.0"], isAttested: false);

        var refused = await Assert.ThrowsAnyAsync<DeliveryException>(() => PromoteAsync("1.0.0", "latest"));

        Assert.Contains("has no valid attestation of the type https://", refused.Message, StringComparison.Ordinal);
        Assert.Null(await AtAsync(registry, "latest"));
    }

    [Fact]
    public async Task Keyless_promotion_needs_no_token_and_takes_what_any_workflow_of_the_repository_signed()
    {
        var context = await ContextAsync(keys: null, keyless: true);
        var unknown = await Assert.ThrowsAsync<DeliveryException>(() => context.ExpectedSignerAsync());
        Assert.Contains("--signed-by-repository", unknown.Message, StringComparison.Ordinal);
        await _checkout.Run("git remote add origin git@github.com:octo/app.git");

        context = await ContextAsync(keys: null, keyless: true);

        var source = new WorkflowSource("octo/app", "https://token.actions.githubusercontent.com");
        Assert.Equal(ExpectedSigner.AnyWorkflowOf("https://github.com", source), await context.ExpectedSignerAsync());
        const string publisher = "https://github.com/octo/app/.github/workflows/publish.yml@refs/heads/main";
        Assert.Equal(new ExpectedSigner.Workflow(publisher, source), await context.ExpectedSignerAsync(new RecordedSigner(publisher)));
        Assert.Equal(new ExpectedSigner.Workflow(publisher, source), await context.ExpectedSignerAsync(new RecordedSigner(publisher, source)));
        // The record narrows who may have signed, and never widens it.
        const string theirs = "https://github.com/mallory/app/.github/workflows/publish.yml@refs/heads/main";
        foreach (var (recorded, problem) in new (RecordedSigner, string)[]
        {
            (new(theirs, source), "no workflow of https://github.com/octo/app"),
            (new(publisher, source with { Repository = "mallory/app" }), "run by mallory/app, and not by octo/app"),
            (new(publisher, source with { Issuer = "https://mallory.example" }), "with a token of https://mallory.example"),
            (new(publisher.Replace("heads/main", "pull/7/merge", StringComparison.Ordinal), source), "in a pull request"),
        })
        {
            var refused = await Assert.ThrowsAsync<DeliveryException>(() => context.ExpectedSignerAsync(recorded));
            Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_this_checkout_has_not_scanned_does_not_leave_the_machine()
    {
        using var registry = server.Connect();
        var digest = await PublishAsync(registry, "1.0.0", "1.0.0");
        var (source, image) = (Repository.WithTag("1.0.0"), await registry.GetManifestAsync(Repository.WithDigest(digest), Cancellation));
        var record = new PublishRecord { Image = "app", Digest = digest, Repository = Repository.Repository, Version = "1.0.0", Revision = "", Platforms = [] };
        var scanned = record.With(PublishStep.Scan, new StepResult(DateTimeOffset.UnixEpoch, 1, "nothing found"));

        var policy = new DeparturePolicy(Destination.Parse("ghcr.io/octo"));
        policy.EnsureMayBePromoted(source, image, scanned);
        policy.EnsureMayBePromoted(ImageReference.Parse("ghcr.io/staging/app:1.0.0"), image, null);

        foreach (var other in (PublishRecord?[])[null, record, scanned with { Digest = Digest.Of([]) }])
            Assert.Contains("must not leave this machine", Assert.Throws<DeliveryException>(() => policy.EnsureMayBePromoted(source, image, other)).Message, StringComparison.Ordinal);
    }

    private async Task<Digest?> AtAsync(OciRegistry registry, string tag) => (await registry.FindAsync(Repository.WithTag(tag), Cancellation))?.Digest;

    private async Task<IReadOnlyList<string>> AllAsync(OciRegistry registry)
    {
        var all = new List<string>();
        await foreach (var tag in registry.ListTagsAsync(Repository, cancellationToken: Cancellation)) all.Add($"{tag} {await AtAsync(registry, tag)}");
        return all;
    }

    private async Task PromoteAsync(string from, params string[] to) => await new PromoteImages(await ContextAsync(), new Promotion { From = from, To = to }).RunAsync();

    /// <summary>Pushes and signs an image of this version, and puts these tags.</summary>
    private Task<Digest> PublishAsync(OciRegistry registry, string? version, params string[] tags) => PublishAsync(registry, version, tags, isAttested: true);

    private async Task<Digest> PublishAsync(OciRegistry registry, string? version, string[] tags, bool isAttested = true, string? title = null)
    {
        var annotations = new JsonObject();
        if (version is not null) annotations["org.opencontainers.image.version"] = version;
        if (title is not null) annotations["org.opencontainers.image.title"] = title;
        var digest = await images.PutAsync(server, Repository, tags[0], annotations, isAttested);
        foreach (var tag in tags) await registry.PutTagAsync(Repository, tag, digest, Cancellation);
        return digest;
    }

    private async Task<DeliveryContext> ContextAsync(string? keys = "keys", bool keyless = false, string? signedBy = null, string? home = null)
    {
        var deploy = Path.Combine(_checkout.Directory, "deploy");
        if (!Directory.Exists(deploy)) Directory.CreateSymbolicLink(deploy, Path.Combine(SourceTree.Root, "deploy"));
        var key = keys is null ? null : (SigningIdentity.Key)(await images.CosignAsync(keys)).Identity!;
        return new DeliveryContext(
            new DeliveryOptions
            {
                Root = _checkout.Directory,
                Artifacts = Path.Combine(_checkout.Directory, "artifacts"),
                Images = [new("app") { Dockerfile = "Dockerfile" }],
                Registry = $"{server.Domain}/{_owner}",
                RetryBudget = TimeSpan.FromMinutes(1),
                SigningKey = key?.Reference,
                SigningPassword = key?.Password,
                Keyless = keyless,
                SignedBy = signedBy,
            },
            Cancellation)
        { Environment = home is null ? TestEnvironment.OutsideWorkflows : TestEnvironment.OutsideWorkflows.With(("XDG_CONFIG_HOME", home)) };
    }
}
