using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Acci.Oci.Manifests;

namespace Acci.Oci.Layouts;

/// <summary>
/// An image in a folder: <c>oci-layout</c>, <c>index.json</c> and <c>blobs/</c>, as buildx writes it with <c>--output type=oci,tar=false</c>.
/// Source: OCI image specification 1.1, image-layout.md.
/// </summary>
public sealed partial class OciLayout : IContentSource
{
    private const string MarkerFile = "oci-layout";
    private const string IndexFile = "index.json";
    private const string Version = "1.0.0";

    // The distribution specification asks registries to take manifests up to this size, so nothing that is to be pushed is larger.
    private const int MaximumManifestSize = 4 * 1024 * 1024;

    // Without a buffer of its own: whoever reads a blob brings one.
    private static readonly FileStreamOptions BlobReading = new()
    {
        Share = FileShare.Read | FileShare.Delete,
        BufferSize = 0,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
    };

    private OciLayout(string folder, Descriptor root) => (Folder, Root) = (folder, root);

    /// <summary>The folder's full path.</summary>
    public string Folder { get; }

    /// <summary>What the layout holds: an index for a multi-platform image or one with attestations, else an image manifest.</summary>
    public Descriptor Root { get; }

    /// <summary>Opens a layout that holds one image.</summary>
    /// <exception cref="DeliveryException">The folder is no layout, or holds none or several images; the message names the file.</exception>
    public static async Task<OciLayout> OpenAsync(string folder, CancellationToken cancellationToken = default)
    {
        folder = Path.GetFullPath(folder);
        var marker = ReadJson(Path.Combine(folder, MarkerFile), LayoutJson.Default.Marker);
        if (marker.ImageLayoutVersion != Version)
            throw new DeliveryException($"{Path.Combine(folder, MarkerFile)}: the layout has version '{marker.ImageLayoutVersion}', only {Version} can be read.");

        var indexFile = Path.Combine(folder, IndexFile);
        var index = ReadJson(indexFile, ManifestJson.Default.ImageIndex);
        // An image that was given several names is listed once per name. Beside it may stand what is not for us to know, and artifacts.
        // Source: OCI image specification 1.1, image-layout.md, "index.json file".
        var manifests = index.Manifests.Where(x => MediaTypes.IsManifest(x.MediaType)).DistinctBy(x => x.Digest).ToList();
        var images = manifests.Count > 1 ? [.. manifests.Where(x => x.ArtifactType is null)] : manifests;
        return (images, index.Manifests) switch
        {
            ([var image], _) => new OciLayout(folder, image),
            ([], [var other, ..]) => throw new DeliveryException($"{indexFile}: it holds content of type '{ShownText.Of(other.MediaType)}', not an image."),
            ([], _) => throw new DeliveryException($"{indexFile}: it names no image."),
            _ => throw new DeliveryException($"{indexFile}: it names {images.Count} images, and one was expected. Write each image into a folder of its own."),
        };
    }

    /// <summary>Reads a manifest and checks its digest.</summary>
    /// <exception cref="DeliveryException">It is missing, damaged or no manifest; the message names the file.</exception>
    public async Task<Manifest> ReadManifestAsync(Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        var file = CheckSize(descriptor);
        if (descriptor.Size > MaximumManifestSize)
            throw new DeliveryException($"{file}: a manifest of {descriptor.Size} bytes; registries take at most {MaximumManifestSize}.");
        var content = await File.ReadAllBytesAsync(file, cancellationToken);
        CheckDigest(file, descriptor, descriptor.Digest.Recompute(content));
        return Manifest.Parse(content, descriptor.MediaType, file, descriptor.Digest);
    }

    /// <summary>Walks the whole image and checks its manifests.</summary>
    /// <exception cref="DeliveryException">A manifest is missing or damaged.</exception>
    public Task<ImageContent> ReadContentAsync(CancellationToken cancellationToken = default) => ImageContent.WalkAsync(this, Root, cancellationToken);

    /// <summary>Where a blob lies, whether it is there or not.</summary>
    public string BlobPath(Digest digest) => BlobPath(Folder, digest);

    /// <summary>Opens a blob.</summary>
    /// <exception cref="DeliveryException">It is missing or has another size; the message names the file.</exception>
    public Stream OpenBlob(Descriptor descriptor) =>
        new FileStream(CheckSize(descriptor), BlobReading);

    /// <summary>Checks that everything the image needs is there, with the sizes and digests its manifests state.</summary>
    /// <exception cref="DeliveryException">Something is missing or damaged; the message names the file.</exception>
    public async Task VerifyAsync(CancellationToken cancellationToken = default)
    {
        var content = await ReadContentAsync(cancellationToken);
        await Parallel.ForEachAsync(content.Blobs, cancellationToken, async (blob, token) => await VerifyBlobAsync(blob, token));
    }

    /// <summary>Checks one blob's size and digest.</summary>
    /// <exception cref="DeliveryException">It is missing or damaged; the message names the file.</exception>
    public async Task VerifyBlobAsync(Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        await using var stream = OpenBlob(descriptor);
        CheckDigest(BlobPath(descriptor.Digest), descriptor, await descriptor.Digest.RecomputeAsync(stream, cancellationToken));
    }

    /// <summary>Checks that a blob is there with its size, which takes no reading.</summary>
    internal string CheckSize(Descriptor descriptor)
    {
        var file = new FileInfo(BlobPath(descriptor.Digest));
        if (!file.Exists) throw new DeliveryException($"{file.FullName}: the blob is missing, though a manifest names it. Build the image again.");
        if (file.Length == descriptor.Size) return file.FullName;
        var problem = file.Length < descriptor.Size ? "truncated" : "too long";
        throw new DeliveryException($"{file.FullName}: the blob is {problem}, {file.Length} bytes where {descriptor.Size} are stated. Build the image again.");
    }

    ContentLimit IContentSource.Limit(Descriptor root, long mostBytes) => new($"The image {root.Digest} in {Folder}", mostBytes, "Build the image again.");

    Task<Stream> IContentSource.OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken)
    {
        var stream = OpenBlob(descriptor);
        stream.Position = offset;
        return Task.FromResult(stream);
    }

    private static string BlobPath(string folder, Digest digest) => Path.Combine(folder, "blobs", digest.Algorithm, digest.Hex);

    // Where a blob is to be written.
    private static string NewBlobPath(string folder, Digest digest)
    {
        var path = BlobPath(folder, digest);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private static void CheckDigest(string file, Descriptor descriptor, Digest actual)
    {
        if (actual != descriptor.Digest) throw new DeliveryException($"{file}: the blob is damaged, its content has the digest {actual}. Build the image again.");
    }

    private static T ReadJson<T>(string file, JsonTypeInfo<T> type)
    {
        if (!File.Exists(file)) throw new DeliveryException($"{file}: the file is missing, so '{Path.GetDirectoryName(file)}' is not an OCI image layout.");
        try
        {
            var content = JsonSerializer.Deserialize(InputFile.Read(file, MaximumManifestSize), type) ?? throw new DeliveryException($"{file}: it holds nothing.");
            (content as ImageIndex)?.EnsureComplete();
            return content;
        }
        catch (JsonException exception)
        {
            throw new DeliveryException($"{file}: it cannot be read: {JsonProblem.TextOf(exception)}.", exception);
        }
    }

    /// <summary>The file <c>oci-layout</c>.</summary>
    internal sealed record Marker(string? ImageLayoutVersion);
}
