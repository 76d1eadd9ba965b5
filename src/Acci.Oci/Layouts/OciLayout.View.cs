using System.Runtime.InteropServices;
using System.Text.Json;
using Acci.Oci.Manifests;

namespace Acci.Oci.Layouts;

public sealed partial class OciLayout
{
    /// <summary>
    /// Writes a layout that holds one platform's image, for tools that read only the first image of a nested index. The blobs are hard links to this layout's,
    /// or symbolic links where the folder is on another file system; nothing is copied.
    /// </summary>
    /// <param name="image">One of <see cref="ReadPlatformsAsync"/>.</param>
    /// <param name="folder">Where the view is written; an older view there is replaced.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="DeliveryException">A blob is missing, or the folder holds something else.</exception>
    public async Task<OciLayout> WriteViewAsync(PlatformImage image, string folder, CancellationToken cancellationToken = default)
    {
        folder = Path.GetFullPath(folder);
        Clear(folder);

        var content = await ImageContent.WalkAsync(this, image.Manifest, cancellationToken);
        foreach (var descriptor in content.Manifests.Select(x => x.Descriptor).Concat(content.Blobs))
            Link(CheckSize(descriptor), NewBlobPath(folder, descriptor.Digest));

        var root = image.Manifest with { Platform = image.Platform };
        await WriteIndexAsync(folder, new ImageIndex { MediaType = MediaTypes.ImageIndex, Manifests = [root] }, cancellationToken);
        return new OciLayout(folder, root);
    }

    /// <summary>Writes a layout that holds an image from elsewhere.</summary>
    internal static async Task<OciLayout> WriteAsync(
        IContentSource source, Descriptor root, string folder, Func<Descriptor, Stream, Task> downloadAsync, CancellationToken cancellationToken)
    {
        folder = Path.GetFullPath(folder);
        Clear(folder);
        var content = await ImageContent.WalkAsync(source, root, cancellationToken);
        foreach (var manifest in content.Manifests) await File.WriteAllBytesAsync(NewBlobPath(folder, manifest.Digest), manifest.Content, cancellationToken);
        foreach (var blob in content.Blobs)
        {
            await using var file = File.Create(NewBlobPath(folder, blob.Digest));
            await downloadAsync(blob, file);
        }

        await WriteIndexAsync(folder, new ImageIndex { MediaType = MediaTypes.ImageIndex, Manifests = [root] }, cancellationToken);
        return new OciLayout(folder, root);
    }

    private static async Task WriteIndexAsync(string folder, ImageIndex index, CancellationToken cancellationToken)
    {
        await WriteAsync(Path.Combine(folder, IndexFile), JsonSerializer.SerializeToUtf8Bytes(index, ManifestJson.Default.ImageIndex));
        // Last, because it is what makes the folder a layout.
        await WriteAsync(Path.Combine(folder, MarkerFile), JsonSerializer.SerializeToUtf8Bytes(new Marker(Version), LayoutJson.Default.Marker));

        Task WriteAsync(string file, byte[] content) => File.WriteAllBytesAsync(file, content, cancellationToken);
    }

    private static void Clear(string folder)
    {
        if (!Directory.Exists(folder)) return;
        if (Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).FirstOrDefault(x => x is not (MarkerFile or IndexFile or "blobs")) is { } other)
            throw new DeliveryException($"{folder}: the folder holds '{other}', which is no part of a layout, and is not replaced by one. Name another folder.");
        Directory.Delete(folder, recursive: true);
    }

    private static void Link(string target, string link)
    {
        if (OperatingSystem.IsWindows() ? CreateHardLink(link, target, 0) : LinkFile(target, link) == 0) return;
        File.CreateSymbolicLink(link, target);
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int LinkFile([MarshalAs(UnmanagedType.LPUTF8Str)] string target, [MarshalAs(UnmanagedType.LPUTF8Str)] string link);

    [DllImport("kernel32", EntryPoint = "CreateHardLinkW", SetLastError = true, CharSet = CharSet.Unicode)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool CreateHardLink(string link, string target, nint securityAttributes);
}
