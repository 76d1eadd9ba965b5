using System.Text.Json;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Delivery.Tests.Publishing;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>
/// A signature that is gone is noticed, also where other attestations remain; a publish makes it again, and only that one, where it is its own; and
/// nothing that only verifies ever signs. With the real cosign.
/// </summary>
public sealed class MissingSignatureTests(RegistryServer server, SigstoreFixture sigstore)
    : IClassFixture<RegistryServer>, IClassFixture<SigstoreFixture>
{
    private static readonly PredicateType TestsFailed = new("https://example.com/tests-failed/v1");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lost_signature_is_noticed_by_verifying_which_changes_nothing_and_made_again_by_publishing(bool isKeyless)
    {
        using var folder = new TemporaryFolder();
        var key = isKeyless ? null : (SigningIdentity.Key)(await KeyAsync(folder)).Cosign.Identity!;
        DeliveryOptions Signer(DeliveryOptions options) =>
            options with { Keyless = isKeyless, SigningKey = key?.Reference, SigningPassword = key?.Password };
        using var world = await SignedAsync(isKeyless ? sigstore.Job() : sigstore.Outside(), Signer);
        var image = world.Repository.WithDigest(world.Record.Digest);
        var platform = world.Repository.WithDigest(world.Record.Platforms[0].Digest);
        using var registry = server.Connect();
        await ForgetAsync(registry, image, PredicateType.Signature);
        await ForgetAsync(registry, platform, PredicateType.Provenance);
        var (files, lists) = (Artifacts(world), await ListsAsync());

        Assert.Contains("has no valid ", await world.RefusedAsync("VerifyImages", Signer), StringComparison.Ordinal);
        Assert.Equal((files, lists), (Artifacts(world), await ListsAsync()));

        await world.RunAsync("TagImages", Signer);
        files = Artifacts(world);
        await world.RunAsync("VerifyImages", Signer);
        Assert.Equal(files, Artifacts(world));
        Assert.Equal(["https://sigstore.dev/cosign/sign/v1"], await TypesAsync(registry, image));
        Assert.Equal(
            ["https://sigstore.dev/cosign/sign/v1", "https://slsa.dev/provenance/v1", "https://spdx.dev/Document"],
            await TypesAsync(registry, platform));

        async Task<string> ListsAsync() => string.Join(' ', (await TypesAsync(registry, image)).Concat(await TypesAsync(registry, platform)));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task What_an_earlier_run_signed_is_not_signed_twice_and_what_it_did_not_is(bool isKeyless, bool isRecorded)
    {
        using var folder = new TemporaryFolder();
        var key = isKeyless ? null : (SigningIdentity.Key)(await KeyAsync(folder)).Cosign.Identity!;
        DeliveryOptions Signer(DeliveryOptions options) =>
            options with { Keyless = isKeyless, SigningKey = key?.Reference, SigningPassword = key?.Password };
        using var world = await SignedAsync(isKeyless ? sigstore.Job() : sigstore.Outside(), Signer);
        var image = world.Repository.WithDigest(world.Record.Digest);
        var platform = world.Repository.WithDigest(world.Record.Platforms[0].Digest);
        using var registry = server.Connect();
        await ForgetAsync(registry, platform, PredicateType.Spdx);
        // As a run that failed before the last attestation leaves it, and one that ended.
        if (!isRecorded) world.Record.Without(PublishStep.Sign).Write(world.RecordFile);

        await world.RunAsync("SignImages", Signer);

        await world.RunAsync("VerifyImages", Signer);
        Assert.Equal(["https://sigstore.dev/cosign/sign/v1"], await TypesAsync(registry, image));
        Assert.Equal(
            ["https://sigstore.dev/cosign/sign/v1", "https://slsa.dev/provenance/v1", "https://spdx.dev/Document"],
            await TypesAsync(registry, platform));
        if (!isRecorded) Assert.StartsWith("0 signatures and 1 attestations by ", world.Record.Steps[PublishStep.Sign].Result, StringComparison.Ordinal);

        world.Record.Without(PublishStep.Sign).Write(world.RecordFile);
        await world.RunAsync("SignImages", Signer);

        Assert.Matches("^signed and attested by .* before$", world.Record.Steps[PublishStep.Sign].Result);

        await world.RunAsync("SignImages", options => Signer(options) with { Republish = true });

        Assert.Equal(2, (await TypesAsync(registry, image)).Count);
        Assert.Equal(6, (await TypesAsync(registry, platform)).Count);
    }

    [Fact]
    public async Task What_says_to_be_this_signers_and_is_not_valid_counts_as_missing_when_an_image_is_signed()
    {
        using var world = await SignedAsync(sigstore.Job());
        await using var elsewhere = new SigstoreFixture();
        await elsewhere.InitializeAsync();
        world.Job = elsewhere.Job();
        world.Record.Without(PublishStep.Sign).Write(world.RecordFile);

        await world.RunAsync("SignImages");

        Assert.StartsWith("2 signatures and 2 attestations by ", world.Record.Steps[PublishStep.Sign].Result, StringComparison.Ordinal);
        await world.RunAsync("VerifyImages");
    }

    [Fact]
    public async Task A_stranger_whose_name_reads_like_a_failure_of_the_network_does_not_hide_that_a_signature_is_lost()
    {
        using var world = await SignedAsync(sigstore.Job());
        var image = world.Repository.WithDigest(world.Record.Digest);
        using var registry = server.Connect();
        await ForgetAsync(registry, image, PredicateType.Signature);
        await (await sigstore.CosignAsync(sigstore.Job(("repository", "stranger/EOF")))).SignAsync(image, Cancellation);

        Assert.Contains("no matching attestations", await world.RefusedAsync("VerifyImages"), StringComparison.Ordinal);

        await world.RunAsync("TagImages");
        Assert.Equal(2, (await TypesAsync(registry, image)).Count);
    }

    [Fact]
    public async Task What_another_one_must_sign_is_not_signed_by_a_publish()
    {
        using var world = await SignedAsync(sigstore.Job());
        using var registry = server.Connect();
        var image = world.Repository.WithDigest(world.Record.Digest);
        await ForgetAsync(registry, image, PredicateType.Signature);

        foreach (var other in (string[])["release.yml@refs/heads/main", "publish.yml@refs/tags/v1"])
        {
            var problem = await world.RefusedAsync(
                "TagImages", options => options with { SignedBy = $"https://github.com/octo/app/.github/workflows/{other}" });
            Assert.Contains("is not signed and attested there by the expected signer", problem, StringComparison.Ordinal);
        }

        Assert.Empty(await TypesAsync(registry, image));
    }

    [Fact]
    public async Task What_is_there_and_not_valid_is_not_signed_again()
    {
        using var world = await SignedAsync(sigstore.Job());
        using var registry = server.Connect();
        var image = world.Repository.WithDigest(world.Record.Digest);
        // Signed for real, and trusted by nobody: another Sigstore's.
        await using var elsewhere = new SigstoreFixture();
        await elsewhere.InitializeAsync();
        world.Job = elsewhere.Job();

        Assert.Contains("is not signed and attested there by the expected signer", await world.RefusedAsync("TagImages"), StringComparison.Ordinal);

        Assert.Single(await TypesAsync(registry, image));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_registry_wrote_although_it_failed_is_not_signed_again(bool isKeyless)
    {
        var layout = await LayoutBuilder.WriteAttestedAsync(Directory.CreateTempSubdirectory("layout-").FullName, $"{Guid.NewGuid()}");
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        using var folder = new TemporaryFolder();
        var (cosign, _) = isKeyless ? await WorkflowAsync() : await KeyAsync(folder);
        var program = folder.Combine("cosign-and-a-failure");
        await File.WriteAllTextAsync(program, $$"""
            #!/bin/sh
            '{{cosign.Executable}}' "$@" || exit
            case $1 in sign|attest) ;; *) exit 0 ;; esac
            mark={{folder.Combine("mark")}}-$(echo "$*" | cksum | cut -d' ' -f1)
            [ -e "$mark" ] && exit 0
            touch "$mark"
            echo 'error during command execution: read: connection reset by peer' >&2
            exit 1
            """.ReplaceLineEndings("\n"), Cancellation);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        await new ImageSigner(cosign with { Executable = program }, layout, registry, repository).SignAsync(Cancellation);

        Assert.Equal(["https://sigstore.dev/cosign/sign/v1"], await TypesAsync(registry, repository.WithDigest(layout.Root.Digest)));
        var platform = (await layout.ReadPlatformsAsync(Cancellation))[0].Manifest.Digest;
        Assert.Equal(
            ["https://sigstore.dev/cosign/sign/v1", "https://slsa.dev/provenance/v1", "https://spdx.dev/Document"],
            await TypesAsync(registry, repository.WithDigest(platform)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_attestation_of_the_right_signers_is_no_signature(bool isKeyless)
    {
        var layout = await LayoutBuilder.WriteAttestedAsync(Directory.CreateTempSubdirectory("layout-").FullName, $"{Guid.NewGuid()}");
        using var registry = server.Connect();
        var image = server.NewRepository().WithDigest(layout.Root.Digest);
        await registry.PushAsync(layout, image, cancellationToken: Cancellation);
        using var folder = new TemporaryFolder();
        var (cosign, signer) = isKeyless ? await WorkflowAsync() : await KeyAsync(folder);
        var predicate = folder.Combine("predicate.json");
        await File.WriteAllTextAsync(predicate, """{"failed":3}""", Cancellation);

        await cosign.AttestAsync(image, TestsFailed, predicate, Cancellation);

        await cosign.VerifyAttestationAsync(image, TestsFailed, signer, Cancellation);
        await Assert.ThrowsAsync<CommandFailedException>(() => cosign.VerifyAsync(image, signer, Cancellation));
        var command = new Command(cosign.Executable, signer.VerifyArguments(image));
        Assert.False((await CommandRunner.TryRunAsync(command, cancellationToken: Cancellation)).Succeeded);
        await cosign.SignAsync(image, Cancellation);
        Assert.True((await CommandRunner.TryRunAsync(command, cancellationToken: Cancellation)).Succeeded);
    }

    private async Task<(Cosign Cosign, ExpectedSigner Signer)> WorkflowAsync()
    {
        var cosign = await sigstore.CosignAsync(sigstore.Job());
        var own = (SigningIdentity.Keyless)cosign.Identity!;
        return (cosign, new ExpectedSigner.Workflow(own.Identity, own.Source));
    }

    private async Task<(Cosign Cosign, ExpectedSigner Signer)> KeyAsync(TemporaryFolder folder)
    {
        var program = Executables.Find("cosign", sigstore.Outside())!;
        var cosign = new Cosign(program, await LocalKeyPair.EnsureAsync(folder.Combine("keys"), program, Cancellation));
        await cosign.WritePublicKeyAsync(folder.Combine("cosign.pub"), Cancellation);
        return (cosign, new ExpectedSigner.PublicKey(folder.Combine("cosign.pub")));
    }

    private async Task<PublishWorld> SignedAsync(ProcessEnvironment job, Func<DeliveryOptions, DeliveryOptions>? change = null)
    {
        var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        world.Job = job;
        await world.RunAsync("SignImages", change);
        return world;
    }

    private static string Artifacts(PublishWorld world) => string.Join('\n',
        from file in Directory.EnumerateFiles(world.Artifact(), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        where Path.GetFileName(file) != ".lock"
        select $"{file} {File.GetLastWriteTimeUtc(file):O} {Digest.Of(File.ReadAllBytes(file))}");

    private static async Task<IReadOnlyList<string>> TypesAsync(OciRegistry registry, ImageReference image)
    {
        var types = new List<string>();
        foreach (var referrer in await registry.ListReferrersAsync(image, cancellationToken: Cancellation))
            types.Add(TypeOf(await registry.GetManifestAsync(image.WithDigest(referrer.Digest), Cancellation)));
        return [.. types.Where(x => x.Length > 0).Order(StringComparer.Ordinal)];
    }

    private static string TypeOf(Manifest manifest) => manifest.Annotations.GetValueOrDefault("dev.sigstore.bundle.predicateType", "");

    // What another publish does that writes the list back which it had read before this one added to it.
    private static async Task ForgetAsync(OciRegistry registry, ImageReference image, PredicateType type)
    {
        var left = new List<Descriptor>();
        foreach (var referrer in await registry.ListReferrersAsync(image, cancellationToken: Cancellation))
        {
            var manifest = await registry.GetManifestAsync(image.WithDigest(referrer.Digest), Cancellation);
            if (TypeOf(manifest) != type.Uri) left.Add(referrer);
        }

        var index = new
        {
            schemaVersion = 2,
            mediaType = MediaTypes.ImageIndex,
            manifests = left.Select(x => new { mediaType = x.MediaType, digest = x.Digest.ToString(), size = x.Size }),
        };
        var list = Manifest.Parse(JsonSerializer.SerializeToUtf8Bytes(index), MediaTypes.ImageIndex, "the list of referrers");
        await registry.PutManifestAsync(image, list, Cancellation);
        await registry.PutTagAsync(image, $"sha256-{image.Digest!.Value.Hex}", list.Digest, Cancellation);
    }
}
