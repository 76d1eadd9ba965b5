using System.Text;
using System.Text.Json.Nodes;
using Acci.Delivery.Caching;
using Acci.Delivery.Scanning;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Testing;
using static Acci.Testing.TrivyStandIn;

namespace Acci.Delivery.Tests.Scanning;

/// <summary>Published images, in a real registry.</summary>
public sealed class RescanTests(RegistryServer server) : ScanningFixture, IClassFixture<RegistryServer>
{
    [Fact]
    public async Task A_published_reference_is_scanned_platform_by_platform_by_digest()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        trivy.AnswerWith([Vulnerability("CVE-1", "LOW")]);
        var image = await PublishAsync();

        await Verb(trivy, image.WithTag("v1").ToString()).RunAsync();

        Assert.Equal(2, trivy.Scans.Count);
        Assert.All(trivy.Scans, call => Assert.Matches($"--image-src remote {image.Repository}@sha256:[0-9a-f]{{64}}$", call));
        var folder = Assert.Single(Directory.GetDirectories(Path.Combine(Published, image.Path)));
        Assert.Equal(["linux-amd64.json", "linux-amd64.sarif", "linux-ppc64le.json", "linux-ppc64le.sarif", "scan.json"], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order());
        Assert.Contains($"trivy/{image.Path}/linux-amd64/", await File.ReadAllTextAsync(Path.Combine(folder, "linux-amd64.sarif"), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_database_finds_little_in_what_is_published_too()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        var image = await PublishAsync();
        var made = DateTimeOffset.UtcNow.AddDays(-40);
        Directory.CreateDirectory(Path.Combine(Root, "cache", "trivy", "db"));
        await File.WriteAllTextAsync(Path.Combine(Root, "cache", "trivy", "db", "metadata.json"), $$"""{ "Version": 2, "UpdatedAt": "{{made:O}}" }""", Cancellation);

        await Verb(trivy, image.WithTag("v1").ToString()).RunAsync();

        var record = ScanRecord.Read(Assert.Single(Directory.GetDirectories(Path.Combine(Published, image.Path))))!;
        Assert.Contains($"the vulnerability database is of {made:yyyy-MM-dd}, 40 days before the scan", record.Doubt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_of_an_image_lie_beside_each_other_and_a_scan_that_breaks_off_leaves_no_record()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        var image = await PublishAsync();
        await PublishAsync(image, "v2", seed: 99);

        await Verb(trivy, image.WithTag("v1").ToString(), image.WithTag("v2").ToString()).RunAsync();

        Assert.Equal(2, Directory.GetFiles(Path.Combine(Published, image.Path), "scan.json", SearchOption.AllDirectories).Length);
        trivy.Fail("FATAL\tFatal error\tno space left on device");
        await Assert.ThrowsAnyAsync<DeliveryException>(Verb(trivy, image.WithTag("v1").ToString()).RunAsync);
        Assert.Single(Directory.GetFiles(Path.Combine(Published, image.Path), "scan.json", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Credentials_of_the_destination_are_offered_to_no_other_registry()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        var image = (await PublishAsync()).WithTag("v1").ToString();

        await Verb(trivy, "127.0.0.1:9/other", [image]).RunAsync();
        Assert.Null(trivy.Login);

        await Verb(trivy, $"{server.Domain}/other", [image]).RunAsync();
        Assert.Contains(server.Domain, trivy.Login, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_image_that_does_not_pass_is_told()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        trivy.AnswerWith([Vulnerability("CVE-1", "CRITICAL")]);
        var (one, two) = (await PublishAsync(), await PublishAsync(seed: 99));

        var failure = await Assert.ThrowsAsync<DeliveryException>(Verb(trivy, one.WithTag("v1").ToString(), two.WithTag("v1").ToString()).RunAsync);

        Assert.Contains(one.Path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(two.Path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_critical_finding_in_a_published_image_is_an_error_too()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        trivy.AnswerWith([Vulnerability("CVE-1", "CRITICAL")]);
        var image = await PublishAsync();

        Assert.Contains("CVE-1", (await Assert.ThrowsAsync<DeliveryException>(Verb(trivy, image.WithTag("v1").ToString()).RunAsync)).Message, StringComparison.Ordinal);
    }

    private const string Nested = "an index";

    [Theory]
    // A second image of the same platform, of the same file name, or of another version of Windows.
    [InlineData("""{"os":"linux","architecture":"amd64"}""", """{"os":"linux","architecture":"amd64"}""", null, "several images for linux/amd64")]
    [InlineData("""{"os":"linux","architecture":"amd64-v8"}""", """{"os":"linux","architecture":"amd64","variant":"v8"}""", null, "several images for linux/amd64")]
    [InlineData("""{"os":"windows","architecture":"amd64","os.version":"10.0.20348.1"}""", """{"os":"windows","architecture":"amd64","os.version":"10.0.17763.1"}""", null, "several images for windows/amd64")]
    // An image without a platform, or one that only looks like an attestation.
    [InlineData("""{"os":"linux","architecture":"amd64"}""", null, null, "neither an image with a platform nor an attestation")]
    [InlineData("""{"os":"linux","architecture":"amd64"}""", null, "attestation-manifest", "neither an image with a platform nor an attestation")]
    // An index in the index, which engines look into.
    [InlineData("""{"os":"linux","architecture":"amd64"}""", """{"os":"linux","architecture":"arm64"}""", Nested, "neither an image with a platform nor an attestation")]
    [InlineData("""{"os":"linux","architecture":"amd64"}""", """{"os":"unknown","architecture":"unknown"}""", Nested, "neither an image with a platform nor an attestation")]
    [InlineData("""{"os":"linux","architecture":"amd64"}""", """{"os":"unknown","architecture":"unknown"}""", null, "neither an image with a platform nor an attestation")]
    [InlineData("""{"os":"linux","architecture":"amd64"}""", """{"os":"unknown","architecture":"unknown"}""", "image", "neither an image with a platform nor an attestation")]
    // These have a platform, so they are scanned, and what is found in them counts.
    [InlineData("""{"os":"linux","architecture":"amd64"}""", """{"os":"linux","architecture":"arm64"}""", "image", "CVE-1")]
    [InlineData("""{"os":"linux","architecture":"amd64"}""", """{"os":"linux","architecture":"arm64"}""", "attestation-manifest", "CVE-1")]
    public async Task No_image_of_an_index_is_left_out(string good, string? bad, string? type, string problem)
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        var builder = new LayoutBuilder(Path.Combine(Root, "layout"));
        var (first, second) = (Image("good", good, null), Image("bad", bad, type));
        trivy.AnswerWith([]);
        trivy.AnswerWith(Report([Vulnerability("CVE-1", "CRITICAL")]), second["digest"]!.GetValue<string>()["sha256:".Length..]);
        await builder.WriteRootAsync(Index(second, first));
        var layout = await OciLayout.OpenAsync(Path.Combine(Root, "layout"), Cancellation);
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        await registry.PutTagAsync(repository, "v1", layout.Root.Digest, Cancellation);

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(Verb(trivy, repository.WithTag("v1").ToString()).RunAsync);

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);

        JsonObject Image(string content, string? platform, string? kind)
        {
            var configuration = builder.AddBlob("""{"architecture":"amd64","os":"linux"}"""u8.ToArray(), "application/vnd.oci.image.config.v1+json");
            var image = builder.AddManifest(configuration, [builder.AddBlob(Encoding.UTF8.GetBytes(content))]);
            if (kind == Nested)
            {
                image["platform"] = JsonNode.Parse("""{"os":"linux","architecture":"amd64"}""");
                (image, kind) = (Index(image), "attestation-manifest");
            }

            if (platform is not null) image["platform"] = JsonNode.Parse(platform);
            if (kind is not null) image["annotations"] = new JsonObject { ["vnd.docker.reference.type"] = kind };
            return image;
        }

        JsonObject Index(params JsonNode[] manifests) => builder.AddBlob(
            Encoding.UTF8.GetBytes(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.ImageIndex, ["manifests"] = new JsonArray(manifests) }.ToJsonString()),
            MediaTypes.ImageIndex);
    }

    [Fact]
    public async Task A_reference_that_is_not_there_is_told() =>
        Assert.Contains("v2", (await Assert.ThrowsAnyAsync<DeliveryException>(Verb(new TrivyStandIn(Path.Combine(Root, "bin")), (await PublishAsync()).WithTag("v2").ToString()).RunAsync)).Message, StringComparison.Ordinal);

    private string Published => Path.Combine(Root, "artifacts", "scan", "published");

    private async Task<ImageReference> PublishAsync(ImageReference? repository = null, string tag = "v1", int seed = 7)
    {
        var layout = await LayoutBuilder.WriteSmallAsync(Path.Combine(Root, $"layout-{seed}"), seed);
        using var registry = server.Connect();
        repository ??= server.NewRepository();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        await registry.PutTagAsync(repository, tag, layout.Root.Digest, Cancellation);
        return repository;
    }

    private ScanImages Verb(TrivyStandIn trivy, params string[] images) => Verb(trivy, null, images);

    private ScanImages Verb(TrivyStandIn trivy, string? destination, string[] images) => new(new DeliveryContext(
        new DeliveryOptions
        {
            Root = Root,
            Artifacts = Path.Combine(Root, "artifacts"),
            CacheDirectory = new CacheDirectory(Path.Combine(Root, "cache")),
            Registry = destination ?? "127.0.0.1:9/other",
            RegistryUser = destination is null ? null : "ada",
            RegistryToken = destination is null ? null : "open sesame 4711",
            Images = [],
            Scan = new ScanOptions { Program = trivy.Program, Images = [.. images.Select(ImageReference.Parse)] },
        },
        Cancellation) { Environment = TestEnvironment.OutsideWorkflows });
}
