using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.Testing;

/// <summary>Writes layouts as buildx does: an index nested in <c>index.json</c>, an image and an attestation manifest per platform.</summary>
public sealed class LayoutBuilder(string folder)
{
    private readonly List<JsonObject> _manifests = [];
    private readonly Random _random = new(7);

    /// <summary>A layout of two platforms, with three small layers each, of which one is shared.</summary>
    public static Task<OciLayout> WriteSmallAsync(string folder, int seed = 7)
    {
        var builder = new LayoutBuilder(folder);
        var shared = builder.AddBlob(Content(20_000, seed));
        foreach (var platform in new[] { Platform.LinuxAmd64, Platform.LinuxPpc64le })
        {
            seed++;
            builder.AddImage(platform, [shared, builder.AddBlob(Content(30_000, seed)), builder.AddBlob(Content(100, seed))]);
        }

        return builder.WriteAsync();
    }

    /// <summary>A layout of one platform with layers of these sizes in bytes.</summary>
    public static Task<OciLayout> WriteAsync(string folder, params IEnumerable<long> layers)
    {
        var builder = new LayoutBuilder(folder);
        builder.AddImage(Platform.LinuxAmd64, [.. layers.Select(builder.AddRandomBlob)]);
        return builder.WriteAsync();
    }

    /// <summary>A layout of one platform whose only layer has this content, made at this time.</summary>
    public static Task<OciLayout> WriteOneAsync(string folder, string content, string? created = null)
    {
        var builder = new LayoutBuilder(folder);
        builder.AddImage(Platform.LinuxAmd64, [builder.AddBlob(Encoding.UTF8.GetBytes(content))]);
        return builder.WriteAsync(created);
    }

    /// <summary>A layout whose platforms have a bill of materials and a provenance each, as BuildKit attests them.</summary>
    /// <param name="folder">Where it goes.</param>
    /// <param name="content">What makes it another image than others.</param>
    /// <param name="annotations">Annotations of the index, if any.</param>
    /// <param name="sources">What git says of the sources, if anything: <c>source</c>, <c>revision</c>.</param>
    /// <param name="platforms">The platforms; linux/amd64 alone when not given.</param>
    /// <param name="earlier">What an earlier provenance of each says of the sources, where there is one.</param>
    /// <param name="hasBill">Whether each has a bill of materials.</param>
    public static Task<OciLayout> WriteAttestedAsync(
        string folder, string content = "layer", JsonObject? annotations = null, JsonObject? sources = null, IReadOnlyList<Platform>? platforms = null, JsonObject? earlier = null,
        bool hasBill = true)
    {
        var builder = new LayoutBuilder(folder);
        foreach (var platform in platforms ?? [Platform.LinuxAmd64]) Add(platform);
        return builder.WriteAsync(annotations: annotations);

        void Add(Platform platform)
        {
            var config = builder.AddBlob(
                Encoding.UTF8.GetBytes($$"""{"architecture":"{{platform.Architecture}}","os":"{{platform.OperatingSystem}}"}"""), "application/vnd.oci.image.config.v1+json");
            var image = builder.AddManifest(config, [builder.AddBlob(Encoding.UTF8.GetBytes(content))]);
            image["platform"] = new JsonObject { ["architecture"] = platform.Architecture, ["os"] = platform.OperatingSystem };
            var attestation = builder.AddManifest(
                builder.AddBlob("{}"u8.ToArray(), "application/vnd.oci.image.config.v1+json"),
                [
                    .. hasBill ? [Statement("https://spdx.dev/Document", new JsonObject { ["spdxVersion"] = "SPDX-2.3" })] : Array.Empty<JsonObject>(),
                    .. earlier is null ? [] : new[] { Statement("https://slsa.dev/provenance/v1", Provenance(earlier)) },
                    Statement("https://slsa.dev/provenance/v1", Provenance(sources)),
                ]);
            attestation["platform"] = new JsonObject { ["architecture"] = "unknown", ["os"] = "unknown" };
            attestation["annotations"] = new JsonObject { ["vnd.docker.reference.digest"] = image["digest"]!.DeepClone(), ["vnd.docker.reference.type"] = "attestation-manifest" };
            builder._manifests.AddRange([image, attestation]);
        }

        static JsonObject Provenance(JsonObject? sources) => new()
        {
            ["buildDefinition"] = new JsonObject(),
            ["runDetails"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["buildkit_metadata"] = new JsonObject { ["vcs"] = sources?.DeepClone() ?? new JsonObject() } },
            },
        };

        JsonObject Statement(string type, JsonObject predicate)
        {
            var statement = new JsonObject { ["_type"] = "https://in-toto.io/Statement/v1", ["predicateType"] = type, ["predicate"] = predicate };
            var blob = builder.AddBlob(Encoding.UTF8.GetBytes(statement.ToJsonString()), "application/vnd.in-toto+json");
            blob["annotations"] = new JsonObject { ["in-toto.io/predicate-type"] = type };
            return blob;
        }
    }

    public JsonObject AddBlob(byte[] content, string mediaType = "application/vnd.oci.image.layer.v1.tar+gzip")
    {
        var digest = Digest.Of(content);
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256")).FullName, digest.Hex);
        File.WriteAllBytes(file, content);
        return Describe(mediaType, digest, content.Length);
    }

    /// <param name="platform">The platform.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="labels">Labels of the configuration, if any.</param>
    /// <param name="command">What the image starts, if anything.</param>
    public void AddImage(Platform platform, IReadOnlyList<JsonObject> layers, JsonObject? labels = null, string? command = null)
    {
        var config = AddJson("application/vnd.oci.image.config.v1+json", new JsonObject
        {
            ["architecture"] = platform.Architecture,
            ["os"] = platform.OperatingSystem,
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray() },
            ["config"] = command is null ? new JsonObject { ["Labels"] = labels } : new JsonObject { ["Labels"] = labels, ["Cmd"] = new JsonArray(command) },
        });
        var image = AddManifest(config, layers);
        image["platform"] = new JsonObject { ["architecture"] = platform.Architecture, ["os"] = platform.OperatingSystem };
        _manifests.Add(image);

        var statement = AddJson("application/vnd.in-toto+json", new JsonObject
        {
            ["_type"] = "https://in-toto.io/Statement/v0.1",
            ["predicateType"] = "https://slsa.dev/provenance/v1",
            ["subject"] = platform.ToString(),
        });
        var attestation = AddManifest(AddJson("application/vnd.oci.image.config.v1+json", new JsonObject { ["architecture"] = "unknown", ["os"] = "unknown", ["of"] = platform.ToString() }), [statement]);
        attestation["platform"] = new JsonObject { ["architecture"] = "unknown", ["os"] = "unknown" };
        attestation["annotations"] = new JsonObject
        {
            ["vnd.docker.reference.digest"] = image["digest"]!.DeepClone(),
            ["vnd.docker.reference.type"] = "attestation-manifest",
        };
        _manifests.Add(attestation);
    }

    /// <param name="created">When the index says it was created, if it does.</param>
    /// <param name="annotations">Further annotations of the index, if any.</param>
    public async Task<OciLayout> WriteAsync(string? created = null, JsonObject? annotations = null)
    {
        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.ImageIndex,
            ["manifests"] = new JsonArray([.. _manifests]),
        };
        if (created is not null) index["annotations"] = new JsonObject { ["org.opencontainers.image.created"] = created };
        if (annotations is not null) index["annotations"] = annotations;
        await WriteRootAsync(AddJson(MediaTypes.ImageIndex, index));
        return await OciLayout.OpenAsync(folder);
    }

    /// <summary>A layout that holds an artifact, which says what it is about unless it is to hang on that by its tag.</summary>
    public async Task<OciLayout> WriteArtifactAsync(Descriptor? subject, string artifactType)
    {
        var content = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.ImageManifest,
            ["artifactType"] = artifactType,
            ["config"] = AddBlob("{}"u8.ToArray(), "application/vnd.oci.empty.v1+json"),
            ["layers"] = new JsonArray(AddBlob("content"u8.ToArray(), artifactType)),
        };
        if (subject is not null) content["subject"] = Describe(subject.MediaType, subject.Digest, subject.Size);
        await WriteRootAsync(AddJson(MediaTypes.ImageManifest, content));
        return await OciLayout.OpenAsync(folder);
    }

    public async Task WriteRootAsync(params JsonObject[] manifests)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        await File.WriteAllTextAsync(Path.Combine(folder, "index.json"), new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.ImageIndex,
            ["manifests"] = new JsonArray([.. manifests]),
        }.ToJsonString());
    }

    public JsonObject AddManifest(JsonObject config, IEnumerable<JsonObject> layers) => AddJson(MediaTypes.ImageManifest, new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = MediaTypes.ImageManifest,
        ["config"] = config,
        ["layers"] = new JsonArray([.. layers.Select(x => x.DeepClone())]),
    });

    private static byte[] Content(int size, int seed)
    {
        var content = new byte[size];
        new Random(seed).NextBytes(content);
        return content;
    }

    /// <summary>A layer that is too large to be made in memory first: random at its start, which makes its digest its own.</summary>
    private JsonObject AddRandomBlob(long size)
    {
        var blobs = Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256")).FullName;
        var file = Path.Combine(blobs, "new");
        var start = new byte[Math.Min(size, 4096)];
        _random.NextBytes(start);
        Digest digest;
        using (var stream = File.Create(file))
        {
            stream.Write(start);
            stream.SetLength(size);
            stream.Position = 0;
            digest = Digest.OfAsync(stream).GetAwaiter().GetResult();
        }

        File.Move(file, Path.Combine(blobs, digest.Hex), overwrite: true);
        return Describe("application/vnd.oci.image.layer.v1.tar+gzip", digest, size);
    }

    private JsonObject AddJson(string mediaType, JsonObject content) => AddBlob(JsonSerializer.SerializeToUtf8Bytes(content), mediaType);

    private static JsonObject Describe(string mediaType, Digest digest, long size) => new() { ["mediaType"] = mediaType, ["digest"] = digest.ToString(), ["size"] = size };
}
