namespace Acci.Delivery.Images;

/// <summary>Where BuildKit keeps build results between builds.</summary>
public enum BuildCache
{
    /// <summary>In the registry beside the image; read by everyone, written by builds of the default branch only.</summary>
    Registry,

    /// <summary>In GitHub Actions' cache service (BuildKit's <c>gha</c>).</summary>
    GitHubActions,

    /// <summary>In a folder of this machine.</summary>
    Local,

    /// <summary>Nowhere but in the builder itself.</summary>
    None,
}
