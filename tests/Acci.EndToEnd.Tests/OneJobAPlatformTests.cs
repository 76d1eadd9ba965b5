using System.Text;
using System.Text.RegularExpressions;
using Acci.Delivery;
using Acci.Delivery.Buildx;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.SmokeTests;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>Platforms that were built in a clone each, by a real BuildKit, and merged in another one.</summary>
public sealed class OneJobAPlatformTests(PublishedImage published, RegistryServer server) : IClassFixture<RegistryServer>, IDisposable
{
    private static readonly Platform[] Both = [Platform.LinuxAmd64, Platform.LinuxArm64];

    // With what .NET and Go write differently.
    private static readonly ImageDefinition Image = new("small")
    {
        Dockerfile = "Dockerfile", Platforms = Both, Annotations = new Dictionary<string, string> { ["a"] = "\U0001F680 <b>\u00a0" },
    };

    private readonly TemporaryDirectory _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Merged_and_pushed_they_are_the_image_that_one_machine_builds()
    {
        published.NeedsEngine();
        await BashAsync("""
            mkdir repository && cd repository && git init --quiet --initial-branch main && printf 'artifacts\ndeploy\n' > .gitignore
            printf 'FROM scratch\nARG TARGETARCH\nCOPY Dockerfile /$TARGETARCH\n' > Dockerfile
            git add . && git -c user.name=test -c user.email=test@localhost commit --quiet --message one && git tag v1.2.3
            cd .. && for clone in whole amd64 arm64 last; do git clone --quiet repository "$clone" && ln -s "$0/deploy" "$clone/deploy"; done
            """);
        foreach (var platform in Both)
        {
            await RunAsync(platform.Architecture, [platform], x => [new BuildImages(x), new SmokeTestImages(x)]);
            var (from, to) = ($"{platform.Architecture}/artifacts", $"last/artifacts/parts/{platform.Architecture}");
            await BashAsync($"mkdir -p {to} && cp -R {from}/images {from}/publish {to}");
        }

        await RunAsync("whole", Both, x => [new BuildImages(x)]);
        await RunAsync("last", Both, x => [new BuildImages(x), new SmokeTestImages(x)], x => x with { ImageParts = "artifacts/parts" });

        var (whole, merged) = (await LayoutAsync("whole"), await LayoutAsync("last"));
        // All but the attestations, which carry the time of their build.
        var expected = await TextAsync(whole);
        foreach (var (one, other) in (await AttestationsAsync(whole)).Zip(await AttestationsAsync(merged)))
            expected = Regex.Replace(expected, $"{one.Digest}(\",\\s*\"size\": ?){one.Size}", x => $"{other.Digest}{x.Groups[1]}{other.Size}");
        Assert.Equal(expected, await TextAsync(merged));
        Assert.Equal(["linux/amd64", "linux/arm64"], RecordOf("last").Parts!.Select(x => string.Join(' ', x.Platforms)));
        Assert.StartsWith("linux/amd64 not started (it names no program", RecordOf("last").Parts![0].SmokeTest, StringComparison.Ordinal);

        using var registry = server.Connect();
        var repository = ImageReference.Parse(RecordOf("last").Repository);
        await registry.PushAsync(merged, repository, cancellationToken: Cancellation);
        Assert.Equal(Digest.Of(Encoding.UTF8.GetBytes(expected)),
            (await registry.GetManifestAsync(repository.WithDigest(merged.Root.Digest), Cancellation)).Digest);
    }

    private async Task RunAsync(
        string clone, Platform[] platforms, Func<DeliveryContext, Verb[]> verbs, Func<DeliveryOptions, DeliveryOptions>? change = null)
    {
        var root = Path.Combine(_folder.Path, clone);
        var options = new DeliveryOptions
        {
            Root = root,
            Artifacts = Path.Combine(root, "artifacts"),
            Registry = $"{server.Domain}/team",
            Images = [Image.BuiltFor(platforms)],
        };
        using var context = new DeliveryContext(change?.Invoke(options) ?? options, Cancellation);
        foreach (var verb in verbs(context)) await verb.RunAsync();
    }

    private Task<OciLayout> LayoutAsync(string clone) =>
        OciLayout.OpenAsync(Path.Combine(_folder.Path, clone, "artifacts", "images", "small"), Cancellation);

    private PublishRecord RecordOf(string clone) => PublishRecord.Read(Path.Combine(_folder.Path, clone, "artifacts", "publish", "small.json"))!;

    private static Task<string> TextAsync(OciLayout layout) => File.ReadAllTextAsync(layout.BlobPath(layout.Root.Digest), Cancellation);

    private static async Task<IEnumerable<Descriptor>> AttestationsAsync(OciLayout layout) =>
        (await layout.ReadPlatformsAsync(Cancellation)).SelectMany(x => x.Attestations);

    private Task<CommandResult> BashAsync(string script) =>
        CommandRunner.RunAsync(
            new Command("bash", "-ec", script, published.Checkout.Folder) { WorkingDirectory = _folder.Path }, cancellationToken: Cancellation);
}
