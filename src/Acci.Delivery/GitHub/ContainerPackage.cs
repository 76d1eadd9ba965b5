using System.Net;
using System.Text.Json;
using Acci.Oci;
using Octokit;

namespace Acci.Delivery.GitHub;

/// <summary>
/// An image's package in the container registry, with its versions. Source: GitHub's REST API, "Packages"; a package's name is the repository's path below its owner,
/// in which a <c>/</c> has to be escaped.
/// </summary>
public sealed class ContainerPackage
{
    private const string Read = "packages: read";
    private const string Write = "packages: write";

    private static readonly ApiOptions LargePages = new() { PageSize = 100 };

    private readonly GitHubConnection _gitHub;
    private readonly string _path;

    private ContainerPackage(GitHubConnection gitHub, ImageReference repository, string path) => (_gitHub, Repository, _path) = (gitHub, repository, path);

    /// <summary>The image's repository.</summary>
    public ImageReference Repository { get; }

    /// <summary>Finds the package of a repository, whether an organization, a user, or the token's own user has it.</summary>
    /// <exception cref="DeliveryException">The repository is in no registry of GitHub's, or has no package there that the token may see.</exception>
    public static async Task<ContainerPackage> OpenAsync(GitHubConnection gitHub, ImageReference repository, CancellationToken cancellationToken = default)
    {
        if (!gitHub.Server.HasRegistry(repository))
        {
            throw new DeliveryException(
                $"{repository.Repository} cannot be pruned: its versions are known only where {gitHub.Server}'s own container registry has them. "
                + "Publish with --registry ghcr.io/owner, or use the registry's own clean-up.");
        }

        if (repository.Path.Split('/', 2) is not [var owner, var name])
            throw new DeliveryException($"{repository.Repository} names no owner: packages are pruned of --registry ghcr.io/owner.");
        var package = $"packages/container/{Uri.EscapeDataString(name)}";
        foreach (var holder in await HoldersAsync(gitHub, owner, cancellationToken))
        {
            var found = await gitHub.FindAsync(
                $"look up the package {owner}/{name}", Read, github => github.Connection.Get<Package>(Relative($"{holder}/{package}"), null), cancellationToken);
            if (found is not null) return new ContainerPackage(gitHub, repository, $"{holder}/{package}/versions");
        }

        throw new DeliveryException($"{gitHub.Server} knows no container package {owner}/{name}, or the token may not see it: it takes `{Read}`, and the package's own settings may have to allow this repository.");
    }

    /// <summary>Every version that is not deleted.</summary>
    /// <exception cref="DeliveryException">GitHub refused, or names a version that is no manifest, or one manifest twice.</exception>
    public async Task<IReadOnlyList<PackageVersion>> ListAsync(CancellationToken cancellationToken = default)
    {
        var parsed = await _gitHub.RunAsync(
            $"list the versions of {Repository.Path}",
            Read,
            // What is pushed while the pages are read moves the rest down, and shows a version twice.
            async github => (await new ApiConnection(github.Connection).GetAll<Octokit.PackageVersion>(Relative(_path), LargePages)).DistinctBy(x => x.Id).Select(Parse).ToList(),
            cancellationToken);
        return parsed.GroupBy(x => x.Digest).FirstOrDefault(x => x.Count() > 1) is { } twice
            ? throw new DeliveryException($"{_gitHub.Server} lists {twice.Key} as several versions of {Repository.Path}, so what their tags are is not known. Nothing is deleted.")
            : parsed;
    }

    /// <summary>Deletes a version, and with it its tags. That it is gone already is no error.</summary>
    /// <returns>Why GitHub does not let go of this one, or null when it is gone.</returns>
    /// <exception cref="GitHubException">The token may not delete versions at all.</exception>
    public async Task<string?> DeleteAsync(PackageVersion version, CancellationToken cancellationToken = default)
    {
        try
        {
            await _gitHub.RunAsync(
                $"delete version {version.Id} ({version.Name}) of {Repository.Path}, for which one has to be an administrator of the package,",
                Write,
                github => github.Connection.Delete(Relative($"{_path}/{version.Id}")),
                cancellationToken);
            return null;
        }
        catch (GitHubException exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            // So GitHub answers for what is gone, and for what the token may not touch: the list decides.
            IReadOnlyList<PackageVersion> there;
            try
            {
                there = await ListAsync(cancellationToken);
            }
            catch (DeliveryException unread)
            {
                unread.IsUndecided = true;
                throw;
            }

            if (there.All(x => x.Id != version.Id)) return null;
            exception.IsUndecided = false;
            throw;
        }
        catch (GitHubException exception) when (exception.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity)
        {
            return exception.InnerException!.Message;
        }
    }

    // An organization's token sees no user, and a workflow's token is nobody's: what is refused here is asked for in another way.
    private static async Task<IReadOnlyList<string>> HoldersAsync(GitHubConnection gitHub, string owner, CancellationToken cancellationToken)
    {
        string? self;
        try
        {
            self = await gitHub.RunAsync("say whose token this is", Read, async github => (await github.User.Current()).Login, cancellationToken);
        }
        catch (GitHubException exception) when (exception.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            self = null;
        }

        var escaped = Uri.EscapeDataString(owner);
        return owner.Equals(self, StringComparison.OrdinalIgnoreCase) ? ["user"] : [$"orgs/{escaped}", $"users/{escaped}"];
    }

    private PackageVersion Parse(Octokit.PackageVersion version) => Digest.TryParse(version.Name, out var digest, out var problem)
        ? new PackageVersion(KnownRelease.RequiredId(version.Id), digest, TagsOf(version), Utc(version.CreatedAt), Utc(version.UpdatedAt))
        : throw new DeliveryException($"{_gitHub.Server} lists a version '{version.Name}' of {Repository.Path}, which is no manifest: {problem}. Nothing is deleted.");

    // A version without tags may be deleted: that it has none is not concluded from an answer that does not say it.
    private static IReadOnlyList<string> TagsOf(Octokit.PackageVersion version) =>
        version.Metadata?.Container?.Tags is { } tags && tags.All(x => x is not null) ? tags : throw new JsonException("'metadata.container.tags' is missing");

    private static DateTimeOffset Utc(DateTime time) => time.Kind == DateTimeKind.Unspecified ? new DateTimeOffset(time, TimeSpan.Zero) : new DateTimeOffset(time).ToUniversalTime();

    private static Uri Relative(string path) => new(path, UriKind.Relative);
}
