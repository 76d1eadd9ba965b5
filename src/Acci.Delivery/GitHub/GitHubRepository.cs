using Acci.Delivery.Images.Tags;

namespace Acci.Delivery.GitHub;

/// <summary>A repository on GitHub.</summary>
/// <param name="Owner">The organization or user it belongs to.</param>
/// <param name="Name">Its name.</param>
public sealed record GitHubRepository(string Owner, string Name)
{
    /// <summary>Reads <c>owner/name</c>, as GITHUB_REPOSITORY has it.</summary>
    /// <exception cref="DeliveryException">The text has another form.</exception>
    public static GitHubRepository Parse(string text) => text.Split('/') is [{ Length: > 0 } owner, { Length: > 0 } name]
        ? new GitHubRepository(owner, name)
        : throw new DeliveryException($"'{text}' is not a repository on GitHub: write owner/name in GITHUB_REPOSITORY.");

    /// <summary>The repository that a remote's address names, if it is on this host.</summary>
    internal static GitHubRepository? OfRemote(string? remote, string host) =>
        Uri.TryCreate(GitFacts.Repository(remote).Url, UriKind.Absolute, out var url)
        && url.Host.Equals(host, StringComparison.OrdinalIgnoreCase)
        && url.AbsolutePath.Trim('/').Split('/') is [{ Length: > 0 } owner, { Length: > 0 } name]
            ? new GitHubRepository(owner, name)
            : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Owner}/{Name}";
}
