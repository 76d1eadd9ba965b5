using System.Formats.Tar;
using System.IO.Compression;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.EndToEnd.Tests;

/// <summary>The native files in an image's layers. Source: System V ABI, ELF header: <c>e_ident</c> and <c>e_machine</c>.</summary>
internal static class ElfFiles
{
    private static readonly byte[] Magic = [0x7f, (byte)'E', (byte)'L', (byte)'F'];
    private const int DataEncoding = 5, Machine = 18, HeaderLength = 20, LittleEndian = 1;

    /// <summary>What <c>e_machine</c> is on each platform.</summary>
    public static int MachineOf(Platform platform) => platform.Architecture switch
    {
        "amd64" => 62,
        "arm64" => 183,
        "ppc64le" => 21,
        var other => throw new ArgumentOutOfRangeException(nameof(platform), other, "unknown"),
    };

    /// <summary>Every ELF file of the platform's layers, with its machine and whether it is little-endian.</summary>
    public static async Task<IReadOnlyList<(string Name, int Machine, bool IsLittleEndian)>> OfAsync(OciLayout layout, PlatformImage platform, CancellationToken cancellationToken)
    {
        var found = new List<(string, int, bool)>();
        await ReadAsync(layout, platform, async entry =>
        {
            var header = new byte[HeaderLength];
            if (await entry.DataStream!.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellationToken) < HeaderLength || !header.AsSpan().StartsWith(Magic)) return;
            found.Add((entry.Name, header[Machine] | header[Machine + 1] << 8, header[DataEncoding] == LittleEndian));
        }, cancellationToken);
        return found;
    }

    /// <summary>Writes a file of the platform's layers to a folder.</summary>
    public static Task ExtractAsync(OciLayout layout, PlatformImage platform, string name, string folder, CancellationToken cancellationToken) => ReadAsync(
        layout,
        platform,
        async entry =>
        {
            if (entry.Name.TrimStart('.', '/') != name) return;
            await entry.ExtractToFileAsync(Path.Combine(Directory.CreateDirectory(folder).FullName, Path.GetFileName(name)), overwrite: true, cancellationToken);
        },
        cancellationToken);

    private static async Task ReadAsync(OciLayout layout, PlatformImage platform, Func<TarEntry, Task> read, CancellationToken cancellationToken)
    {
        var manifest = await layout.ReadManifestAsync(platform.Manifest, cancellationToken);
        foreach (var layer in manifest.Blobs.Where(x => x.MediaType.Contains("tar", StringComparison.Ordinal)))
        {
            await using var blob = layout.OpenBlob(layer);
            await using var content = layer.MediaType.EndsWith("gzip", StringComparison.Ordinal) ? new GZipStream(blob, CompressionMode.Decompress) : (Stream)blob;
            await using var tar = new TarReader(content);
            while (await tar.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry)
            {
                if (entry.DataStream is not null) await read(entry);
            }
        }
    }
}
