using Acci.Delivery.Buildx;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Scanning;
using Acci.Oci;

namespace Acci.Delivery.Locks;

/// <summary>What a repository without lock files starts from: everything the build uses, pinned to nothing yet.</summary>
public static class FirstPins
{
    private const string Trivy = "https://github.com/aquasecurity/trivy/releases/download";

    // Every release is newer than this one.
    private const string Before = "0.0.0";

    /// <summary>The scanner, at a version before its first, with the addresses at which each release's archives lie.</summary>
    public static ToolLocks.ToolLock Scanner { get; } = new()
    {
        Version = Before,
        Checksums = $"{Trivy}/v{Before}/trivy_{Before}_checksums.txt",
        Archives = new Dictionary<string, ToolLocks.ToolArchive>
        {
            ["linux/amd64"] = Archive("Linux-64bit.tar.gz"),
            ["linux/arm64"] = Archive("Linux-ARM64.tar.gz"),
            ["darwin/amd64"] = Archive("macOS-64bit.tar.gz"),
            ["darwin/arm64"] = Archive("macOS-ARM64.tar.gz"),
            ["windows/amd64"] = Archive("windows-64bit.zip"),
        },
    };

    /// <summary>The images these are built from, and those that the build itself runs.</summary>
    public static IEnumerable<ImageReference> ImagesOf(IEnumerable<ImageDefinition> images) =>
        [.. BakeTargets.NeededBy(images), DockerEngine.BuilderImage, RegistryContainer.Image];

    private static ToolLocks.ToolArchive Archive(string platform) => new($"{Trivy}/v{Before}/trivy_{Before}_{platform}", null);
}
