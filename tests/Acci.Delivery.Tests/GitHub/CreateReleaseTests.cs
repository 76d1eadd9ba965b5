using System.Text;
using System.Text.Json.Nodes;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Releasing;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Testing;

namespace Acci.Delivery.Tests.GitHub;

/// <summary>From what a publish left behind to the release, in a repository of the test's own.</summary>
[Collection(nameof(AlteredLog))]
public sealed class CreateReleaseTests : GitHubFixture, IClassFixture<RegistryServer>
{
    private const string Publisher = "https://github.com/octo/app/.github/workflows/publish.yml@refs/tags/v1.2.3";
    private const string Verify = "cosign verify-attestation --type https://sigstore.dev/cosign/sign/v1";

    private DeliveryContext? _context;
    private readonly TemporaryRepository _repository = new();
    private readonly TemporaryFolder _folder = new();
    private readonly string _owner = $"octo-{Guid.NewGuid():n}";
    private readonly RegistryServer _server;
    private readonly CosignStandIn _cosign;
    private Cosign? _verifier;
    private string _prefix = "v";

    public CreateReleaseTests(RegistryServer server) => (_server, _cosign) = (server, new CosignStandIn(_folder.Combine("cosign")));

    private ImageReference Repository => ImageReference.Parse($"{_server.Domain}/{_owner}/app");

    public override async ValueTask DisposeAsync()
    {
        _context?.Dispose();
        _folder.Dispose();
        _repository.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_published_version_becomes_a_release_with_what_proves_it()
    {
        var layout = await PrepareAsync();

        await Verb().RunAsync();

        var release = Assert.Single(GitHub.Repositories["octo/app"].Releases);
        Assert.False(release.Draft);
        Assert.Equal(["app-1.2.3-linux-amd64.provenance.json", "app-1.2.3-linux-amd64.spdx.json", "cosign.pub"], release.Assets.Select(x => x.Name).Order());
        Assert.Equal("SPDX-2.3", JsonNode.Parse(release.Assets.Single(x => x.Name.EndsWith("spdx.json", StringComparison.Ordinal)).Content)!["spdxVersion"]!.GetValue<string>());
        Assert.Equal("https://slsa.dev/provenance/v1", JsonNode.Parse(release.Assets.Single(x => x.Name.EndsWith("provenance.json", StringComparison.Ordinal)).Content)!["predicateType"]!.GetValue<string>());
        Assert.Contains(
            $"{Verify} --key https://127.0.0.1/octo/app/releases/download/v1.2.3/cosign.pub --insecure-ignore-tlog=true "
            + $"{Repository.Repository}@{layout.Root.Digest}",
            release.Body,
            StringComparison.Ordinal);
        Assert.Contains($"docker run --rm --read-only --cap-drop ALL {Repository.Repository}@{layout.Root.Digest}", release.Body, StringComparison.Ordinal);
        Assert.Contains("linux/amd64", release.Body, StringComparison.Ordinal);
        Assert.Contains("## What's Changed", release.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_of_several_registries_is_named_with_the_tags_that_it_has()
    {
        var copy = ImageReference.Parse($"{_server.Domain}/{_owner}-copy/app");
        var layout = await PrepareAsync(x => x with { Copies = [new PublishedCopy { Repository = copy.Repository, Tags = ["1.2.3", "1.2"] }] });
        var both = $"{_server.Domain}/{_owner},{_server.Domain}/{_owner}-copy";
        Assert.Contains(copy.Repository, (await Assert.ThrowsAnyAsync<DeliveryException>(Verb(registry: both).RunAsync)).Message, StringComparison.Ordinal);
        using var registry = _server.Connect();
        await registry.PushAsync(layout, copy, cancellationToken: Cancellation);
        await registry.PutTagAsync(copy, "1.2.3", layout.Root.Digest, Cancellation);

        await Verb(registry: both).RunAsync();

        var body = Assert.Single(GitHub.Repositories["octo/app"].Releases).Body;
        foreach (var place in (ImageReference[])[Repository, copy])
            Assert.Contains($"--insecure-ignore-tlog=true {place.Repository}@{layout.Root.Digest}", body, StringComparison.Ordinal);
        string[] sections = body.Split("## ", StringSplitOptions.None);
        Assert.Contains("1.2.3, 1.2", Assert.Single(sections, x => x.StartsWith($"{Repository.Repository}\n", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain("1.2.3, 1.2", Assert.Single(sections, x => x.StartsWith($"{copy.Repository}\n", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("shop/v")]
    public async Task A_release_has_the_version_s_tag_whatever_that_begins_with(string prefix)
    {
        _prefix = prefix;
        await PrepareAsync();

        await Verb().RunAsync();

        Assert.Equal($"{prefix}1.2.3", Assert.Single(GitHub.Repositories["octo/app"].Releases).TagName);
    }

    [Fact]
    public async Task A_release_carries_the_public_key_and_nothing_else_that_its_file_says()
    {
        await PrepareAsync();
        var key = _folder.Combine("team.txt");
        var pem = await File.ReadAllTextAsync(_cosign.PublicKey, Cancellation);
        await File.WriteAllTextAsync(key, $"the KMS login is hunter2\n{pem}", Cancellation);
        // The stand-in compares texts, the real cosign the keys.
        var program = _folder.Combine("cosign-of-keys");
        await File.WriteAllTextAsync(program, $"#!/bin/bash\nexec '{_cosign.Cosign.Executable}' \"${{@/#{key.Replace("/", "\\/", StringComparison.Ordinal)}/{_cosign.PublicKey}}}\"\n", Cancellation);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _verifier = _cosign.Cosign with { Executable = program };

        await Verb(signedBy: key).RunAsync();

        var release = Assert.Single(GitHub.Repositories["octo/app"].Releases);
        Assert.Equal(pem.Trim(), Encoding.UTF8.GetString(release.Assets.Single(x => x.Name == "cosign.pub").Content.ToArray()).Trim());
    }

    [Fact]
    public async Task What_a_workflow_signed_is_verified_by_that_workflows_name_whichever_makes_the_release()
    {
        var layout = await PrepareAsync(record => record with { Signer = Publisher, SignerSource = new("octo/app", "https://token.actions.githubusercontent.com") { Ref = "refs/tags/v1.2.3" } });
        await _repository.Run("git remote add origin https://github.com/octo/app.git");

        await Verb(variables: ("GITHUB_WORKFLOW_REF", "octo/app/.github/workflows/release.yml@refs/tags/v1.2.3")).RunAsync();

        var release = Assert.Single(GitHub.Repositories["octo/app"].Releases);
        Assert.Contains(
            $"{Verify} --certificate-oidc-issuer https://token.actions.githubusercontent.com "
            + $"--certificate-identity {Publisher} --certificate-github-workflow-repository octo/app --certificate-github-workflow-ref refs/tags/v1.2.3 {Repository.Repository}@{layout.Root.Digest}",
            release.Body,
            StringComparison.Ordinal);
        Assert.DoesNotContain(release.Assets, x => x.Name == "cosign.pub");
    }

    [Fact]
    public async Task The_bundles_of_signatures_and_attestations_are_in_the_release_and_verify_without_the_registry()
    {
        Assert.SkipUnless(Executables.Find("cosign") is not null || PrivateEngine.CanFetchPackages, "cosign is not on the PATH, and this machine does not run Debian, whose packages have it.");
        var program = await new PrivateTools(new EngineScripts(CacheDirectory.Default)).CosignAsync(Cancellation);
        Cosign own = new(program, await LocalKeyPair.EnsureAsync(_folder.Combine("keys"), program, Cancellation));
        Cosign other = new(program, await LocalKeyPair.EnsureAsync(_folder.Combine("others"), program, Cancellation));
        var name = (await own.ReadSignerAsync(Cancellation)).Name;
        var layout = await PrepareAsync(record => record with { Signer = name });
        using var registry = _server.Connect();
        foreach (var cosign in (Cosign[])[own, other]) await new ImageSigner(cosign, layout, registry, Repository).SignAsync(Cancellation);
        var key = Artifact("publish", "cosign.pub");
        await own.WritePublicKeyAsync(key, Cancellation);
        _verifier = own;

        await Verb().RunAsync();

        var bundles = GitHub.Repositories["octo/app"].Releases[0].Assets.Where(x => x.Name.EndsWith(".sigstore.json", StringComparison.Ordinal)).ToDictionary(x => x.Name, x => x.Content);
        Assert.Equal(
            ["app-1.2.3-linux-amd64.provenance.sigstore.json", "app-1.2.3-linux-amd64.sigstore.json", "app-1.2.3-linux-amd64.spdx.sigstore.json", "app-1.2.3.sigstore.json"],
            bundles.Keys.Order(StringComparer.Ordinal));
        var platform = (await layout.ReadPlatformsAsync(Cancellation))[0].Manifest.Digest;
        await VerifyAsync("app-1.2.3.sigstore.json", PredicateType.Signature, layout.Root.Digest);
        await VerifyAsync("app-1.2.3-linux-amd64.sigstore.json", PredicateType.Signature, platform);
        await VerifyAsync("app-1.2.3-linux-amd64.spdx.sigstore.json", PredicateType.Spdx, platform);
        await VerifyAsync("app-1.2.3-linux-amd64.provenance.sigstore.json", PredicateType.Provenance, platform);

        async Task VerifyAsync(string bundle, PredicateType type, Digest digest)
        {
            var file = _folder.Combine(bundle);
            await File.WriteAllBytesAsync(file, bundles[bundle], Cancellation);
            await CommandRunner.RunAsync(
                new Command(
                    program, "verify-blob-attestation", "--bundle", file, "--key", key, "--insecure-ignore-tlog=true", "--type", type.Uri, "--digest", digest.Hex,
                    "--digestAlg", "sha256"),
                cancellationToken: Cancellation);
        }
    }

    [Fact]
    public async Task The_trusted_root_of_a_companys_Sigstore_is_carried_in_the_release()
    {
        await PrepareAsync(record => record with { Signer = Publisher, SignerSource = new("octo/app", "https://token.actions.githubusercontent.com") { Ref = "refs/tags/v1.2.3" } });
        await _repository.Run("git remote add origin https://github.com/octo/app.git");
        var root = _folder.Combine("root.json");
        await File.WriteAllTextAsync(
            root, """{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","certificateAuthorities":[{}]}""", Cancellation);

        await Verb(trustedRoot: root).RunAsync();

        var release = Assert.Single(GitHub.Repositories["octo/app"].Releases);
        Assert.Equal(await File.ReadAllBytesAsync(root, Cancellation), Assert.Single(release.Assets, x => x.Name == "trusted_root.json").Content);
        Assert.Contains(
            $"curl -fsSLO https://127.0.0.1/octo/app/releases/download/v1.2.3/trusted_root.json && {Verify} ", release.Body, StringComparison.Ordinal);
        Assert.Contains(" --trusted-root trusted_root.json ", release.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_Sigstore_that_only_TUF_names_is_carried_in_the_release_as_cosign_got_it_and_else_the_reader_is_told(bool isKept)
    {
        await PrepareAsync(record => record with { Signer = Publisher, SignerSource = new("octo/app", "https://token.actions.githubusercontent.com") { Ref = "refs/tags/v1.2.3" } });
        await _repository.Run("git remote add origin https://github.com/octo/app.git");
        if (isKept)
        {
            Directory.CreateDirectory(_folder.Combine("tuf", "tuf.example.com-8443-mirror", "targets"));
            await File.WriteAllTextAsync(_folder.Combine("tuf", "tuf.example.com-8443-mirror", "targets", "trusted_root.json"), "{}", Cancellation);
        }

        await Verb(variables: [("TUF_MIRROR", "https://TUF.example.com:8443/mirror"), ("TUF_ROOT", _folder.Combine("tuf"))]).RunAsync();

        var release = Assert.Single(GitHub.Repositories["octo/app"].Releases);
        Assert.Equal(isKept, release.Assets.Any(x => x.Name == "trusted_root.json"));
        Assert.Contains(" --trusted-root trusted_root.json ", release.Body, StringComparison.Ordinal);
        Assert.Contains(
            isKept ? $"curl -fsSLO https://127.0.0.1/octo/app/releases/download/v1.2.3/trusted_root.json && {Verify} "
                : $"# trusted_root.json is the trusted root that the operator of the signer's Sigstore gives to clients\n{Verify} ",
            release.Body.ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("{ \"mediaType\": \"application/vnd.dev.sigstore.trustedroot+json;version=0.1\", \"certificateAuth", false)]
    [InlineData("[]", false)]
    [InlineData("{ \"mediaType\": \"application/vnd.dev.sigstore.signingconfig.v0.2+json\" }", false)]
    [InlineData("{ \"mediaType\": \"application/vnd.dev.sigstore.trustedroot+json;version=0.1\", \"certificateAuthorities\": [ {} ] }", true)]
    public async Task A_trusted_root_that_cosign_keeps_is_read_before_readers_get_it(string content, bool isOne)
    {
        await PrepareAsync(record => record with { Signer = Publisher, SignerSource = new("octo/app", "https://token.actions.githubusercontent.com") { Ref = "refs/tags/v1.2.3" } });
        await _repository.Run("git remote add origin https://github.com/octo/app.git");
        var file = Path.Combine(Directory.CreateDirectory(_folder.Combine("tuf", "tuf.example.com", "targets")).FullName, "trusted_root.json");
        await File.WriteAllTextAsync(file, content, Cancellation);

        var failure = await Record.ExceptionAsync(Verb(variables: [("TUF_MIRROR", "https://tuf.example.com"), ("TUF_ROOT", _folder.Combine("tuf"))]).RunAsync);

        Assert.Equal(isOne ? 1 : 0, GitHub.Repositories["octo/app"].Releases.Count);
        if (!isOne) Assert.Equal($"{file}, which cosign keeps, is not Sigstore's trusted root, or is damaged. Delete {_folder.Combine("tuf", "tuf.example.com")}: cosign fetches it again.", failure?.Message);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{")]
    public async Task A_dry_run_has_the_trusted_root_that_cosign_gets_in_the_run(string? damaged)
    {
        await PrepareAsync(record => record with { Signer = Publisher, SignerSource = new("octo/app", "https://token.actions.githubusercontent.com") { Ref = "refs/tags/v1.2.3" } });
        await _repository.Run("git remote add origin https://github.com/octo/app.git");
        if (damaged is not null)
        {
            var file = Path.Combine(Directory.CreateDirectory(_folder.Combine("tuf", "tuf.example.com", "targets")).FullName, "trusted_root.json");
            await File.WriteAllTextAsync(file, damaged, Cancellation);
        }

        using var log = new AlteredLog();

        await Verb(dryRun: true, variables: [("TUF_MIRROR", "https://tuf.example.com"), ("TUF_ROOT", _folder.Combine("tuf"))]).PlanAsync();

        Assert.Contains("Would attach trusted_root.json (cosign downloads it through TUF during verification)", log.Said);
        Assert.Contains(log.Said, x => x.Contains("/releases/download/v1.2.3/trusted_root.json && ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_whose_public_half_is_missing_is_no_release()
    {
        await PrepareAsync();
        File.Delete(Artifact("publish", "cosign.pub"));

        Assert.Contains("cosign.pub is not there", (await FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_asks_GitHub_nothing()
    {
        await PrepareAsync();

        await Verb(dryRun: true).PlanAsync();

        Assert.Empty(GitHub.Requests);
    }

    [Fact]
    public async Task Without_a_tag_on_the_commit_there_is_no_release()
    {
        await PrepareAsync();
        await _repository.Run("git tag -d v1.2.3");

        Assert.Contains("git tag v1.2.3", (await FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_published_from_another_commit_is_not_released()
    {
        await PrepareAsync(record => record with { Revision = new string('b', 40) });

        Assert.Contains("Run Publish with v1.2.3 checked out", (await FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_no_tags_yet_is_not_released()
    {
        await PrepareAsync(record => record with { Steps = new Dictionary<PublishStep, StepResult>() });

        Assert.Contains("Run Publish first", (await FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_built_since_is_not_released()
    {
        await PrepareAsync(record => record with { Digest = Digest.Of([7]) });

        Assert.Contains("bring back the artifacts of that publish", (await FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_registry_has_unsigned_is_not_released_whatever_the_record_says()
    {
        await PrepareAsync();
        _cosign.Forget();

        Assert.Contains("has no valid signature", (await FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workflow_of_another_repository_is_no_signer_because_the_record_names_it()
    {
        await PrepareAsync(record => record with { Signer = "https://github.com/mallory/app/.github/workflows/publish.yml@refs/heads/main" });
        await _repository.Run("git remote add origin https://github.com/octo/app.git");

        Assert.Contains("no workflow of https://github.com/octo/app", (await FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_byte_of_any_file_of_the_layout_is_noticed_by_the_files_name()
    {
        var layout = await PrepareAsync();

        foreach (var file in Directory.EnumerateFiles(Path.Combine(layout.Folder, "blobs"), "*", SearchOption.AllDirectories).ToList())
        {
            var content = await File.ReadAllBytesAsync(file, Cancellation);
            await File.WriteAllBytesAsync(file, [(byte)(content[0] ^ 1), .. content.Skip(1)], Cancellation);
            Assert.Contains(file, (await FailureAsync()).Message, StringComparison.Ordinal);
            await File.WriteAllBytesAsync(file, content, Cancellation);
        }
    }

    [Fact]
    public async Task A_public_key_that_was_swapped_is_named()
    {
        await PrepareAsync();
        File.Copy(new CosignStandIn(_folder.Combine("other")).PublicKey, Artifact("publish", "cosign.pub"), overwrite: true);

        Assert.Contains("cosign.pub is not the public key of who signed", (await FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_has_moved_since_is_not_named_and_without_any_there_is_no_release()
    {
        var layout = await PrepareAsync();
        using var registry = _server.Connect();
        var other = await registry.PushAsync(await LayoutBuilder.WriteOneAsync(_folder.Combine("other"), "other"), Repository, cancellationToken: Cancellation);
        await registry.PutTagAsync(Repository, "1.2", other.Digest, Cancellation);

        await Verb().RunAsync();

        Assert.DoesNotContain("1.2`", Assert.Single(GitHub.Repositories["octo/app"].Releases).Body.Replace("1.2.3`", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await registry.PutTagAsync(Repository, "1.2.3", other.Digest, Cancellation);
        Assert.Contains(
            $"points at {layout.Root.Digest}", (await Assert.ThrowsAsync<DeliveryException>(Verb().RunAsync)).Message, StringComparison.Ordinal);
    }

    private async Task<DeliveryException> FailureAsync()
    {
        var failure = await Assert.ThrowsAnyAsync<DeliveryException>(Verb().RunAsync);
        Assert.Empty(GitHub.Requests);
        return failure;
    }

    private async Task<OciLayout> PrepareAsync(Func<PublishRecord, PublishRecord>? change = null)
    {
        await _repository.Run("git init --quiet --initial-branch main", "git commit --quiet --allow-empty --message one", $"git tag {_prefix}1.2.3");
        var head = (await CommandRunner.RunAsync(new Command("git", "rev-parse", "HEAD") { WorkingDirectory = _repository.Directory }, cancellationToken: Cancellation)).StandardOutput.Trim();
        GitHub.AddRepository("octo/app").Refs[$"refs/tags/{_prefix}1.2.3"] = head;
        var layout = await LayoutBuilder.WriteAttestedAsync(Artifact("images", "app"));
        using var registry = _server.Connect();
        await registry.PushAsync(layout, Repository, cancellationToken: Cancellation);
        foreach (var tag in (string[])["1.2.3", "1.2"]) await registry.PutTagAsync(Repository, tag, layout.Root.Digest, Cancellation);
        _cosign.Sign((await layout.ReadPlatformsAsync(Cancellation)).Select(x => x.Manifest.Digest).Append(layout.Root.Digest));
        File.Copy(_cosign.PublicKey, Artifact("publish", "cosign.pub"));
        var record = new PublishRecord
        {
            Image = "app",
            Digest = layout.Root.Digest,
            Repository = Repository.Repository,
            SignedBy = await _cosign.Cosign.ReadSignerAsync(Cancellation),
            Version = "1.2.3",
            Revision = head,
            Platforms = [.. (await layout.ReadPlatformsAsync(Cancellation)).Select(x => new PublishedPlatform(x.Platform, x.Manifest.Digest, 15_000_000))],
            Tags = ["1.2.3", "1.2"],
        };
        record = record.With(PublishStep.Tag, new StepResult(DateTimeOffset.UnixEpoch, 1, "tagged"));
        (change?.Invoke(record) ?? record).Write(Artifact("publish", "app.json"));
        return layout;
    }

    private CreateRelease Verb(bool dryRun = false, string? trustedRoot = null, string? signedBy = null, string? registry = null, params (string Name, string Value)[] variables)
    {
        // The one before holds the lock on the checkout, as a build of its own would.
        _context?.Dispose();
        var context = _context = new DeliveryContext(
            new DeliveryOptions
            {
                Root = _repository.Directory,
                Layout = new() { VersionTagPrefix = _prefix },
                Artifacts = Path.Combine(_repository.Directory, "artifacts"),
                Images = [new("app") { Dockerfile = "Dockerfile" }],
                Registry = registry ?? $"{_server.Domain}/{_owner}",
                GitHubToken = Token,
                DryRun = dryRun,
                SignedBy = signedBy,
                SigstoreTrustedRoot = trustedRoot,
            },
            Cancellation)
        { Environment = TestEnvironment.OutsideWorkflows.With([("GITHUB_API_URL", GitHub.Url), ("GITHUB_REPOSITORY", "octo/app"), .. variables]) };
        context.Know(nameof(SignerOfBuild.VerifierAsync), Task.FromResult(_verifier ?? _cosign.Cosign));
        return new CreateRelease(context);
    }

    private string Artifact(string folder, string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(_repository.Directory, "artifacts", folder)).FullName, name);
}
