using System.Text;
using System.Text.Json.Nodes;
using Acci.Delivery.Buildx;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Testing;

namespace Acci.Delivery.Tests.Buildx;

/// <summary>
/// A checkout, and what other machines have built of its images: layouts as BuildKit writes them, each with the record of its build.
/// </summary>
public sealed class PartsWorld : IDisposable
{
    public const string VersionKey = "org.opencontainers.image.version", Revision = "org.opencontainers.image.revision",
        BuildKit = "org.acci.buildkit";
    public const string BaseName = "org.opencontainers.image.base.name", BaseDigest = "org.opencontainers.image.base.digest";

    private const string Config = "application/vnd.oci.image.config.v1+json";

    public static readonly Platform[] Both = [Platform.LinuxAmd64, Platform.LinuxArm64];

    private readonly TemporaryRepository _checkout = new();
    private readonly TemporaryFolder _folder = new();
    private CosignStandIn? _cosign;

    private PartsWorld()
    {
    }

    /// <summary>What indexes say.</summary>
    public JsonObject Said { get; private set; } = [];

    public string Parts => _folder.Combine("parts");

    public string Artifacts => Path.Combine(_checkout.Directory, "artifacts");

    public string RecordFile => RecordOf("app");

    public PublishRecord Record => PublishRecord.Read(RecordFile)!;

    /// <summary>Where images go.</summary>
    public string Registry { get; set; } = "127.0.0.1:5000/team";

    /// <summary>The images.</summary>
    public IReadOnlyList<ImageDefinition> Images { get; set; } = [new("app") { Dockerfile = "Dockerfile", Platforms = Both }];

    /// <summary>What the engine here runs programs for.</summary>
    public IReadOnlyList<Platform> Runnable { get; set; } = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<PartsWorld> CreateAsync()
    {
        var world = new PartsWorld();
        world.Write(".gitignore", "artifacts\n");
        world.Write("Dockerfile", "FROM scratch");
        await world._checkout.Run("git init --quiet --initial-branch main", "git add .", "git commit --quiet --message one", "git tag v1.2.3");
        await world.AtCommitAsync();
        return world;
    }

    /// <summary>What is checked out now is what the machines build from then on.</summary>
    public async Task AtCommitAsync()
    {
        var version = await Context().VersionAsync();
        // With what Go writes in another way than others.
        Said = new JsonObject
        {
            [BuildKit] = "v0.25.1", [Revision] = version.Revision, ["org.opencontainers.image.title"] = "\U0001F680 <b>&\u00fc+'c'\u00a0",
            [VersionKey] = version.ToString(),
        };
    }

    public void Dispose()
    {
        _checkout.Dispose();
        _folder.Dispose();
    }

    public string RecordOf(string image) => Path.Combine(Artifacts, "publish", $"{image}.json");

    public Task GitAsync(params string[] commands) => _checkout.Run(commands);

    public void Write(string file, string text) => _checkout.Write(file, text);

    /// <summary>What one machine leaves that built some platforms: images and publish, in a folder of its own.</summary>
    /// <param name="machine">Its folder.</param>
    /// <param name="platforms">The platforms.</param>
    /// <param name="said">Changes what the index says.</param>
    /// <param name="record">Changes the record.</param>
    /// <param name="image">The image.</param>
    /// <param name="bases">What the manifest of a platform says of its base image.</param>
    public async Task<OciLayout> BuiltAsync(
        string machine, Platform[] platforms, Action<JsonObject>? said = null, Func<PublishRecord, PublishRecord>? record = null,
        string image = "app",
        IReadOnlyDictionary<Platform, (string Name, string Digest)>? bases = null)
    {
        var annotations = Said.DeepClone().AsObject();
        said?.Invoke(annotations);
        var layout = await WriteAsync(Path.Combine(Parts, machine, "images", image), platforms, annotations, bases);
        var root = await layout.ReadManifestAsync(layout.Root, Cancellation);
        var built = new PublishRecord
        {
            Image = image,
            Digest = layout.Root.Digest,
            Repository = $"{Registry}/{image}",
            Version = (string)Said[VersionKey]!,
            Revision = (string)Said[Revision]!,
            Platforms = [.. (await layout.ReadPlatformsAsync(Cancellation)).Select(x => new PublishedPlatform(x.Platform, x.Manifest.Digest, 1))],
            StandIns = PublishRecord.StandInsOf(root),
            BuildKit = root.Annotations.GetValueOrDefault(BuildKit),
        };
        (record?.Invoke(built) ?? built).Write(Path.Combine(Parts, machine, "publish", $"{image}.json"));
        return layout;
    }

    /// <summary>The same, after its smoke test.</summary>
    public static PublishRecord Tried(PublishRecord record)
    {
        var results = record.Platforms.Select(x => $"{x.Platform} healthy in 0.8 s");
        return record.With(PublishStep.SmokeTest, new StepResult(DateTimeOffset.UnixEpoch, 1, string.Join(", ", results)));
    }

    /// <summary>A layout that one machine writes which builds all of these platforms.</summary>
    public Task<OciLayout> WholeAsync(params Platform[] platforms) => WriteAsync(_folder.Combine("whole"), platforms, Said);

    /// <summary>The index of a layout.</summary>
    public static Task<string> TextAsync(OciLayout layout) => File.ReadAllTextAsync(layout.BlobPath(layout.Root.Digest), Cancellation);

    public Task<OciLayout> MergedAsync() => OciLayout.OpenAsync(Path.Combine(Artifacts, "images", "app"), Cancellation);

    public DeliveryContext Context(Func<DeliveryOptions, DeliveryOptions>? change = null)
    {
        var options = new DeliveryOptions
        {
            Root = _checkout.Directory, Artifacts = Artifacts, Registry = Registry, ImageParts = Parts, Images = Images,
        };
        var context = new DeliveryContext(change?.Invoke(options) ?? options, Cancellation) { Environment = TestEnvironment.OutsideWorkflows };
        _cosign ??= new CosignStandIn(_folder.Combine("cosign"));
        context.Know(nameof(EngineOfBuild.EngineAsync), Task.FromResult(new DockerEngine("docker") { RunnablePlatforms = Runnable }));
        context.Know(nameof(LocationOfBuild.LocationAsync), Task.FromResult(EngineLocation.Here));
        context.Know(nameof(SignerOfBuild.CosignAsync), Task.FromResult(_cosign.Cosign));
        return context;
    }

    /// <summary>Merges them. The next build of the checkout waits for this one.</summary>
    public Task MergeAsync(Func<DeliveryOptions, DeliveryOptions>? change = null) => RunAsync(x => new BuildImages(x), change);

    public async Task RunAsync(Func<DeliveryContext, Verb> verb, Func<DeliveryOptions, DeliveryOptions>? change = null)
    {
        using var context = Context(change);
        await verb(context).RunAsync();
    }

    private static async Task<OciLayout> WriteAsync(
        string folder, Platform[] platforms, JsonObject annotations, IReadOnlyDictionary<Platform, (string Name, string Digest)>? bases = null)
    {
        var builder = new LayoutBuilder(folder);
        var (images, attestations) = (new List<JsonObject>(), new List<JsonObject>());
        foreach (var platform in platforms)
        {
            var runsOn = new JsonObject { ["architecture"] = platform.Architecture, ["os"] = platform.OperatingSystem };
            var manifest = new JsonObject
            {
                ["schemaVersion"] = 2,
                ["mediaType"] = MediaTypes.ImageManifest,
                ["config"] = builder.AddBlob(Encoding.UTF8.GetBytes(runsOn.ToJsonString()), Config),
                ["layers"] = new JsonArray(builder.AddBlob("a layer that all have"u8.ToArray())),
            };
            if (bases?.TryGetValue(platform, out var from) is true)
                manifest["annotations"] = new JsonObject { [BaseDigest] = from.Digest, [BaseName] = from.Name };
            var image = builder.AddBlob(Encoding.UTF8.GetBytes(manifest.ToJsonString()), MediaTypes.ImageManifest);
            image["platform"] = runsOn;
            images.Add(image);
            var statement = builder.AddBlob(Encoding.UTF8.GetBytes($"of {platform}"), "application/vnd.in-toto+json");
            var attestation = builder.AddManifest(builder.AddBlob("{}"u8.ToArray(), Config), [statement]);
            attestation["annotations"] = new JsonObject
            {
                ["vnd.docker.reference.digest"] = image["digest"]!.DeepClone(), ["vnd.docker.reference.type"] = "attestation-manifest",
            };
            attestation["platform"] = new JsonObject { ["architecture"] = "unknown", ["os"] = "unknown" };
            attestations.Add(attestation);
        }

        if (bases?.TryGetValue(platforms[0], out var first) is true) (annotations[BaseDigest], annotations[BaseName]) = (first.Digest, first.Name);
        await builder.WriteRootAsync(
            builder.AddBlob(Encoding.UTF8.GetBytes(IndexOf([.. images, .. attestations], annotations)), MediaTypes.ImageIndex));
        return await OciLayout.OpenAsync(folder, Cancellation);
    }

    // As Go indents it, and escapes what stands in it here.
    private static string IndexOf(JsonObject[] manifests, JsonObject annotations)
    {
        var options = new System.Text.Json.JsonSerializerOptions { WriteIndented = true, NewLine = "\n" };
        var listed = manifests.Select(x => x.ToJsonString(options).Replace("\n", "\n    ", StringComparison.Ordinal));
        var said = annotations.OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => $"\"{x.Key}\": \"{Escaped((string)x.Value!)}\"");
        return $$"""
            {
              "schemaVersion": 2,
              "mediaType": "{{MediaTypes.ImageIndex}}",
              "manifests": [
                {{string.Join(",\n    ", listed)}}
              ],
              "annotations": {
                {{string.Join(",\n    ", said)}}
              }
            }
            """;

        static string Escaped(string text) => text
            .Replace("<", @"\u003c", StringComparison.Ordinal).Replace(">", @"\u003e", StringComparison.Ordinal)
            .Replace("&", @"\u0026", StringComparison.Ordinal);
    }
}
