using Acci.Delivery.Processes;
using Acci.Oci.Registries;

namespace Acci.Delivery.Registries;

/// <summary>
/// Credentials from the environment: <c>CR_PAT</c> or <c>GITHUB_TOKEN</c>, with <c>GITHUB_ACTOR</c> as the user, for ghcr.io and no other registry.
/// (A registry's own <c>REGISTRY_USER</c> and <c>REGISTRY_TOKEN</c> are the parameters of those names.)
/// </summary>
/// <param name="environment">The environment.</param>
public sealed class EnvironmentCredentials(ProcessEnvironment environment) : ICredentialSource
{
    private const string GitHubContainerRegistry = "ghcr.io";

    /// <inheritdoc/>
    public ValueTask<Credentials?> FindAsync(string domain, CancellationToken cancellationToken = default)
    {
        if (domain != GitHubContainerRegistry) return new((Credentials?)null);
        // The user's name only has to be there: ghcr.io looks at the token alone.
        var user = environment.Find("GITHUB_ACTOR") ?? "token";
        return new(Token("CR_PAT") ?? Token("GITHUB_TOKEN"));

        Credentials? Token(string name) => environment.Find(name) is { } token ? new Credentials(user, token, $"the environment variable {name}") : null;
    }
}
