using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Acci.Delivery.Buildx;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Buildx;

public sealed class BillsOfMaterialsTests : IDisposable
{
    private const string Package = "Package: libc6\nVersion: 2:2.41-1+b1\nArchitecture: amd64\n";
    private const string Dependencies = """
        {
          "libraries": {
            "Serilog/4.3.0": {
              "type": "package"
            },
            "app/1.0.0": {
              "type": "project"
            }
          }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_platform_has_one_beside_what_BuildKit_states_of_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The scripts run on Linux only.");
        var builder = new LayoutBuilder(_folder.Combine("layout"));
        var shared = builder.AddBlob(Compressed(Tar(("./var/lib/dpkg/status.d/libc6", Package), ("./app/removed", "old"), ("./etc/passwd", "root"))));
        var own = builder.AddBlob(Tar(("app/app.deps.json", Dependencies), ("app/.wh.removed", ""), ("../outside", "x"), (".wh...", ""), ("app/.wh.", "")), "application/vnd.oci.image.layer.v1.tar");
        builder.AddImage(Platform.LinuxAmd64, [shared, own]);
        builder.AddImage(Platform.LinuxPpc64le, [shared]);
        var before = await builder.WriteAsync();

        var attested = await new BillsOfMaterials(new EngineScripts(new CacheDirectory(_folder.Combine("cache")))).AttestAsync(before, "app", Cancellation);

        await attested.VerifyAsync(Cancellation);
        Assert.Equal(attested.Root.Digest, (await Acci.Oci.Layouts.OciLayout.OpenAsync(attested.Folder, Cancellation)).Root.Digest);
        var platforms = await attested.ReadPlatformsAsync(Cancellation);
        Assert.Equal((await before.ReadPlatformsAsync(Cancellation)).Select(x => x.Manifest.Digest), platforms.Select(x => x.Manifest.Digest));
        foreach (var platform in platforms)
        {
            var manifest = await attested.ReadManifestAsync(Assert.Single(platform.Attestations), Cancellation);
            Assert.Equal(3, manifest.Blobs.Count);
            Assert.Equal(PredicateType.Spdx.Uri, manifest.Blobs[^1].Annotations!["in-toto.io/predicate-type"]);
            var statement = JsonNode.Parse(await File.ReadAllTextAsync(attested.BlobPath(manifest.Blobs[^1].Digest), Cancellation))!;
            Assert.Equal(platform.Manifest.Digest.Hex, (string?)statement["subject"]![0]!["digest"]!["sha256"]);
            string[] packages = platform.Platform == Platform.LinuxAmd64 ? ["app", "libc6", "Serilog"] : ["app", "libc6"];
            string[] files = platform.Platform == Platform.LinuxAmd64 ? ["./app/app.deps.json"] : ["./app/removed"];
            Assert.Equal(packages, statement["predicate"]!["packages"]!.AsArray().Select(x => (string?)x!["name"]));
            Assert.Equal(files, statement["predicate"]!["files"]!.AsArray().Select(x => (string?)x!["fileName"]));
        }

        Assert.Equal(["blobs", "index.json", "oci-layout"], Directory.EnumerateFileSystemEntries(attested.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(_folder.Combine("outside")), "A layer has written outside of its folder.");
    }

    private static byte[] Compressed(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) gzip.Write(content);
        return compressed.ToArray();
    }

    private static byte[] Tar(params IEnumerable<(string Name, string Content)> files)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var data = new MemoryStream(Encoding.UTF8.GetBytes(content));
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data });
            }
        }

        return archive.ToArray();
    }
}
