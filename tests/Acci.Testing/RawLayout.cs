using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Acci.Oci.Manifests;

namespace Acci.Testing;

/// <summary>A layout whose files say what a test wants, as no tool of ours would write them.</summary>
public sealed class RawLayout
{
    private readonly string _folder;

    /// <summary>Begins one in this folder.</summary>
    public RawLayout(string folder)
    {
        _folder = folder;
        foreach (var algorithm in (string[])["sha256", "sha512"]) Directory.CreateDirectory(Path.Combine(folder, "blobs", algorithm));
    }

    /// <summary>Writes a blob.</summary>
    /// <returns>Its descriptor.</returns>
    public JsonObject Add(string mediaType, string text, string algorithm = "sha256")
    {
        var content = Encoding.UTF8.GetBytes(text);
        var hex = Convert.ToHexStringLower(algorithm == "sha512" ? SHA512.HashData(content) : SHA256.HashData(content));
        File.WriteAllBytes(Path.Combine(_folder, "blobs", algorithm, hex), content);
        return new JsonObject { ["mediaType"] = mediaType, ["digest"] = $"{algorithm}:{hex}", ["size"] = content.Length };
    }

    /// <summary>Writes an image manifest with this configuration and these layers.</summary>
    public JsonObject AddImage(JsonObject config, params JsonObject[] layers) => AddImage("sha256", config, layers);

    /// <summary>The same, named by a digest of this algorithm.</summary>
    public JsonObject AddImage(string algorithm, JsonObject config, params JsonObject[] layers) => Add(MediaTypes.ImageManifest, new JsonObject
    {
        ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.ImageManifest, ["config"] = config.DeepClone(), ["layers"] = new JsonArray([.. layers.Select(x => x.DeepClone())]),
    }.ToJsonString(), algorithm);

    /// <summary>Writes the image of a platform, whose configuration says so.</summary>
    public JsonObject AddImage(string os, string architecture) =>
        AddImage(Add("application/vnd.oci.image.config.v1+json", $$"""{ "os": "{{os}}", "architecture": "{{architecture}}" }"""));

    /// <summary>Writes an index of these.</summary>
    /// <param name="manifests">What it names.</param>
    /// <param name="further">What else it says.</param>
    public JsonObject AddIndex(IEnumerable<JsonObject> manifests, JsonObject? further = null)
    {
        var index = further ?? [];
        index["schemaVersion"] = 2;
        index["mediaType"] = MediaTypes.ImageIndex;
        index["manifests"] = new JsonArray([.. manifests.Select(x => x.DeepClone())]);
        return Add(MediaTypes.ImageIndex, index.ToJsonString());
    }

    /// <summary>Writes what makes the folder a layout of these.</summary>
    /// <returns>The folder.</returns>
    public string Write(params JsonObject[] entries)
    {
        File.WriteAllText(Path.Combine(_folder, "oci-layout"), """{ "imageLayoutVersion": "1.0.0" }""");
        File.WriteAllText(Path.Combine(_folder, "index.json"), new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray([.. entries.Select(x => x.DeepClone())]) }.ToJsonString());
        return _folder;
    }

    /// <summary>The descriptor with further properties.</summary>
    public static JsonObject With(JsonObject descriptor, string property, JsonNode value)
    {
        var other = (JsonObject)descriptor.DeepClone();
        other[property] = value;
        return other;
    }
}
