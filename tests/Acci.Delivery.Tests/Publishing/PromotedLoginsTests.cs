using System.Text.Json.Nodes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>An image that was published on this machine, and is promoted to a registry elsewhere.</summary>
public sealed class PromotedLoginsTests(RegistryServer server, SignedImages images) : IClassFixture<RegistryServer>, IClassFixture<SignedImages>, IAsyncLifetime
{
    private readonly TemporaryRepository _checkout = new();
    private readonly TemporaryFolder _folder = new();
    private readonly RegistryServer _second = new();
    private readonly string _owner = $"owner-{Guid.NewGuid():n}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ImageReference Repository => ImageReference.Parse($"{server.Domain}/{_owner}/app");

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

    // The second way is what a further registry gets that lacks the image.
    [Theory]
    [InlineData("index", true)]
    [InlineData("index", false)]
    [InlineData("platform", true)]
    [InlineData("platform", false)]
    [InlineData("built again", true)]
    [InlineData("built again", false)]
    public async Task Its_login_goes_along_in_no_way(string named, bool isFromRegistry)
    {
        var (index, platform) = await PublishAsync("http://ada:s3cr3t@proxy");
        var from = named switch
        {
            "platform" => platform,
            // The platform is the same to the bit, with what the earlier build has attested of it.
            "built again" => (await PublishAsync("http://proxy")).Index,
            _ => index,
        };

        var error = await PromoteAsync(named == "platform" ? index : from, platform, from, isFromRegistry, PublishStep.SmokeTest, PublishStep.Scan, PublishStep.Push);

        Assert.True(error.Message.Contains("has a login in build-arg:HTTP_PROXY, which everybody could read", StringComparison.Ordinal), error.Message);
    }

    // A step that begins again takes what came after it out of the record; the image stays in the registry all the same.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_never_started_stays_on_this_machine_whatever_the_record_has_left(bool isFromRegistry)
    {
        var (index, platform) = await PublishAsync("http://proxy");

        var error = await PromoteAsync(index, platform, index, isFromRegistry, PublishStep.Scan);

        Assert.Contains("has not passed a smoke test", error.Message, StringComparison.Ordinal);
    }

    private async Task<DeliveryException> PromoteAsync(Digest index, Digest platform, Digest from, bool isFromRegistry, params PublishStep[] done)
    {
        var address = Forwarder.OwnAddress;
        Assert.SkipWhen(address is null, "This machine has no address but loopback.");
        using var elsewhere = new Forwarder(address!, _second.Domain);
        var key = (SigningIdentity.Key)(await images.CosignAsync("keys")).Identity!;
        var options = new DeliveryOptions
        {
            Root = _checkout.Directory,
            Artifacts = _folder.Combine("artifacts"),
            Images = [new("app") { Dockerfile = "Dockerfile" }],
            Registry = $"{(isFromRegistry ? "" : $"{server.Domain}/{_owner},")}http://{elsewhere.Domain}/{_owner}",
            RetryBudget = TimeSpan.FromSeconds(5),
            SigningKey = key.Reference,
            SigningPassword = key.Password,
        };
        var context = new DeliveryContext(options, Cancellation) { Environment = TestEnvironment.OutsideWorkflows };
        var publish = new PublishRecord
        {
            Image = "app",
            Digest = index,
            Repository = Repository.ToString(),
            Version = "1.0.0",
            Revision = "",
            Platforms = [new PublishedPlatform(Platform.LinuxAmd64, platform, 1)],
        };
        foreach (var step in done)
            publish = publish.With(step, new StepResult(DateTimeOffset.UtcNow, 1, "done"));
        publish.Write(options.RecordOf("app"));
        var promotion = new Promotion { From = from.ToString(), To = ["stable"], FromRegistry = isFromRegistry ? $"{server.Domain}/{_owner}" : null };

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new PromoteImages(context, promotion).RunAsync());

        using var first = server.Connect();
        using var second = _second.Connect();
        Assert.Null(await second.FindAsync(ImageReference.Parse($"{second.Domain}/{_owner}/app").WithDigest(from), Cancellation));
        Assert.Null(await first.FindAsync(Repository.WithTag("stable"), Cancellation));
        return error;
    }

    private async Task<(Digest Index, Digest Platform)> PublishAsync(string proxy)
    {
        using var registry = server.Connect();
        var layout = await LayoutBuilder.WriteAttestedAsync(_folder.Combine(Guid.NewGuid().ToString("n")), sources: new JsonObject { ["build-arg:HTTP_PROXY"] = proxy });
        await registry.PushAsync(layout, Repository, cancellationToken: Cancellation);
        await new ImageSigner(await images.CosignAsync("keys"), layout, registry, Repository).SignAsync(Cancellation);
        return (layout.Root.Digest, (await layout.ReadPlatformsAsync(Cancellation)).Single().Manifest.Digest);
    }
}
