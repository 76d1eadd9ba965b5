using System.Text;
using System.Text.Json.Nodes;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Releasing;
using Acci.Delivery.Signing;
using Acci.Delivery.Tests.Publishing;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>What a stranger puts beside a genuine image neither hides its signatures nor decides anything about them. With the real cosign.</summary>
public sealed class StrangersBundleTests(RegistryServer server, SigstoreFixture sigstore)
    : IClassFixture<RegistryServer>, IClassFixture<SigstoreFixture>
{
    private const string Bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";

    private static readonly string Ours = new('a', 40);
    private static readonly string Another = new('b', 40);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("blob gone")]
    [InlineData("blob shorter")]
    [InlineData("blob longer")]
    [InlineData("manifest gone")]
    [InlineData("no JSON")]
    [InlineData("huge")]
    public async Task A_bundle_that_cannot_be_read_does_not_hide_the_genuine_one(string kind)
    {
        using var world = await SignedAsync(sigstore.Job());
        using var registry = server.Connect();
        await PutAsync(world, kind);
        world.Job = sigstore.Outside();

        await PromoteAsync(world);

        Assert.Equal(world.Record.Digest, (await registry.ResolveAsync(world.Repository.WithTag("stable"), Cancellation)).Digest);
    }

    [Fact]
    public async Task An_image_goes_to_another_registry_without_a_bundle_that_cannot_be_read()
    {
        await using var other = new RegistryServer();
        await other.InitializeAsync();
        using var world = await SignedAsync(sigstore.Job());
        foreach (var kind in (string[])["blob gone", "blob shorter", "no JSON"]) await PutAsync(world, kind);
        world.Job = sigstore.Outside();
        using var context = world.Context(x => x with { Registry = $"{other.Domain}/elsewhere" });
        var from = world.Repository.Repository[..^"/app".Length];
        var promotion = new Promotion { From = world.Record.Digest.ToString(), To = ["stable"], FromRegistry = from };

        await new PromoteImages(context, promotion).RunAsync();

        using var registry = other.Connect();
        var promoted = ImageReference.Parse($"{other.Domain}/elsewhere/app:stable");
        Assert.Equal(world.Record.Digest, (await registry.ResolveAsync(promoted, Cancellation)).Digest);
    }

    [Theory]
    [InlineData("blob gone")]
    [InlineData("blob shorter")]
    public async Task What_is_missing_is_signed_again_beside_a_bundle_that_cannot_be_read(string kind)
    {
        var layout = await LayoutBuilder.WriteAttestedAsync(Directory.CreateTempSubdirectory("layout-").FullName, $"{Guid.NewGuid()}");
        using var registry = server.Connect();
        var image = server.NewRepository().WithDigest(layout.Root.Digest);
        await registry.PushAsync(layout, image, cancellationToken: Cancellation);
        await DamagedReferrer.PutAsync(registry, image, kind, Bundle, Annotations(PredicateType.Signature), Cancellation);
        var cosign = await sigstore.CosignAsync(sigstore.Job());

        var made = await new ImageSigner(cosign, layout, registry, image).SignMissingAsync(Cancellation);
        Assert.Equal((2, 2), made);
        Assert.Equal((0, 0), await new ImageSigner(cosign, layout, registry, image).SignMissingAsync(Cancellation));
    }

    [Fact]
    public async Task A_bundle_that_nobody_trusts_does_not_decide_how_the_signer_is_spelled()
    {
        await using var elsewhere = new SigstoreFixture();
        await elsewhere.InitializeAsync();
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        using var registry = server.Connect();
        var layout = await OciLayout.OpenAsync(world.Layout, Cancellation);
        await registry.PushAsync(layout, world.Repository, cancellationToken: Cancellation);
        var image = world.Repository.WithDigest(layout.Root.Digest);
        foreach (var repository in (string[])["OCTO/APP", "octo/app"])
            await (await elsewhere.CosignAsync(elsewhere.Job(("repository", repository)))).SignAsync(image, Cancellation);
        world.Job = sigstore.Job(("repository", "Octo/App"));
        await world.RunAsync("SignImages");
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        world.Job = sigstore.Outside();

        await PromoteAsync(world);

        Assert.Equal(world.Record.Digest, (await registry.ResolveAsync(world.Repository.WithTag("stable"), Cancellation)).Digest);
    }

    // The image of a pull request is genuinely signed, and the identity of the workflow that it called does not say for what.
    [Theory]
    [InlineData("octo/app/.github/workflows/build.yml@refs/heads/main", null)]
    [InlineData("octo/app/.github/workflows/build.yml@0123456789abcdef0123456789abcdef01234567", null)]
    [InlineData("octo/shared/.github/workflows/build.yml@refs/tags/v1", "https://github.com/octo/shared/.github/workflows/build.yml@refs/tags/v1")]
    public async Task A_certificate_that_leaves_the_ref_open_does_not_let_a_pull_request_s_image_through(string called, string? signedBy)
    {
        using var world = await SignedAsync(sigstore.Job(("job_workflow_ref", called), ("ref", "refs/pull/7/merge")));
        world.Job = sigstore.Outside();
        var forged = new ForgedCertificate($"https://github.com/{called}", "octo/app", "", "https://token.actions.githubusercontent.com");
        foreach (var reference in (string[])["", " ", "\u0085", "\u00a0", "\u2028", "\0", "\0refs/heads/main", "\n"])
            await PutAsync(world, (forged with { Ref = reference }).ToBytes());
        await PutAsync(world, (forged with { Ref = "refs/heads/main", OtherRef = "refs/pull/7/merge" }).ToBytes());

        await Assert.ThrowsAsync<DeliveryException>(() => PromoteAsync(world, signedBy));

        using var registry = server.Connect();
        Assert.Null(await registry.FindAsync(world.Repository.WithTag("stable"), Cancellation));
    }

    [Fact]
    public async Task What_a_certificate_claims_of_a_pull_request_is_not_said_unless_it_is_true()
    {
        using var world = await SignedAsync(sigstore.Job(("repository", "stranger/app")));
        world.Job = sigstore.Outside();
        const string claimed = "https://github.com/octo/app/.github/workflows/publish.yml@refs/heads/main";
        var forged = new ForgedCertificate(claimed, "octo/app", "refs/pull/7/merge", "https://token.actions.githubusercontent.com");
        await PutAsync(world, forged.ToBytes());

        var refused = await Assert.ThrowsAsync<DeliveryException>(() => PromoteAsync(world));

        Assert.DoesNotContain("in a pull request", refused.Message, StringComparison.Ordinal);
        Assert.Contains("stranger/app", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_carries_what_was_verified_and_is_of_its_commit()
    {
        await using var elsewhere = new SigstoreFixture();
        await elsewhere.InitializeAsync();
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var cosign = await sigstore.CosignAsync(sigstore.Job());
        var own = (SigningIdentity.Keyless)cosign.Identity!;
        var signer = new ExpectedSigner.Workflow(own.Identity, own.Source);
        OciLayout? last = null;
        foreach (var commit in (string[])[Ours, Another])
        {
            last = await LayoutOfAsync(commit);
            await registry.PushAsync(last, repository, cancellationToken: Cancellation);
            await new ImageSigner(cosign, last, registry, repository).SignAsync(Cancellation);
            // The same words by a Sigstore that nobody trusts, and after ours.
            await new ImageSigner(await elsewhere.CosignAsync(elsewhere.Job()), last, registry, repository).SignAsync(Cancellation);
        }

        var image = repository.WithDigest(last!.Root.Digest);
        var platform = (await last.ReadPlatformsAsync(Cancellation))[0].Manifest.Digest;
        var assets = await new SignatureBundles(registry, signer, cosign, Ours).ReadAsync(image, [(platform, "linux")], "app", Cancellation);

        Assert.Equal(
            ["app.sigstore.json", "linux.sigstore.json", "linux.spdx.sigstore.json", "linux.provenance.sigstore.json"], assets.Select(x => x.Name));
        using var folder = new TemporaryFolder();
        PredicateType[] types = [PredicateType.Signature, PredicateType.Signature, PredicateType.Spdx, PredicateType.Provenance];
        foreach (var (asset, type) in assets.Zip(types))
        {
            var file = folder.Combine(asset.Name);
            await File.WriteAllBytesAsync(file, asset.Content.ToArray(), Cancellation);
            var digest = asset == assets[0] ? image.Digest!.Value : platform;
            await CommandRunner.RunAsync(
                new Command(
                    cosign.Executable, "verify-blob-attestation", "--bundle", file, "--type", type.Uri, "--digest", digest.Hex,
                    "--digestAlg", "sha256", "--certificate-oidc-issuer", own.Source.Issuer, "--certificate-identity", own.Identity, "--trusted-root", sigstore.TrustedRoot),
                cancellationToken: Cancellation);
        }

        var provenance = Encoding.UTF8.GetString(Convert.FromBase64String(
            JsonNode.Parse(assets[^1].Content.Span)!["dsseEnvelope"]!["payload"]!.GetValue<string>()));
        Assert.Contains(Ours, provenance, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_provenance_of_another_commit_of_the_same_platform_is_not_taken_for_the_one_that_failed()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var cosign = await sigstore.CosignAsync(sigstore.Job());
        var own = (SigningIdentity.Keyless)cosign.Identity!;
        var signer = new ExpectedSigner.Workflow(own.Identity, own.Source);
        var (first, second) = (await LayoutOfAsync(Another), await LayoutOfAsync(Ours));
        foreach (var layout in (OciLayout[])[first, second]) await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        await new ImageSigner(cosign, first, registry, repository).SignAsync(Cancellation);
        using var folder = new TemporaryFolder();
        // The registry fails once before anything is written.
        var program = folder.Combine("cosign-after-a-failure");
        await File.WriteAllTextAsync(program, $$"""
            #!/bin/sh
            mark={{folder.Combine("mark")}}-$1-$(echo "$*" | grep -c slsa)
            [ "$1" != attest ] || [ -e "$mark" ] || {
                touch "$mark"
                echo 'error during command execution: read: connection reset by peer' >&2
                exit 1
            }
            exec '{{cosign.Executable}}' "$@"
            """.ReplaceLineEndings("\n"), Cancellation);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var signing = new ImageSigner(cosign with { Executable = program }, second, registry, repository);
        await signing.SignAsync(Cancellation);

        await new ImageVerifier(cosign, registry).VerifyAsync(repository.WithDigest(second.Root.Digest), signer, Cancellation);
        Assert.Equal((0, 0), await signing.SignMissingAsync(Cancellation));
    }

    [Fact]
    public async Task A_provenance_that_is_lost_beside_that_of_another_commit_is_made_again_by_the_publish()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        using var registry = server.Connect();
        var ours = world.Record.Revision;
        await PublishAsync(Another);
        var platform = world.Repository.WithDigest(world.Record.Platforms[0].Digest);
        var list = platform.WithTag($"sha256-{platform.Digest!.Value.Hex}");
        var before = (await registry.ResolveAsync(list with { Digest = null }, Cancellation)).Digest;
        await PublishAsync(ours);
        // What another publish does that writes the list back which it had read before.
        await registry.PutTagAsync(platform, list.Tag!, before, Cancellation);
        Assert.Contains("was built from commit", await world.RefusedAsync("VerifyImages"), StringComparison.Ordinal);

        await world.RunAsync("TagImages");

        await world.RunAsync("VerifyImages");

        async Task PublishAsync(string commit)
        {
            Directory.Delete(world.Layout, recursive: true);
            await LayoutOfAsync(commit, world.Layout);
            await world.RecordBuildAsync();
            world.Job = null;
            await world.RunUntilAsync("SignImages");
            world.Job = sigstore.Job();
            await world.RunAsync("SignImages");
        }
    }

    private static Task<OciLayout> LayoutOfAsync(string commit, string? folder = null) => LayoutBuilder.WriteAttestedAsync(
        folder ?? Directory.CreateTempSubdirectory("layout-").FullName,
        "the same platform",
        new JsonObject { ["org.opencontainers.image.revision"] = commit },
        new JsonObject { ["source"] = "https://github.com/octo/app", ["revision"] = commit });

    private static JsonObject Annotations(PredicateType type) =>
        new() { ["dev.sigstore.bundle.content"] = "dsse-envelope", ["dev.sigstore.bundle.predicateType"] = type.Uri };

    private async Task PutAsync(PublishWorld world, string kind)
    {
        using var registry = server.Connect();
        var image = world.Repository.WithDigest(world.Record.Digest);
        await DamagedReferrer.PutAsync(registry, image, kind, Bundle, Annotations(PredicateType.Signature), Cancellation);
    }

    // A genuine bundle with another certificate.
    private async Task PutAsync(PublishWorld world, byte[] certificate)
    {
        using var registry = server.Connect();
        var image = world.Repository.WithDigest(world.Record.Digest);
        var genuine = await SigstoreBundle.ListAsync(registry, image, PredicateType.Signature, Cancellation).FirstAsync(Cancellation);
        var bundle = JsonNode.Parse(genuine.Content)!;
        bundle["verificationMaterial"]!["certificate"]!["rawBytes"] = Convert.ToBase64String(certificate);
        await DamagedReferrer.PutAsync(registry, image, "forged", Bundle, Annotations(PredicateType.Signature), Cancellation, bundle.ToJsonString());
    }

    private static async Task PromoteAsync(PublishWorld world, string? signedBy = null)
    {
        using var context = world.Context(x => x with { SignedBy = signedBy });
        await new PromoteImages(context, new Promotion { From = world.Record.Digest.ToString(), To = ["stable"] }).RunAsync();
    }

    private async Task<PublishWorld> SignedAsync(ProcessEnvironment job)
    {
        var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        world.Job = job;
        await world.RunAsync("SignImages");
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        return world;
    }
}
