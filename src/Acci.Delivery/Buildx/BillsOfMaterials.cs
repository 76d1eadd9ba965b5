using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Delivery.Engines;
using Acci.Delivery.Sessions;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.Delivery.Buildx;

/// <summary>
/// Writes the bills of materials of images that were built without BuildKit's generator: BuildKit gets that from a registry, and not every builder reaches one that has it.
/// </summary>
/// <param name="scripts">Have the script that describes a file system.</param>
internal sealed class BillsOfMaterials(EngineScripts scripts)
{
    // What the script looks at.
    private static readonly string[] Folders = ["app", "var/lib/dpkg/status.d"];

    // Source: OCI image specification 1.1, layer.md, "Whiteouts".
    private const string Whiteout = ".wh.";
    private const string OpaqueWhiteout = ".wh..wh..opq";

    /// <summary>Adds one for each platform to what a layout has of its attestations.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="name">What the image is called.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="DeliveryException">The layout is damaged, or a layer's compression is not known.</exception>
    public async Task<OciLayout> AttestAsync(OciLayout layout, string name, CancellationToken cancellationToken)
    {
        var statements = new Dictionary<Platform, byte[]>();
        foreach (var platform in await layout.ReadPlatformsAsync(cancellationToken)) statements[platform.Platform] = await DescribeAsync(layout, platform, name, cancellationToken);
        return await layout.WithStatementsAsync(PredicateType.Spdx.Uri, statements, cancellationToken);
    }

    private async Task<byte[]> DescribeAsync(OciLayout layout, PlatformImage platform, string name, CancellationToken cancellationToken)
    {
        var (root, file) = ($"{layout.Folder}.root", $"{layout.Folder}.root.json");
        using var notedRoot = Session.Current.TryNote(root);
        using var notedFile = Session.Current.TryNote(file);
        try
        {
            foreach (var layer in (await layout.ReadManifestAsync(platform.Manifest, cancellationToken)).Blobs.Skip(1)) await ExtractAsync(layout, layer, root, cancellationToken);
            await scripts.RunAsync("stand-ins/bill-of-materials.sh", [root, name, file], cancellationToken);
            var statement = JsonNode.Parse(await File.ReadAllBytesAsync(file, cancellationToken))!;
            var digest = platform.Manifest.Digest;
            statement["subject"] = new JsonArray(new JsonObject { ["name"] = name, ["digest"] = new JsonObject { [digest.Algorithm] = digest.Hex } });
            return JsonSerializer.SerializeToUtf8Bytes(statement);
        }
        finally
        {
            if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
            File.Delete(file);
        }
    }

    private static async Task ExtractAsync(OciLayout layout, Descriptor layer, string root, CancellationToken cancellationToken)
    {
        await using var blob = layout.OpenBlob(layer);
        await using var content = layer.MediaType.EndsWith("gzip", StringComparison.Ordinal) ? new GZipStream(blob, CompressionMode.Decompress)
            : layer.MediaType.EndsWith("tar", StringComparison.Ordinal) ? blob
            : throw new DeliveryException($"{layout.BlobPath(layer.Digest)} is of the type {layer.MediaType}, of which no bill of materials can be written.");
        await using var tar = new TarReader(content);
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            var path = Path.GetFullPath(Path.Combine(root, (entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name).TrimStart('/')));
            if (!path.StartsWith($"{root}/", StringComparison.Ordinal)) continue;
            var (folder, name) = (Path.GetDirectoryName(path)!, Path.GetFileName(path));
            if (name == OpaqueWhiteout) Delete(folder);
            else if (name.StartsWith(Whiteout, StringComparison.Ordinal))
            {
                // What a layer takes away lies in the image, whatever name it gives.
                if (name[Whiteout.Length..] is not ("" or "." or "..")) Delete(Path.Combine(folder, name[Whiteout.Length..]));
            }
            else if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && Folders.Any(x => path.StartsWith($"{root}/{x}/", StringComparison.Ordinal)))
            {
                Directory.CreateDirectory(folder);
                await using var file = File.Create(path);
                if (entry.DataStream is { } data) await data.CopyToAsync(file, cancellationToken);
            }
        }
    }

    private static void Delete(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        else if (File.Exists(path)) File.Delete(path);
    }
}
