namespace Acci.Oci.Registries;

/// <summary>Where credentials are looked for.</summary>
public interface ICredentialSource
{
    /// <summary>The credentials for a registry, or null when this source has none.</summary>
    /// <param name="domain">The registry's domain as references have it: <c>ghcr.io</c>, <c>127.0.0.1:5000</c>, <c>docker.io</c>.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    ValueTask<Credentials?> FindAsync(string domain, CancellationToken cancellationToken = default);
}
