using System.Text.Json.Nodes;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Delivery.Tests.Publishing;
using Acci.Oci.Layouts;
using Acci.Oci;
using Acci.Sigstore.StandIn;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>
/// A signer is a workflow, the repository it ran in, and who issued its token. With the real cosign, and a Sigstore of the tests' own.
/// </summary>
public sealed class KeylessTests(RegistryServer server, SigstoreFixture sigstore) : IClassFixture<RegistryServer>, IClassFixture<SigstoreFixture>
{
    private const string Bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const string Issuer = "https://token.actions.githubusercontent.com";
    private const string Publisher = "https://github.com/octo/app/.github/workflows/publish.yml@refs/heads/main";
    private const string Shared = "acci/acci/.github/workflows/publish-images.yml@refs/tags/v1";

    private static readonly WorkflowSource Octo = new("octo/app", Issuer);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_keyless_publish_is_recorded_verified_and_printed_with_workflow_repository_and_issuer()
    {
        using var world = await SignedAsync(sigstore.Job());

        var table = await world.RunAsync("TagImages");
        await world.RunAsync("VerifyImages");

        Assert.Equal(new RecordedSigner(Publisher, Octo with { Ref = "refs/heads/main" }), world.Record.SignedBy);
        Assert.Equal($"signatures and attestations by {Publisher} (run by octo/app) verified", world.Record.Steps[PublishStep.Verify].Result);
        var printed = table.Split("\nVerify")[1].Split('\n')[0].Trim();
        foreach (var part in (string[])["--type https://sigstore.dev/cosign/sign/v1", $"--certificate-oidc-issuer {Issuer}",
            $"--certificate-identity {Publisher}", "--certificate-github-workflow-repository octo/app"])
            Assert.Contains(part, printed, StringComparison.Ordinal);
        Assert.True(await RunsAsync(printed));
        Assert.Contains("\ncosign verify-attestation --type https://sigstore.dev/cosign/sign/v1 ", world.Summary, StringComparison.Ordinal);
        Assert.Contains("\ndocker run --rm ", world.Summary, StringComparison.Ordinal);
        Assert.False(await RunsAsync(printed.Replace("octo/app ", "octo/other ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData($"{Publisher}x", null, null)]
    [InlineData(Publisher, "octo/other", null)]
    [InlineData(Publisher, null, "https://github.example.com/_services/token")]
    public async Task Another_workflow_repository_or_issuer_than_signed_is_refused(string signer, string? repository, string? issuer)
    {
        using var world = await SignedAsync(sigstore.Job());

        await world.RunAsync("VerifyImages", options => options with { SignedBy = Publisher });
        var problem = await world.RefusedAsync(
            "VerifyImages", options => options with { SignedBy = signer, SignedByRepository = repository, SignedByIssuer = issuer });

        Assert.Contains("cosign", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("octo/other", null, "run by octo/app, and not by octo/other")]
    [InlineData(null, "https://token.example.com", $"with a token of {Issuer}/octo-enterprise, and not of https://token.example.com")]
    [InlineData(null, Issuer, $"with a token of {Issuer}/octo-enterprise, and not of {Issuer}")]
    public async Task A_repository_or_issuer_that_is_named_is_meant_also_where_the_recorded_workflow_signs_here(string? repository, string? issuer, string problem)
    {
        using var world = await SignedAsync(sigstore.Job(("iss", $"{Issuer}/octo-enterprise")));
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        await world.RunAsync("VerifyImages", options => options with { SignedByRepository = "octo/app", SignedByIssuer = $"{Issuer}/octo-enterprise" });

        foreach (var verb in (string[])["VerifyImages", "TagImages"])
        {
            Assert.Contains(
                problem, await world.RefusedAsync(verb, options => options with { SignedByRepository = repository, SignedByIssuer = issuer }), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_a_stranger_signs_through_our_reusable_workflow_is_refused_everywhere_and_our_own_is_taken()
    {
        var stranger = sigstore.Job(("job_workflow_ref", Shared), ("repository", "stranger/malware"));
        var own = sigstore.Job(("job_workflow_ref", Shared));
        using var world = await SignedAsync(stranger);
        var theirs = world.Record;
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");

        // Where it was published, by the record's word and by a forged one.
        world.Job = own;
        Assert.Contains("which is no workflow of https://github.com/octo/app", await world.RefusedAsync("VerifyImages"), StringComparison.Ordinal);
        (theirs with { SignerSource = Octo }).Write(world.RecordFile);
        Assert.Contains("cosign", await world.RefusedAsync("VerifyImages"), StringComparison.Ordinal);

        // Where it is promoted, and by the command that people are given.
        world.Job = sigstore.Outside();
        await Assert.ThrowsAsync<DeliveryException>(() => PromoteAsync(world, theirs.Digest, signedBy: $"https://github.com/{Shared}"));
        var refused = await Assert.ThrowsAsync<DeliveryException>(() => PromoteAsync(world, theirs.Digest, signedBy: null));
        Assert.Contains("name that one with --signed-by, and for a workflow the repository that it ran in with --signed-by-repository", refused.Message, StringComparison.Ordinal);
        Assert.Null(await StableAsync(world));
        Assert.False(await VerifiesAsync(world, new ExpectedSigner.Workflow($"https://github.com/{Shared}", Octo)));

        // The same workflow, called by this repository.
        world.Job = own;
        theirs.Write(world.RecordFile);
        await world.RunAsync("SignImages");
        await world.RunAsync("VerifyImages");
        world.Job = sigstore.Outside();
        Assert.True(await VerifiesAsync(world, new ExpectedSigner.Workflow($"https://github.com/{Shared}", Octo)));
        await PromoteAsync(world, theirs.Digest, signedBy: $"https://github.com/{Shared}");
        Assert.Equal(theirs.Digest, await StableAsync(world));
    }

    [Theory]
    [InlineData("octo/app", true)]
    [InlineData("octo/other", false)]
    [InlineData("octo/app", true, "octo/app/.github/workflows/publish.yml@refs/heads/main", @"^https://github\.com/octo/app/\.github/workflows/publish\.yml@refs/(heads/main|tags/v.+)$")]
    [InlineData("octo/app", true, "octo/shared/.github/workflows/publish.yml@refs/tags/v1", "https://github.com/octo/shared/.github/workflows/publish.yml@refs/tags/v1")]
    [InlineData("octo/other", false, "octo/shared/.github/workflows/publish.yml@refs/tags/v1", "https://github.com/octo/shared/.github/workflows/publish.yml@refs/tags/v1")]
    public async Task A_newer_release_of_the_same_repository_keeps_latest_though_a_job_of_its_own_tag_signed_it(
        string repository, bool isOurs, string? called = null, string? signedBy = null)
    {
        ProcessEnvironment JobOf(string tag, string ranIn) =>
            sigstore.Job([("ref", tag), ("repository", ranIn), .. called is null ? Array.Empty<(string, string)>() : [("job_workflow_ref", called)]]);
        await using var proxy = await FaultProxy.StartAsync(server);
        using var folder = new TemporaryFolder();
        using var direct = server.Connect();
        using var world = await PublishWorld.BuiltAsync(server, domain: proxy.Domain);
        var behind = ImageReference.Parse($"{server.Domain}/{world.Repository.Path}");
        var newer = await LayoutBuilder.WriteAttestedAsync(folder.Combine("newer"), "newer", new JsonObject { ["org.opencontainers.image.version"] = "1.2.4" });
        var old = await LayoutBuilder.WriteAttestedAsync(folder.Combine("old"), "old", new JsonObject { ["org.opencontainers.image.version"] = "1.2.2" });
        foreach (var layout in (OciLayout[])[old, newer]) await direct.PushAsync(layout, behind, cancellationToken: TestContext.Current.CancellationToken);
        await direct.PutTagAsync(behind, "latest", old.Root.Digest, TestContext.Current.CancellationToken);
        var cosign = await sigstore.CosignAsync(JobOf("refs/tags/v1.2.4", repository));
        await new ImageSigner(cosign, newer, direct, behind.WithDigest(newer.Root.Digest)).SignMissingAsync(TestContext.Current.CancellationToken);
        await world.GitAsync("git tag v1.2.3");
        await world.RecordBuildAsync();
        await world.RunUntilAsync("SignImages");
        world.Job = JobOf("refs/tags/v1.2.3", "octo/app");
        await world.RunAsync("SignImages");
        var isPublished = false;
        proxy.Decide = request =>
        {
            if (isPublished || request.Method != "PUT" || !request.Path.EndsWith("/manifests/latest", StringComparison.Ordinal)) return null;
            isPublished = true;
            foreach (var tag in (string[])["1.2.4", "latest"]) direct.PutTagAsync(behind, tag, newer.Root.Digest).GetAwaiter().GetResult();
            return null;
        };

        await world.RunAsync("TagImages", x => x with { SignedBy = signedBy });

        Assert.Equal((isOurs ? newer : old).Root.Digest, (await direct.ResolveAsync(behind.WithTag("latest"), TestContext.Current.CancellationToken)).Digest);
    }

    [Fact]
    public async Task Names_of_owners_and_repositories_are_the_same_in_any_case()
    {
        using var world = await SignedAsync(sigstore.Job(("repository", "Octo/App")));
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        world.Job = sigstore.Outside();

        await PromoteAsync(world, world.Record.Digest, signedBy: null);
        await PromoteAsync(world, world.Record.Digest, signedBy: Publisher);

        Assert.Equal(world.Record.Digest, await StableAsync(world));
        var other = Publisher.Replace("publish.yml", "Publish.yml", StringComparison.Ordinal);
        await Assert.ThrowsAsync<DeliveryException>(() => PromoteAsync(world, world.Record.Digest, signedBy: other));
    }

    [Fact]
    public async Task A_Sigstore_that_is_named_without_its_root_is_not_said_to_have_answered()
    {
        using var world = await SignedAsync(sigstore.Job());
        await using var elsewhere = new SigstoreFixture { IsFoundByTuf = false };
        await elsewhere.InitializeAsync();
        world.Job = elsewhere.Outside();

        var refused = await Assert.ThrowsAnyAsync<DeliveryException>(
            () => PromoteAsync(world, world.Record.Digest, signedBy: Publisher, repository: "octo/app"));

        Assert.Contains("the TUF repository was not asked", refused.Message, StringComparison.Ordinal);
        foreach (var remedy in (string[])["TUF_ROOT_JSON", "cosign initialize", "--sigstore-trusted-root"])
            Assert.Contains(remedy, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_of_a_commit_signs_nothing_that_nobody_would_take()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        world.Job = sigstore.Job(("ref", "")).With(("GITHUB_EVENT_NAME", "deployment"));

        Assert.Contains("publish in a job of a branch or tag", await world.RefusedAsync("SignImages"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_named_workflow_is_of_the_server_that_its_name_says()
    {
        using var world = await SignedAsync(sigstore.Job());
        // As a machine's ssh configuration may call it.
        await world.GitAsync("git remote add origin git@github-work:octo/app.git");
        world.Job = sigstore.Outside();

        await PromoteAsync(world, world.Record.Digest, signedBy: Publisher);

        Assert.Equal(world.Record.Digest, await StableAsync(world));
    }

    [Fact]
    public async Task What_a_pull_request_signs_is_taken_from_nobody_else_unless_it_is_named()
    {
        const string pull = "refs/pull/7/merge";
        using var world = await SignedAsync(sigstore.Job(("ref", pull)));
        await world.RunAsync("VerifyImages");
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");

        world.Job = sigstore.Outside();
        await Assert.ThrowsAnyAsync<DeliveryException>(() => PromoteAsync(world, world.Record.Digest, signedBy: null));
        Assert.Contains("in a pull request", await world.RefusedAsync("VerifyImages"), StringComparison.Ordinal);

        await PromoteAsync(world, world.Record.Digest, signedBy: $"https://github.com/octo/app/.github/workflows/publish.yml@{pull}");
    }

    // A reusable workflow's identity does not say for what it was called.
    [Theory]
    [InlineData("octo/app/.github/workflows/build.yml@refs/heads/main", null)]
    [InlineData("octo/app/.github/workflows/build.yml@0123456789abcdef0123456789abcdef01234567", null)]
    [InlineData("octo/shared/.github/workflows/build.yml@refs/tags/v1", "https://github.com/octo/shared/.github/workflows/build.yml@refs/tags/v1")]
    public async Task What_a_pull_request_signs_through_a_reusable_workflow_is_taken_from_nobody_else(string called, string? signedBy)
    {
        using var world = await SignedAsync(sigstore.Job(("job_workflow_ref", called), ("ref", "refs/pull/7/merge")));
        await world.RunAsync("VerifyImages");
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        world.Job = sigstore.Outside();

        var refused = await Assert.ThrowsAnyAsync<DeliveryException>(() => PromoteAsync(world, world.Record.Digest, signedBy));
        Assert.Contains("in a pull request (refs/pull/7/merge)", refused.Message, StringComparison.Ordinal);
        var problem = called.StartsWith("octo/app/", StringComparison.Ordinal) ? "in a pull request" : "no workflow of https://github.com/octo/app";
        var verified = await world.RefusedAsync("VerifyImages");
        Assert.Contains(problem, verified, StringComparison.Ordinal);
        // What was refused a moment ago is no advice.
        Assert.Contains("publish what was merged", verified, StringComparison.Ordinal);
        Assert.DoesNotContain("--signed-by http", verified, StringComparison.Ordinal);

        world.Job = sigstore.Job(("job_workflow_ref", called));
        await world.RunAsync("SignImages");
        world.Job = sigstore.Outside();
        await PromoteAsync(world, world.Record.Digest, signedBy);
        var signer = new ExpectedSigner.Workflow($"https://github.com/{called}", Octo with { Ref = "refs/heads/main" });
        Assert.Equal((true, false), (await VerifiesAsync(world, signer), await VerifiesAsync(world, signer with { Source = Octo with { Ref = "refs/heads/other" } })));
        Assert.Contains("--certificate-github-workflow-ref refs/heads/main", $"{new Command("cosign", (await VerifiedAsync(world, signedBy)).VerifyArguments(world.Repository.WithDigest(world.Record.Digest)))}", StringComparison.Ordinal);
    }

    // A shared workflow is named by a commit, and another one from time to time.
    [Fact]
    public async Task A_newer_commit_s_image_keeps_the_branch_s_tag_though_it_was_signed_as_of_another_commit_of_the_shared_workflow()
    {
        const string shared = "octo/shared/.github/workflows/publish.yml@";
        using var folder = new TemporaryFolder();
        using var registry = server.Connect();
        using var world = await PublishWorld.BuiltAsync(server);
        Directory.Delete(world.Layout, true);
        await LayoutBuilder.WriteAttestedAsync(world.Layout, "ours", new JsonObject { ["org.opencontainers.image.created"] = "2026-01-01T00:00:00Z" });
        await world.RecordBuildAsync();
        var newer = await LayoutBuilder.WriteAttestedAsync(folder.Combine("newer"), "newer", new JsonObject { ["org.opencontainers.image.created"] = "2026-02-01T00:00:00Z" });
        await registry.PushAsync(newer, world.Repository, cancellationToken: Cancellation);
        await new ImageSigner(await sigstore.CosignAsync(sigstore.Job(("job_workflow_ref", shared + new string('b', 40)))), newer, registry, world.Repository).SignAsync(Cancellation);
        await world.RunUntilAsync("SignImages");
        world.Job = sigstore.Job(("job_workflow_ref", shared + new string('a', 40)));
        await world.RunAsync("SignImages");
        await registry.PutTagAsync(world.Repository, "main", newer.Root.Digest, Cancellation);

        await world.RunAsync("TagImages");

        Assert.Equal(newer.Root.Digest, (await registry.ResolveAsync(world.Repository.WithTag("main"), Cancellation)).Digest);
    }

    [Theory]
    [InlineData("refs/heads/fix-ü")]
    [InlineData("refs/heads/feature/#123-a(b)&c;it's")]
    [InlineData("refs/heads/a%20b")]
    [InlineData("refs/heads/修正-{b}|c")]
    [InlineData("refs/tags/v1.2.3+4")]
    public async Task A_branch_may_have_any_name_that_git_takes(string name)
    {
        using var world = await SignedAsync(sigstore.Job(("ref", name)));
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");

        await world.RunAsync("VerifyImages");
        world.Job = sigstore.Outside();
        await world.RunAsync("VerifyImages");
        await PromoteAsync(world, world.Record.Digest, signedBy: null);
        await PromoteAsync(world, world.Record.Digest, signedBy: $"https://github.com/octo/app/.github/workflows/publish.yml@{name}");
    }

    // Certificates have the workflow's name as an address, and the caller's ref as it is.
    [Theory]
    [InlineData("acci/acci/.github/workflows/publish images.yml@refs/tags/v1")]
    [InlineData("octo/shared/.github/workflows/publish.yml@refs/heads/größe")]
    public async Task A_shared_workflow_may_have_any_name_and_be_called_for_any_branch(string called)
    {
        using var world = await SignedAsync(sigstore.Job(("job_workflow_ref", called)));
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");

        await world.RunAsync("VerifyImages");
        await world.RunAsync("TagImages");
        world.Job = sigstore.Outside();
        await world.RunAsync(
            "VerifyImages", x => x with { SignedBy = $"https://github.com/{called}", SignedByRepository = "octo/app", SignedByIssuer = Issuer });
        await PromoteAsync(world, world.Record.Digest, signedBy: $"https://github.com/{called}");
    }

    // Whoever may push to any branch can make one whose name is encoded alike, and call its workflow: that the caller's ref is known tells the two
    // apart.
    [Fact]
    public async Task A_workflow_of_this_repository_that_is_called_for_another_branch_is_taken_where_that_is_known()
    {
        using var world = await SignedAsync(sigstore.Job(("job_workflow_ref", "octo/app/.github/workflows/publish.yml@refs/heads/größe")));
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");

        await world.RunAsync("VerifyImages");
        world.Job = sigstore.Outside();
        await world.RunAsync("VerifyImages");
        const string named = "https://github.com/octo/app/.github/workflows/publish.yml@refs/heads/größe";
        await Assert.ThrowsAsync<DeliveryException>(() => PromoteAsync(world, world.Record.Digest, signedBy: named));
    }

    [Theory]
    [InlineData("%6dain")]
    [InlineData("&#109;ain")]
    public async Task A_shared_workflow_s_branch_whose_name_decodes_to_another_s_does_not_sign_for_that_one(string branch)
    {
        const string shared = "octo/shared/.github/workflows/publish.yml@refs/heads/";
        using var world = await SignedAsync(sigstore.Job(("job_workflow_ref", shared + branch)));
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        world.Job = sigstore.Outside();

        await Assert.ThrowsAsync<DeliveryException>(() => PromoteAsync(world, world.Record.Digest, signedBy: $"https://github.com/{shared}main"));
    }

    // The certificate names publish%20images.yml@refs/heads/main, because what has to be encoded is decoded first.
    [Fact]
    public async Task A_branch_is_not_taken_for_another_because_its_workflow_s_name_has_to_be_encoded()
    {
        const string folder = "octo/app/.github/workflows/";
        const string called = $"{folder}publish images.yml@refs/heads/%6dain";
        using var world = await SignedAsync(sigstore.Job(("job_workflow_ref", called), ("ref", "refs/tags/v1")));
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        world.Job = sigstore.Outside();

        await Assert.ThrowsAsync<DeliveryException>(
            () => PromoteAsync(world, world.Record.Digest, signedBy: $"https://github.com/{folder}publish images.yml@refs/heads/main"));
    }

    [Theory]
    [InlineData("refs/heads/%6dain")]
    [InlineData("refs/heads/&#109;ain")]
    public async Task A_branch_whose_name_decodes_to_another_s_does_not_sign_for_that_one(string name)
    {
        using var world = await SignedAsync(sigstore.Job(("ref", name)));
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        world.Job = sigstore.Outside();

        await Assert.ThrowsAsync<DeliveryException>(() => PromoteAsync(world, world.Record.Digest, signedBy: Publisher));
    }

    // A cluster compares the address in the certificate with the policy's pattern.
    [Theory]
    [InlineData("publish images.yml", "refs/heads/main", null)]
    [InlineData("build & publish.yml", "refs/heads/größe", null)]
    [InlineData("veröffentlichen.yml", "refs/tags/v1.2.3+4", null)]
    [InlineData("publish images.yml", "refs/heads/main", "https://github.com/octo/app/.github/workflows/publish%20images.yml@refs/heads/main")]
    [InlineData("publish.yml", "refs/heads/größe", "https://github.com/octo/app/.github/workflows/publish.yml@refs/heads/größe")]
    [InlineData("publish images.yml", "refs/heads/main", @"^https://github\.com/octo/app/\.github/workflows/publish%20images\.yml@refs/(heads|tags)/.+$")]
    public async Task A_policy_takes_what_its_workflows_sign_whatever_their_names(string file, string reference, string? signedBy)
    {
        using var world = await SignedAsync(sigstore.Job(("job_workflow_ref", $"octo/app/.github/workflows/{file}@{reference}"), ("ref", reference)));
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        using var context = world.Context(x => x with { Registry = "ghcr.io/octo", SignedBy = signedBy });
        var workflow = Path.Combine(context.Options.Root, ".github", "workflows", file);
        Directory.CreateDirectory(Path.GetDirectoryName(workflow)!);
        await File.WriteAllTextAsync(workflow, "on: push\n", Cancellation);
        // The publish that the policy is compared with.
        var signed = world.Repository.WithDigest(world.Record.Digest);
        (world.Record with { Repository = "ghcr.io/octo/app" }).Write(world.RecordFile);

        await new WriteAdmissionPolicy(context).RunAsync();

        var policy = await File.ReadAllTextAsync(world.Artifact("admission", "kyverno.yaml"), Cancellation);
        var written = policy.Split("subjectRegExp: ")[1].Split('\n')[0];
        var expression = written.StartsWith('\'') ? written[1..^1].Replace("''", "'", StringComparison.Ordinal) : written;
        var arguments = new ExpectedSigner.Workflow(expression, Octo).VerifyArguments(signed);
        Assert.True(await RunsAsync($"{new Command(Executables.Find("cosign", sigstore.Outside())!, arguments)}"), expression);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(403)]
    public async Task Who_verifies_in_a_job_needs_no_token(int status)
    {
        await using var own = new SigstoreFixture();
        await own.InitializeAsync();
        using var world = await SignedAsync(own.Job());
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        world.Job = own.Job();
        own.Fail("/token", new ServiceFault.Status(status));

        await world.RunAsync("VerifyImages", x => x with { RetryBudget = TimeSpan.FromMinutes(1) });
        await PromoteAsync(world, world.Record.Digest, signedBy: null);
    }

    [Fact]
    public async Task An_enterprises_own_issuer_is_recorded_and_otherwise_has_to_be_named()
    {
        using var world = await SignedAsync(sigstore.Job(("iss", $"{Issuer}/octo-enterprise")));
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        Assert.Equal($"{Issuer}/octo-enterprise", world.Record.SignerSource!.Issuer);

        world.Job = sigstore.Outside();
        await world.RunAsync("VerifyImages");
        var refused = await Assert.ThrowsAsync<DeliveryException>(() => PromoteAsync(world, world.Record.Digest, signedBy: null));
        Assert.Contains($"with a token of {Issuer}/octo-enterprise, and not of {Issuer}.", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith($" --signed-by-issuer {Issuer}/octo-enterprise", refused.Message, StringComparison.Ordinal);
        await PromoteAsync(world, world.Record.Digest, signedBy: null, issuer: $"{Issuer}/octo-enterprise");
    }

    [Fact]
    public async Task A_server_of_a_companys_own_has_its_own_issuer_and_identities()
    {
        const string server = "https://github.example.com";
        using var world = await SignedAsync(sigstore.Job(("server_url", server), ("iss", $"{server}/_services/token")));
        await world.GitAsync($"git remote add origin {server}/octo/app.git");
        Assert.Equal(
            new RecordedSigner($"{server}/octo/app/.github/workflows/publish.yml@refs/heads/main", new("octo/app", $"{server}/_services/token") { Ref = "refs/heads/main" }),
            world.Record.SignedBy);

        world.Job = sigstore.Outside();
        await world.RunAsync("VerifyImages");
        await PromoteAsync(world, world.Record.Digest, signedBy: null);
        Assert.Equal(world.Record.Digest, await StableAsync(world));
    }

    [Fact]
    public async Task An_image_goes_to_another_registry_with_its_signatures_and_a_strangers_does_not()
    {
        using var world = await SignedAsync(sigstore.Job());
        using var stranger = await SignedAsync(sigstore.Job(("repository", "stranger/app")));
        foreach (var checkout in (PublishWorld[])[world, stranger])
        {
            await checkout.GitAsync("git remote add origin https://github.com/octo/app.git");
            checkout.Job = sigstore.Outside();
        }

        var target = server.NewRepository();
        Task MoveAsync(PublishWorld from) => PromoteAsync(from, from.Record.Digest, signedBy: null, to: target.Repository);

        await Assert.ThrowsAsync<DeliveryException>(() => MoveAsync(stranger));
        await MoveAsync(world);

        var signer = new ExpectedSigner.Workflow(Publisher, Octo);
        var copy = ImageReference.Parse($"{target.Repository}/app");
        using var registry = server.Connect();
        Assert.Equal(world.Record.Digest, (await registry.FindAsync(copy.WithTag("stable"), Cancellation))!.Digest);
        Assert.True(await RunsAsync($"{new Command(Executables.Find("cosign", world.Job)!, signer.VerifyArguments(copy.WithDigest(world.Record.Digest)))}"));
    }

    [Theory]
    [InlineData("https://github.com/octo/app.git", "", null)]
    [InlineData("git@github.com:Octo/App.git", "", null)]
    [InlineData("/builds/app", "-dirty", null)]
    [InlineData("https://github.com/stranger/malware", "", "was built from stranger/malware, not from octo/app")]
    [InlineData("https://github.com/octo/app", "0", "was built from commit")]
    public async Task A_provenance_names_the_signers_repository_and_the_images_commit(string source, string afterCommit, string? problem)
    {
        var commit = new string('c', 40);
        var layout = await LayoutBuilder.WriteAttestedAsync(
            Directory.CreateTempSubdirectory("layout-").FullName,
            source,
            new JsonObject { ["org.opencontainers.image.revision"] = commit },
            new JsonObject { ["source"] = source, ["revision"] = $"{commit}{afterCommit}" });
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        var cosign = await sigstore.CosignAsync(sigstore.Job());
        await new ImageSigner(cosign, layout, registry, repository).SignAsync(Cancellation);

        var verifier = new ImageVerifier(cosign, registry);
        var signer = new ExpectedSigner.Workflow(Publisher, Octo);
        var verification = verifier.VerifyAsync(repository.WithDigest(layout.Root.Digest), signer, Cancellation);

        if (problem is null) await verification;
        else Assert.Contains(problem, (await Assert.ThrowsAnyAsync<DeliveryException>(() => verification)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_signed_is_listed_by_type_where_the_registry_keeps_no_list_itself()
    {
        using var world = await SignedAsync(sigstore.Job());
        using var registry = server.Connect();
        var platform = world.Repository.WithDigest(world.Record.Platforms[0].Digest);

        Assert.Single(await registry.ListReferrersAsync(world.Repository.WithDigest(world.Record.Digest), Bundle, Cancellation));
        Assert.Equal(
            ["https://sigstore.dev/cosign/sign/v1", "https://slsa.dev/provenance/v1", "https://spdx.dev/Document"],
            (await registry.ListReferrersAsync(platform, Bundle, Cancellation))
                .Select(x => x.Annotations!["dev.sigstore.bundle.predicateType"]).Order(StringComparer.Ordinal));
    }

    private async Task<PublishWorld> SignedAsync(ProcessEnvironment job)
    {
        var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        world.Job = job;
        await world.RunAsync("SignImages");
        return world;
    }

    private static async Task PromoteAsync(
        PublishWorld world, Digest image, string? signedBy, string? issuer = null, string? to = null, string? repository = null)
    {
        var from = to is null ? null : world.Repository.Repository[..^"/app".Length];
        using var context = world.Context(
            x => x with { SignedBy = signedBy, SignedByIssuer = issuer, SignedByRepository = repository, Registry = to ?? x.Registry });
        await new PromoteImages(context, new Promotion { From = image.ToString(), FromRegistry = from, To = ["stable"] }).RunAsync();
    }

    private static async Task<ExpectedSigner> VerifiedAsync(PublishWorld world, string? signedBy)
    {
        using var context = world.Context(x => x with { SignedBy = signedBy });
        return await context.EnsureSignedAsync(await context.RegistryAsync(), world.Repository.WithDigest(world.Record.Digest), await context.ExpectedSignerAsync());
    }

    private async Task<Digest?> StableAsync(PublishWorld world)
    {
        using var registry = server.Connect();
        return (await registry.FindAsync(world.Repository.WithTag("stable"), Cancellation))?.Digest;
    }

    private static Task<bool> VerifiesAsync(PublishWorld world, ExpectedSigner signer) =>
        RunsAsync($"{new Command(Executables.Find("cosign", world.Job)!, signer.VerifyArguments(world.Repository.WithDigest(world.Record.Digest)))}");

    private static async Task<bool> RunsAsync(string command) =>
        (await CommandRunner.TryRunAsync(new Command("sh", "-c", command), cancellationToken: Cancellation)).Succeeded;
}
