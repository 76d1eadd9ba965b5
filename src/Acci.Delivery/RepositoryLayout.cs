namespace Acci.Delivery;

/// <summary>
/// Where a repository keeps what this product reads and writes. Folders are relative to the repository's root, with forward slashes, as messages name them. The folder of
/// results is <see cref="DeliveryOptions.Artifacts"/>.
/// </summary>
public sealed record RepositoryLayout
{
    /// <summary>Versions, digests and checksums of what others make: base images, actions, tools.</summary>
    public string Locks { get; init; } = "deploy/locks";

    /// <summary>Dockerfiles, one folder for each image.</summary>
    public string Images { get; init; } = "deploy/images";

    /// <summary>Compose files, and this machine's variables and secrets beside them.</summary>
    public string Compose { get; init; } = "deploy/compose";

    /// <summary>Settings of the environments.</summary>
    public string Environments { get; init; } = "deploy/environments";

    /// <summary>Workflows of GitHub Actions. GitHub reads them from this place alone.</summary>
    public string Workflows { get; } = ".github/workflows";

    /// <summary>The digests of base images.</summary>
    public string ImageLocks => $"{Locks}/images.json";

    /// <summary>The commits of actions.</summary>
    public string ActionLocks => $"{Locks}/actions.json";

    /// <summary>The versions and checksums of tools.</summary>
    public string ToolLocks => $"{Locks}/tools.json";
}
