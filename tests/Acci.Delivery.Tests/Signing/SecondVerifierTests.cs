using System.Text.Json.Nodes;
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
        using var world = await PublishWorld.BuiltAsync(server, platforms: [Platform.LinuxAmd64, Platform.LinuxPpc64le]);
        await world.RunUntilAsync("SignImages");
        world.Job = sigstore.Job();
        await world.RunAsync("SignImages");
        var any = ((ExpectedSigner.Workflow)ExpectedSigner.AnyWorkflowOf("https://github.com", Octo)).Identity;
        var other = ((ExpectedSigner.Workflow)ExpectedSigner.AnyWorkflowOf("https://github.com", Octo with { Repository = "octo/ap" })).Identity;
        Digest[] platforms = [.. world.Record.Platforms.Select(x => x.Digest)];
        Assert.Equal(2, platforms.Distinct().Count());

        var seen = new List<(Digest, string)>();
        foreach (var digest in platforms.Prepend(world.Record.Digest))
        {
            foreach (var (bundle, type) in await BundlesAsync(world.Repository.WithDigest(digest)))
            {
                Assert.True(await VerifiesAsync(bundle, digest, "-expectedIssuer", Issuer, "-expectedSANRegex", any));
                Assert.False(await VerifiesAsync(bundle, digest, "-expectedIssuer", Issuer, "-expectedSANRegex", other));
                Assert.False(await VerifiesAsync(bundle, digest, "-expectedIssuer", "https://github.example.com", "-expectedSANRegex", any));
                Assert.False(await VerifiesAsync(bundle, platforms.First(x => x != digest), "-expectedIssuer", Issuer, "-expectedSANRegex", any));
                seen.Add((digest, type));
            }
        }

        // The index has a signature, each platform one, its bill of materials and its provenance.
        var types = PredicateType.All.Append(PredicateType.Signature).Select(x => x.Uri);
        Assert.Equal(platforms.SelectMany(_ => types, (x, type) => (x, type)).Append((world.Record.Digest, PredicateType.Signature.Uri)).ToHashSet(), seen.ToHashSet());
        Assert.Equal(7, seen.Count);
    }

    // Each bundle beside the image, in a file of its own, and what it states.
    private async Task<IReadOnlyList<(string File, string Type)>> BundlesAsync(ImageReference image)
    {
        var files = new List<(string, string)>();
        using var registry = server.Connect();
        foreach (var referrer in await registry.ListReferrersAsync(image, cancellationToken: Cancellation))
        {
            var manifest = await registry.GetManifestAsync(image.WithDigest(referrer.Digest), Cancellation);
            var file = _folder.Combine($"bundle-{referrer.Digest.Hex}.json");
            var content = await registry.ReadBlobAsync(image, manifest.Blobs[^1], Cancellation);
            await File.WriteAllBytesAsync(file, content, Cancellation);
            var statement = Convert.FromBase64String(JsonNode.Parse(content)!["dsseEnvelope"]!["payload"]!.GetValue<string>());
            files.Add((file, JsonNode.Parse(statement)!["predicateType"]!.GetValue<string>()));
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
