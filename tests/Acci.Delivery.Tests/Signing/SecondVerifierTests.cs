using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.Delivery.Tests.Publishing;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>
/// What cosign signed, verified by another program: sigstore-go, whose library Kyverno verifies with. A key's signature has no time, and this program takes none without.
/// </summary>
public sealed class SecondVerifierTests(RegistryServer server, SigstoreFixture sigstore) : IClassFixture<RegistryServer>, IClassFixture<SigstoreFixture>, IDisposable
{
    private const string Program = "sigstore-go-verification";
    private const string Issuer = "https://token.actions.githubusercontent.com";

    private static readonly WorkflowSource Octo = new("octo/app", Issuer);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_statement_of_a_keyless_publish_is_valid_for_its_image_and_signer_and_for_no_other()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        world.Job = sigstore.Job();
        await world.RunAsync("SignImages");
        var any = ((ExpectedSigner.Workflow)ExpectedSigner.AnyWorkflowOf("https://github.com", Octo)).Identity;
        var other = ((ExpectedSigner.Workflow)ExpectedSigner.AnyWorkflowOf("https://github.com", Octo with { Repository = "octo/ap" })).Identity;

        var bundles = await BundlesAsync(world.Repository.WithDigest(world.Record.Digest));

        Assert.NotEmpty(bundles);
        foreach (var bundle in bundles)
        {
            Assert.True(await VerifiesAsync(bundle, world.Record.Digest, "-expectedIssuer", Issuer, "-expectedSANRegex", any));
            Assert.False(await VerifiesAsync(bundle, world.Record.Digest, "-expectedIssuer", Issuer, "-expectedSANRegex", other));
            Assert.False(await VerifiesAsync(bundle, world.Record.Digest, "-expectedIssuer", "https://github.example.com", "-expectedSANRegex", any));
            Assert.False(await VerifiesAsync(bundle, Digest.Of([]), "-expectedIssuer", Issuer, "-expectedSANRegex", any));
        }
    }

    // Each bundle beside the image, in a file of its own.
    private async Task<IReadOnlyList<string>> BundlesAsync(ImageReference image)
    {
        var files = new List<string>();
        using var registry = server.Connect();
        foreach (var referrer in await registry.ListReferrersAsync(image, cancellationToken: Cancellation))
        {
            var manifest = await registry.GetManifestAsync(image.WithDigest(referrer.Digest), Cancellation);
            files.Add(_folder.Combine($"bundle-{files.Count}.json"));
            await File.WriteAllBytesAsync(files[^1], await registry.ReadBlobAsync(image, manifest.Blobs[^1], Cancellation), Cancellation);
        }

        return files;
    }

    private async Task<bool> VerifiesAsync(string bundle, Digest image, params IEnumerable<string> arguments)
    {
        var program = Executables.Find(Program) ?? (DebianPackages.FetchFrom("sid", "sigstore-go", "sigstore-go") is { } root ? Path.Combine(root, "usr", "bin", Program) : null);
        Assert.SkipWhen(program is null, $"{Program} is not on the PATH, and Debian's package sigstore-go cannot be fetched here.");
        var result = await CommandRunner.TryRunAsync(
            new Command(program!, ["-artifact-digest", image.Hex, "-trustedrootJSONpath", sigstore.TrustedRoot, .. arguments, bundle]), cancellationToken: Cancellation);
        TestContext.Current.TestOutputHelper?.WriteLine(result.StandardError);
        return result.Succeeded;
    }
}
