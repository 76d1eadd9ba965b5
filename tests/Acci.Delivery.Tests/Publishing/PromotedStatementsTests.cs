using System.Text;
using System.Text.Json.Nodes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>What somebody has attested of an image by hand, in other forms than this build's, goes along where the image is copied.</summary>
public sealed class PromotedStatementsTests(RegistryServer server, SignedImages images) : IClassFixture<RegistryServer>, IClassFixture<SignedImages>, IAsyncLifetime
{
    private const string Bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const string Earlier = "https://slsa.dev/provenance/v0.2";
    private const string Proxy = "http://ada:s3cr3t@proxy";

    private readonly TemporaryRepository _checkout = new();
    private readonly TemporaryFolder _folder = new();
    private readonly RegistryServer _second = new();
    private readonly string _owner = $"owner-{Guid.NewGuid():n}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _second.InitializeAsync();
        await _checkout.Run("git init --quiet --initial-branch main", "git commit --quiet --allow-empty --message one");
        Directory.CreateSymbolicLink(Path.Combine(_checkout.Directory, "deploy"), Path.Combine(SourceTree.Root, "deploy"));
    }

    public async ValueTask DisposeAsync()
    {
        await _second.DisposeAsync();
        _checkout.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task One_with_a_login_or_that_cannot_be_read_stays_on_this_machine()
    {
        var address = Forwarder.OwnAddress;
        Assert.SkipWhen(address is null, "This machine has no address but loopback.");
        using var elsewhere = new Forwarder(address!, _second.Domain);
        using var first = server.Connect();
        var repository = ImageReference.Parse($"{server.Domain}/{_owner}/app");
        var layout = await LayoutBuilder.WriteAttestedAsync(_folder.Combine("layout"));
        await first.PushAsync(layout, repository, cancellationToken: Cancellation);
        await new ImageSigner(await images.CosignAsync("keys"), layout, first, repository).SignAsync(Cancellation);
        var image = repository.WithDigest(layout.Root.Digest);
        Dictionary<string, Digest> beside = new()
        {
            ["of SLSA 0.2"] = await PutAsync(Bundle, Earlier, Envelope(Proxy)),
            ["of SLSA 0.2, without a login"] = await PutAsync(Bundle, Earlier, Envelope("http://proxy")),
            ["that calls itself a bill of materials"] = await PutAsync(Bundle, PredicateType.Spdx.Uri, Envelope(Proxy)),
            ["that names no key"] = await PutAsync(Bundle, PredicateType.Provenance.Uri, new JsonObject { ["dsseEnvelope"] = new JsonObject { ["payload"] = Payload(Proxy) } }.ToJsonString()),
            ["that breaks off"] = await PutAsync(Bundle, Earlier, Envelope("http://proxy")[..^5]),
            ["in another encoding"] = await PutAsync(Bundle, Earlier, Envelope("http://proxy").Replace(Payload("http://proxy"), "?", StringComparison.Ordinal)),
            ["a line each"] = await PutAsync("application/vnd.oci.image.layer.v1.tar", null, $"{{}}\n{Envelope(Proxy)}\n"),
            ["an archive"] = await PutAsync("application/vnd.oci.image.layer.v1.tar", null, "no JSON"),
        };
        var tags = new[] { (image.Digest!.Value, Proxy), ((await layout.ReadPlatformsAsync(Cancellation)).Single().Manifest.Digest, "http://proxy") };
        foreach (var (digest, proxy) in tags) await first.PutTagAsync(repository, $"{digest.Tag}.att", await PutAttachmentAsync(proxy), Cancellation);

        await PromoteAsync(elsewhere, image);

        using var second = _second.Connect();
        var there = ImageReference.Parse($"{second.Domain}/{_owner}/app");
        var copied = new List<string>();
        foreach (var (name, digest) in beside)
        {
            if (await second.FindAsync(there.WithDigest(digest), Cancellation) is not null) copied.Add(name);
        }

        Assert.Equal(["of SLSA 0.2, without a login", "an archive"], copied);
        Assert.False(await HasTagAsync(tags[0].Item1));
        Assert.True(await HasTagAsync(tags[1].Item1));
        Assert.NotNull(await second.FindAsync(there.WithTag("stable"), Cancellation));

        async Task<bool> HasTagAsync(Digest digest) => await second.FindAsync(there.WithTag($"{digest.Tag}.att"), Cancellation) is not null;

        async Task<Digest> PutAsync(string mediaType, string? type, string content) => await DamagedReferrer.PutAsync(
            first, image, "its content", mediaType, type is null ? [] : new JsonObject { ["dev.sigstore.bundle.predicateType"] = type }, Cancellation, content);

        async Task<Digest> PutAttachmentAsync(string proxy)
        {
            var folder = _folder.Combine(Guid.NewGuid().ToString("n"));
            var builder = new LayoutBuilder(folder);
            await builder.WriteRootAsync(builder.AddManifest(
                builder.AddBlob("{}"u8.ToArray(), "application/vnd.oci.image.config.v1+json"),
                [builder.AddBlob(Encoding.UTF8.GetBytes(Envelope(proxy)), "application/vnd.dsse.envelope.v1+json")]));
            return (await first.PushAsync(await OciLayout.OpenAsync(folder, Cancellation), repository, cancellationToken: Cancellation)).Digest;
        }
    }

    [Theory]
    [InlineData(10, "has 11 bytes, too many to look for a login in it")]
    [InlineData(11, null)]
    public async Task What_is_too_large_to_be_read_is_in_doubt(long mostBytes, string? obstacle)
    {
        var layout = await LayoutBuilder.WriteOneAsync(_folder.Combine("layout"), "[         ]");
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        var content = await layout.ReadContentAsync(Cancellation);
        var layer = content.Blobs.Single(x => x.Size == 11);
        using var departing = new DepartingContent(registry, repository, mostBytes);

        Assert.Equal(obstacle is null ? null : $"{layer.Digest} {obstacle}", await departing.FindObstacleAsync(content with { Blobs = [layer] }, Cancellation));
    }

    private static string Payload(string proxy) => Convert.ToBase64String(Encoding.UTF8.GetBytes(new JsonObject
    {
        ["predicateType"] = Earlier,
        ["predicate"] = new JsonObject { ["invocation"] = new JsonObject { ["parameters"] = new JsonObject { ["args"] = new JsonObject { ["build-arg:HTTPS_PROXY"] = proxy } } } },
    }.ToJsonString()));

    private static string Envelope(string proxy) => new JsonObject
    {
        ["verificationMaterial"] = new JsonObject { ["publicKey"] = new JsonObject { ["hint"] = "another key" } },
        ["payloadType"] = "application/vnd.in-toto+json",
        ["payload"] = Payload(proxy),
    }.ToJsonString();

    private async Task PromoteAsync(Forwarder elsewhere, ImageReference image)
    {
        var key = (SigningIdentity.Key)(await images.CosignAsync("keys")).Identity!;
        var options = new DeliveryOptions
        {
            Root = _checkout.Directory,
            Artifacts = _folder.Combine("artifacts"),
            Images = [new("app") { Dockerfile = "Dockerfile" }],
            Registry = $"http://{elsewhere.Domain}/{_owner}",
            RetryBudget = TimeSpan.FromSeconds(5),
            SigningKey = key.Reference,
            SigningPassword = key.Password,
        };
        var context = new DeliveryContext(options, Cancellation) { Environment = TestEnvironment.OutsideWorkflows };
        var publish = new PublishRecord { Image = "app", Digest = image.Digest!.Value, Repository = $"{image.Repository}", Version = "1.0.0", Revision = "", Platforms = [] };
        foreach (var step in new[] { PublishStep.SmokeTest, PublishStep.Scan, PublishStep.Push })
            publish = publish.With(step, new StepResult(DateTimeOffset.UtcNow, 1, "done"));
        publish.Write(options.RecordOf("app"));

        await new PromoteImages(context, new Promotion { From = $"{image.Digest}", To = ["stable"], FromRegistry = $"{server.Domain}/{_owner}" }).RunAsync();
    }
}
