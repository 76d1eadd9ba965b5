using System.Formats.Tar;
using System.Text.Json.Nodes;
using Acci.Delivery.Engines;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

public class LayoutArchiveTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_archive_is_a_layout_and_has_beside_it_what_an_engine_without_the_containerd_store_reads()
    {
        using var folder = new TemporaryFolder();
        var layout = await LayoutBuilder.WriteSmallAsync(folder.Combine("layout"));
        var platform = (await layout.ReadPlatformsAsync(Cancellation))[0];
        var view = await layout.WriteViewAsync(platform, folder.Combine("view"), Cancellation);
        using var archive = new MemoryStream();

        await LayoutArchive.WriteAsync(view.Folder, ImageReference.Parse("acci-smoke-test/app:1"), archive, Cancellation);

        archive.Position = 0;
        var files = new Dictionary<string, byte[]>();
        using var tar = new TarReader(archive);
        while (await tar.GetNextEntryAsync(copyData: true, Cancellation) is { } entry)
        {
            using var content = new MemoryStream();
            await entry.DataStream!.CopyToAsync(content, Cancellation);
            files.Add(entry.Name, content.ToArray());
        }

        Assert.All(["index.json", "oci-layout"], name => Assert.Contains(name, files.Keys));
        var image = Assert.Single(JsonNode.Parse(files["manifest.json"])!.AsArray())!;
        var manifest = JsonNode.Parse(files[$"blobs/sha256/{platform.Manifest.Digest.Hex}"])!;
        Assert.Equal(["acci-smoke-test/app:1"], image["RepoTags"]!.AsArray().Select(x => x!.ToString()));
        Assert.Equal(PathOf(manifest["config"]!), image["Config"]!.ToString());
        Assert.Equal(manifest["layers"]!.AsArray().Select(x => PathOf(x!)), image["Layers"]!.AsArray().Select(x => x!.ToString()));
        Assert.All(image["Layers"]!.AsArray(), layer => Assert.Contains(layer!.ToString(), files.Keys));

        static string PathOf(JsonNode descriptor) => $"blobs/{descriptor["digest"]!.ToString().Replace(':', '/')}";
    }
}
