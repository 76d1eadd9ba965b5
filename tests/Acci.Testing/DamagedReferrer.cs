using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;

namespace Acci.Testing;

/// <summary>What anyone who may write to a repository can put beside an image: a referrer that is listed, and cannot be read.</summary>
public static class DamagedReferrer
{
    /// <summary>Puts one beside an image, first in the list of what refers to it.</summary>
    /// <param name="registry">The registry, which keeps no such list itself.</param>
    /// <param name="image">The image, by digest.</param>
    /// <param name="kind">What is wrong with it: blob gone, blob shorter, blob longer, manifest gone, huge; anything else: its content alone.</param>
    /// <param name="mediaType">The type that its blob pretends to be of.</param>
    /// <param name="annotations">What it says of itself.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="said">Its content.</param>
    /// <returns>Its digest.</returns>
    public static async Task<Digest> PutAsync(
        OciRegistry registry, ImageReference image, string kind, string mediaType, JsonObject annotations, CancellationToken cancellationToken,
        string? said = null)
    {
        using var folder = new TemporaryFolder();
        var builder = new LayoutBuilder(folder.Path);
        var content = Encoding.UTF8.GetBytes(said ?? $"no bundle {Guid.NewGuid()}");
        var (config, blob) = (builder.AddBlob("{}"u8.ToArray(), "application/vnd.oci.empty.v1+json"), builder.AddBlob(content, mediaType));
        await builder.WriteRootAsync(builder.AddManifest(config.DeepClone().AsObject(), [blob.DeepClone().AsObject()]));
        await registry.PushAsync(await Oci.Layouts.OciLayout.OpenAsync(folder.Path, cancellationToken), image, cancellationToken: cancellationToken);
        blob["size"] = kind switch
        {
            "blob shorter" => content.Length + 3,
            "blob longer" => content.Length - 3,
            "huge" => 1L << 40,
            _ => content.Length,
        };
        var subject = await registry.ResolveAsync(image, cancellationToken);
        var text = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.ImageManifest,
            ["artifactType"] = mediaType,
            ["config"] = config,
            ["layers"] = new JsonArray(blob),
            ["subject"] = new JsonObject { ["mediaType"] = subject.MediaType, ["digest"] = $"{subject.Digest}", ["size"] = subject.Size },
            ["annotations"] = annotations,
        };
        var referrer = Manifest.Parse(Encoding.UTF8.GetBytes(text.ToJsonString()), MediaTypes.ImageManifest, "the referrer");
        await registry.PutManifestAsync(image, referrer, cancellationToken);
        var known = await registry.ListReferrersAsync(image, cancellationToken: cancellationToken);
        await ListAsync(registry, image, [referrer.Descriptor, .. known], cancellationToken);
        if (kind == "blob gone") await DeleteAsync(image, $"blobs/{Digest.Of(content)}", cancellationToken);
        if (kind == "manifest gone") await DeleteAsync(image, $"manifests/{referrer.Digest}", cancellationToken);
        return referrer.Digest;
    }

    private static async Task ListAsync(OciRegistry registry, ImageReference image, IEnumerable<Descriptor> entries, CancellationToken token)
    {
        var index = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = MediaTypes.ImageIndex,
            manifests = entries.Select(x => new { mediaType = x.MediaType, digest = x.Digest.ToString(), size = x.Size }),
        });
        var list = Manifest.Parse(index, MediaTypes.ImageIndex, "the list of referrers");
        await registry.PutManifestAsync(image, list, token);
        await registry.PutTagAsync(image, $"sha256-{image.Digest!.Value.Hex}", list.Digest, token);
    }

    private static async Task DeleteAsync(ImageReference image, string what, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var answer = await http.DeleteAsync(new Uri($"http://{image.Domain}/v2/{image.Path}/{what}"), cancellationToken);
        answer.EnsureSuccessStatusCode();
    }
}
