using Acci.Delivery.Images;

namespace Acci.Delivery;

/// <summary>Where the artifacts of a build's images lie.</summary>
/// <param name="options">What was set.</param>
internal sealed class ImageFiles(DeliveryOptions options)
{
    /// <summary>The name of a scan's record, in the folder of its reports.</summary>
    public const string ScanRecord = "scan.json";

    /// <summary>The bake file.</summary>
    public string BakeFile { get; } = Path.Combine(options.Artifacts, "docker-bake.json");

    /// <summary>The layouts of images.</summary>
    public string Layouts { get; } = Path.Combine(options.Artifacts, "images");

    /// <summary>The records of publishes, and the keys of those who signed.</summary>
    public string Publishes { get; } = Path.GetDirectoryName(options.RecordOf("any"))!;

    /// <summary>The public half of the signing key, for those who verify.</summary>
    public string PublicKey => Path.Combine(Publishes, "cosign.pub");

    /// <summary>The public half of another key than <see cref="PublicKey"/>'s.</summary>
    /// <param name="name">What records call the key: <c>key 0123456789ab</c>.</param>
    public string PublicKeyOf(string name) => Path.Combine(Publishes, $"{name.Replace(' ', '-')}.pub");

    /// <summary>Policies for clusters.</summary>
    public string Admission { get; } = Path.Combine(options.Artifacts, "admission");

    /// <summary>Reports of scans.</summary>
    public string Scans { get; } = Path.Combine(options.Artifacts, "scan");

    /// <summary>The record of the scan of an image that was built here.</summary>
    public string ScanRecordOf(string image) => Path.Combine(Scans, image, ScanRecord);

    /// <summary>The layout of an image.</summary>
    public string LayoutOf(ImageDefinition image) => LayoutOf(image.Name);

    /// <summary>The layout of the image of this name.</summary>
    public string LayoutOf(string image) => Path.Combine(Layouts, image);

    /// <summary>The record of an image's publish.</summary>
    public string RecordOf(ImageDefinition image) => options.RecordOf(image.Name);

    /// <summary>A path as messages name it: from the repository's root, for what is below it.</summary>
    public string Relative(string path) =>
        Path.GetRelativePath(options.Root, path) is var relative && relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
}
