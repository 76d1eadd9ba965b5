using Acci.Oci.Registries;

namespace Acci.Delivery.Registries;

/// <summary>
/// Credentials from the environment: <c>CR_PAT</c> or <c>GITHUB_TOKEN</c>, with <c>GITHUB_ACTOR</c> as the user, for ghcr.io and no other registry.
/// (A registry's own <c>REGISTRY_USER</c> and <c>REGISTRY_TOKEN</c> are the parameters of those names.)
/// </summary>
public sealed class EnvironmentCredentials : ICredentialSource
{
    private const string GitHubContainerRegistry = "ghcr.io";

    /// <inheritdoc/>
    public ValueTask<Credentials?> FindAsync(string domain, CancellationToken cancellationToken = default)
    {
        if (domain != GitHubContainerRegistry) return new((Credentials?)null);
        // The user's name only has to be there: ghcr.io looks at the token alone.
        var user = Variable("GITHUB_ACTOR") ?? "token";
        return new(Token("CR_PAT") ?? Token("GITHUB_TOKEN"));

        Credentials? Token(string name) => Variable(name) is { } token ? new Credentials(user, token, $"the environment variable {name}") : null;
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
